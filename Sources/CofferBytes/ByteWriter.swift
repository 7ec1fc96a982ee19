/// Builds the bytes of a persisted value: big-endian integers and length-prefixed parts.
package struct ByteWriter: Sendable {
    /// What was written so far.
    package private(set) var bytes: [UInt8]

    /// Starts empty, with room for `capacity` bytes.
    package init(capacity: Int = 64) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Appends one byte.
    @inlinable package mutating func write(_ value: UInt8) { append(value) }

    /// Appends two bytes, most significant first.
    package mutating func write(_ value: UInt16) { appendInteger(value) }

    /// Appends four bytes, most significant first.
    package mutating func write(_ value: UInt32) { appendInteger(value) }

    /// Appends eight bytes, most significant first.
    package mutating func write(_ value: UInt64) { appendInteger(value) }

    /// Appends eight bytes, two's complement, most significant first.
    package mutating func write(_ value: Int64) { appendInteger(UInt64(bitPattern: value)) }

    /// Appends the bytes as they are.
    package mutating func write(_ value: [UInt8]) { bytes.append(contentsOf: value) }

    /// Appends the bytes as they are.
    package mutating func write(_ value: Span<UInt8>) {
        unsafe value.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }

    /// Appends the 16 bytes of an identifier.
    package mutating func write(_ value: Identifier) { bytes.append(contentsOf: value.bytes) }

    /// Appends a u16 length and the bytes.
    ///
    /// - Precondition: At most 65,535 bytes; callers hold the format's smaller limits.
    package mutating func writePrefixed16(_ value: [UInt8]) {
        write(UInt16(value.count))
        bytes.append(contentsOf: value)
    }

    /// Appends a u32 length and the bytes.
    ///
    /// - Precondition: Less than 4 GiB; callers hold the format's smaller limits.
    package mutating func writePrefixed32(_ value: [UInt8]) {
        write(UInt32(value.count))
        bytes.append(contentsOf: value)
    }

    /// Appends a u16 length and the UTF-8 of a text.
    package mutating func write(_ text: String) { writePrefixed16(Array(text.utf8)) }

    @usableFromInline internal mutating func append(_ value: UInt8) { bytes.append(value) }

    private mutating func appendInteger<Integer: FixedWidthInteger>(_ value: Integer) {
        unsafe withUnsafeBytes(of: value.bigEndian) { unsafe bytes.append(contentsOf: $0) }
    }
}
