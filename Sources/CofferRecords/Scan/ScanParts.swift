/// How the rows of a collection are cut into parts, which two threads take in turn.
internal struct ScanParts {
    /// The rows of the first part, which is small: many questions end early.
    static let firstSize = 32
    /// About how many rows the other parts have.
    static let size = 128
    /// Below this number of rows one thread is as fast.
    private static let floor: UInt64 = 4_096

    private let first: Int64
    private let last: Int64
    private let width: UInt64
    /// The number of parts.
    let count: Int

    /// Cuts the rows from `first` to `last`; nil when they are few, or far apart.
    init?(from first: Int64, to last: Int64, rows: UInt64) {
        guard first <= last, rows >= Self.floor else { return nil }
        let span = UInt64(bitPattern: last &- first)
        // Gaps are where records were deleted.
        guard span / rows < 4 else { return nil }
        let width = UInt64(Self.size) * (span / rows + 1)
        self.first = first
        self.last = last
        self.width = width
        count = Int(span / width) + 2
    }

    /// The row numbers of a part; nil behind the last one.
    subscript(_ part: Int) -> ClosedRange<Int64>? {
        guard part >= 0, part < count else { return nil }
        let small = UInt64(Self.firstSize)
        let start = part == 0 ? 0 : small + UInt64(part - 1) * width
        let end = part == 0 ? small - 1 : start + width - 1
        let span = UInt64(bitPattern: last &- first)
        guard start <= span else { return nil }
        return (first &+ Int64(bitPattern: start))...(first &+ Int64(bitPattern: min(end, span)))
    }
}
