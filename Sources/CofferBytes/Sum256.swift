/// A sum modulo 2^256 of 32-byte authentication codes, in which rows enter and leave.
///
/// Addition commutes, so the sum over a table does not depend on the order of its rows and
/// follows each change at the cost of that change alone. It is only ever kept sealed: whoever
/// saw it could cancel rows against each other.
package struct Sum256: Equatable, Sendable {
    /// The size in bytes.
    package static let size = 32

    /// Least significant word first.
    private var words: (UInt64, UInt64, UInt64, UInt64)

    /// Zero: the sum of no rows.
    package init() { words = (0, 0, 0, 0) }

    /// Reads 32 bytes, most significant first; nil for any other number.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.size else { return nil }
        words = Self.parse(bytes.span)
    }

    /// The sum of one row with this code.
    ///
    /// - Precondition: `code` has at least 32 bytes.
    package init(_ code: Span<UInt8>) { words = Self.parse(code) }

    /// The 32 bytes, most significant first.
    package var bytes: [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(Self.size)
        for word in [words.3, words.2, words.1, words.0] {
            for shift in stride(from: 56, through: 0, by: -8) {
                result.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        return result
    }

    /// A row enters.
    ///
    /// - Precondition: `code` has at least 32 bytes.
    package mutating func add(_ code: Span<UInt8>) { add(Self.parse(code)) }

    /// A row leaves.
    ///
    /// - Precondition: `code` has at least 32 bytes.
    package mutating func subtract(_ code: Span<UInt8>) {
        subtract(Self.parse(code))
    }

    /// Takes in the rows of another sum, as two cores hand over what each has counted.
    package mutating func add(_ other: Sum256) { add(other.words) }

    /// Takes the rows of another sum out.
    package mutating func subtract(_ other: Sum256) { subtract(other.words) }

    /// Whether both sums are the same.
    package static func == (left: Sum256, right: Sum256) -> Bool {
        left.words == right.words
    }

    private mutating func subtract(_ other: (UInt64, UInt64, UInt64, UInt64)) {
        // -x is the complement plus one.
        add((~other.0, ~other.1, ~other.2, ~other.3))
        add((1, 0, 0, 0))
    }

    private mutating func add(_ other: (UInt64, UInt64, UInt64, UInt64)) {
        var carry = false
        (words.0, carry) = Self.add(words.0, other.0, carry)
        (words.1, carry) = Self.add(words.1, other.1, carry)
        (words.2, carry) = Self.add(words.2, other.2, carry)
        (words.3, carry) = Self.add(words.3, other.3, carry)
    }

    private static func add(_ left: UInt64, _ right: UInt64, _ carry: Bool) -> (UInt64, Bool) {
        let (sum, first) = left.addingReportingOverflow(right)
        let (total, second) = sum.addingReportingOverflow(carry ? 1 : 0)
        return (total, first || second)
    }

    private static func parse(_ bytes: Span<UInt8>) -> (UInt64, UInt64, UInt64, UInt64) {
        precondition(bytes.count >= size, "A code has 32 bytes")
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        for index in 0..<8 {
            words.3 = words.3 << 8 | UInt64(bytes[index])
            words.2 = words.2 << 8 | UInt64(bytes[index + 8])
            words.1 = words.1 << 8 | UInt64(bytes[index + 16])
            words.0 = words.0 << 8 | UInt64(bytes[index + 24])
        }
        return words
    }
}
