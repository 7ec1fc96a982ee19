package import CofferBytes

/// Takes the entries of a batch apart without copying what it passes over.
///
/// Source: `Docs/Format.md`, section 19.2. Total: any bytes give a value or a failure.
package struct StreamCursor: Sendable {
    private let bytes: [UInt8]
    /// Where the next value begins.
    package private(set) var offset = 0

    /// Reads `bytes` from their start.
    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Whether everything was read.
    package var isAtEnd: Bool { offset == bytes.count }

    /// A number as LEB128 in its shortest form, at most 2^63 − 1.
    ///
    /// - Throws: `truncated`, `invalid` for a longer form, `limit`.
    package mutating func varint() throws(ByteReader.Failure) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            guard offset < bytes.count else { throw .truncated }
            let byte = bytes[offset]
            offset += 1
            guard shift < 63 else { throw .limit }
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 {
                guard byte != 0 || shift == 0 else { throw .invalid }
                return value
            }
            shift += 7
        }
    }

    /// One byte.
    ///
    /// - Throws: `truncated`.
    package mutating func u8() throws(ByteReader.Failure) -> UInt8 {
        guard offset < bytes.count else { throw .truncated }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// Eight bytes, two's complement.
    ///
    /// - Throws: `truncated`.
    package mutating func i64() throws(ByteReader.Failure) -> Int64 {
        var value: UInt64 = 0
        for index in try range(8) { value = value << 8 | UInt64(bytes[index]) }
        return Int64(bitPattern: value)
    }

    /// Sixteen bytes.
    ///
    /// - Throws: `truncated`.
    package mutating func identifier() throws(ByteReader.Failure) -> Identifier {
        let range = try range(Identifier.size)
        return Identifier(bytes.span.extracting(range))
    }

    /// Where the next `count` bytes lie; they are passed over.
    ///
    /// - Throws: `truncated`.
    package mutating func range(_ count: Int) throws(ByteReader.Failure) -> Range<Int> {
        guard count >= 0, count <= bytes.count - offset else { throw .truncated }
        defer { offset += count }
        return offset..<offset + count
    }

    /// A u32 length and as many bytes.
    ///
    /// - Throws: `truncated`, `limit`.
    package mutating func prefixed32(limit: Int) throws(ByteReader.Failure) -> [UInt8] {
        var count = 0
        for index in try range(4) { count = count << 8 | Int(bytes[index]) }
        guard count <= limit else { throw .limit }
        return Array(bytes[try range(count)])
    }

    /// The bytes of a range that it gave.
    package subscript(_ range: Range<Int>) -> ArraySlice<UInt8> { bytes[range] }

    /// Refuses bytes after the last value.
    ///
    /// - Throws: `trailing`.
    package func end() throws(ByteReader.Failure) {
        guard isAtEnd else { throw .trailing }
    }
}

extension [UInt8] {
    /// Appends a number as LEB128 in its shortest form.
    package mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    /// Appends an integer, most significant byte first.
    package mutating func append<Integer: FixedWidthInteger>(bigEndian value: Integer) {
        unsafe Swift.withUnsafeBytes(of: value.bigEndian) { unsafe append(contentsOf: $0) }
    }

    /// Appends a u32 length and the bytes.
    ///
    /// - Precondition: Less than 4 GiB.
    package mutating func append(prefixed32 value: [UInt8]) {
        append(bigEndian: UInt32(value.count))
        append(contentsOf: value)
    }
}
