internal import CofferRecords

/// What a statement of SQL may take.
public struct SQLLimits: Sendable {
    /// The time, 30 seconds by default; nil for any.
    public var time: Duration? = .seconds(30)
    /// The memory for what is sorted, grouped or kept for later, in bytes; nil for any.
    ///
    /// A GiB by default. SQLite counts for the whole process.
    public var memory: Int? = 1 << 30
    /// The most rows of the result; nil, the default, for any.
    ///
    /// One more is an error.
    public var rows: Int?

    /// The defaults.
    public init() {}

    internal var limits: QueryLimits {
        var limits = QueryLimits()
        limits.nanoseconds = time.map { time in
            let parts = time.components
            let seconds = UInt64(clamping: max(0, parts.seconds))
            let rest = UInt64(clamping: max(0, parts.attoseconds / 1_000_000_000))
            let (whole, isLarge) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
            return isLarge ? .max : whole.addingReportingOverflow(rest).partialValue
        }
        limits.memory = memory.map { Int64(clamping: max(0, $0)) }
        limits.rows = rows
        return limits
    }
}
