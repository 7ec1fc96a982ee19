/// What a statement of SQL may take.
package struct QueryLimits: Sendable {
    /// The time in nanoseconds; nil for any.
    package var nanoseconds: UInt64? = 30_000_000_000
    /// The memory in bytes, for what must be sorted, grouped or kept for later; nil for any.
    package var memory: Int64? = 1 << 30
    /// The rows, of which one more is an error; nil for any.
    package var rows: Int?

    /// 30 seconds, a GiB, any number of rows.
    package init() {}
}
