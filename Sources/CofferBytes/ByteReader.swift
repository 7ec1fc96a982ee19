/// Takes a persisted value apart; every read is bounded by what is there.
///
/// Parsers are total: any input gives a value or a ``Failure``, never a trap, and never an
/// allocation larger than the input.
package struct ByteReader: Sendable {
    /// Why bytes are not what they should be.
    package enum Failure: Error, Equatable, Sendable {
        /// The input ends inside a value.
        case truncated
        /// Bytes follow the last value.
        case trailing
        /// A value is not in canonical form, or two parts contradict each other.
        case invalid
        /// A length, count or number is outside the format's limits.
        case limit
        /// A version, kind or purpose that this release does not know.
        case unknown
    }

    private let bytes: [UInt8]
    private var offset: Int

    /// Reads `bytes` from their start.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        offset = 0
    }

    /// The number of bytes not yet read.
    package var remaining: Int { bytes.count - offset }

    /// Reads one byte.
    package mutating func u8() throws(Failure) -> UInt8 { try integer() }

    /// Reads two bytes, most significant first.
    package mutating func u16() throws(Failure) -> UInt16 { try integer() }

    /// Reads four bytes, most significant first.
    package mutating func u32() throws(Failure) -> UInt32 { try integer() }

    /// Reads eight bytes, most significant first.
    package mutating func u64() throws(Failure) -> UInt64 { try integer() }

    /// Reads eight bytes, two's complement, most significant first.
    package mutating func i64() throws(Failure) -> Int64 { Int64(bitPattern: try integer()) }

    /// Reads a byte that must be 0 or 1.
    package mutating func flag() throws(Failure) -> Bool {
        switch try u8() {
        case 0: return false
        case 1: return true
        default: throw .invalid
        }
    }

    /// Reads exactly `count` bytes.
    package mutating func take(_ count: Int) throws(Failure) -> [UInt8] {
        guard count >= 0, count <= remaining else { throw .truncated }
        defer { offset += count }
        return Array(bytes[offset..<offset + count])
    }

    /// Reads 16 bytes.
    package mutating func identifier() throws(Failure) -> Identifier {
        guard let identifier = Identifier(try take(Identifier.size)) else { throw .truncated }
        return identifier
    }

    /// Reads a u16 length and as many bytes, at most `limit`.
    package mutating func prefixed16(limit: Int = 65_535) throws(Failure) -> [UInt8] {
        let count = Int(try u16())
        guard count <= limit else { throw .limit }
        return try take(count)
    }

    /// Reads a u32 length and as many bytes, at most `limit`.
    package mutating func prefixed32(limit: Int) throws(Failure) -> [UInt8] {
        let count = Int(try u32())
        guard count <= limit else { throw .limit }
        return try take(count)
    }

    /// Reads a u16 length and as many bytes of valid UTF-8.
    package mutating func text(limit: Int = 65_535) throws(Failure) -> String {
        guard let text = String(validating: try prefixed16(limit: limit), as: UTF8.self) else {
            throw .invalid
        }
        return text
    }

    /// Reads what is left.
    package mutating func rest() -> [UInt8] {
        defer { offset = bytes.count }
        return Array(bytes[offset...])
    }

    /// Refuses bytes after the last value.
    package func end() throws(Failure) {
        guard remaining == 0 else { throw .trailing }
    }

    private mutating func integer<Integer: FixedWidthInteger & UnsignedInteger>()
        throws(Failure) -> Integer
    {
        let size = Integer.bitWidth / 8
        guard size <= remaining else { throw .truncated }
        var value: Integer = 0
        for index in offset..<offset + size { value = value << 8 | Integer(bytes[index]) }
        offset += size
        return value
    }
}
