package import CofferBytes

/// The numbers of a history that are kept, as ranges.
///
/// Source: `Docs/Format.md`, section 19.2, kind 3.
package struct StreamRanges: Equatable, Sendable {
    /// The ranges, ascending; no two of them touch.
    package private(set) var ranges: [ClosedRange<UInt64>] = []

    /// No numbers.
    package init() {}

    /// Takes in a number above all that it has.
    package mutating func append(_ number: UInt64) {
        if let last = ranges.last, last.upperBound + 1 == number {
            ranges[ranges.count - 1] = last.lowerBound...number
        } else {
            ranges.append(number...number)
        }
    }

    /// Whether a number is among them.
    ///
    /// Complexity: O(log n).
    package func contains(_ number: UInt64) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < number { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(number)
    }

    /// How many numbers there are.
    package var count: UInt64 {
        ranges.reduce(0) { $0 &+ ($1.upperBound - $1.lowerBound + 1) }
    }

    /// Reads the entries of a batch of kind 3.
    ///
    /// - Throws: `truncated`, `invalid`, `limit`.
    package init(_ bytes: [UInt8], count: UInt32) throws(ByteReader.Failure) {
        var cursor = StreamCursor(bytes)
        for _ in 0..<count {
            let first = try cursor.varint()
            let many = try cursor.varint()
            let (last, isOver) = first.addingReportingOverflow(many &- 1)
            guard many > 0, !isOver, last < UInt64(Int64.max), first > 0,
                ranges.last.map({ $0.upperBound + 1 < first }) ?? true
            else { throw .invalid }
            ranges.append(first...last)
        }
        try cursor.end()
    }

    /// The entries.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for range in ranges {
            bytes.append(varint: range.lowerBound)
            bytes.append(varint: range.upperBound - range.lowerBound + 1)
        }
        return bytes
    }
}
