/// A 16-byte identifier, written as a UUID (RFC 9562, section 4).
package struct Identifier: Hashable, Sendable, BitwiseCopyable, Comparable,
    CustomStringConvertible
{
    /// The size in bytes.
    package static let size = 16

    private let high: UInt64
    private let low: UInt64

    /// Takes 16 bytes; nil for any other number.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.size else { return nil }
        self.init(bytes.span)
    }

    /// Takes the first 16 bytes of a span.
    ///
    /// - Precondition: The span holds at least 16 bytes.
    package init(_ bytes: Span<UInt8>) {
        precondition(bytes.count >= Self.size, "An identifier has 16 bytes")
        (high, low) = unsafe bytes.withUnsafeBytes { bytes in
            unsafe (
                UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }

    /// Makes a UUID of `version` from 16 bytes by setting the version and variant bits
    /// (RFC 9562, sections 4.1, 5.4 and 5.8).
    package init(version: UInt8, from bytes: Span<UInt8>) {
        let raw = Identifier(bytes)
        high = raw.high & ~0xF000 | UInt64(version & 15) << 12
        low = raw.low & ~(3 << 62) | 2 << 62
    }

    /// Reads the 36-character form, upper or lower case; nil for anything else.
    package init?(text: String) {
        let characters = Array(text.utf8)
        guard characters.count == 36 else { return nil }
        var digits: [UInt8] = []
        digits.reserveCapacity(32)
        for (index, character) in characters.enumerated() {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard character == UInt8(ascii: "-") else { return nil }
            } else {
                digits.append(character)
            }
        }
        guard let bytes = Hex.decode(digits) else { return nil }
        self.init(bytes)
    }

    /// The 16 bytes.
    package var bytes: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.size)
        for index in 0..<8 {
            let shift = UInt64(56 - 8 * index)
            bytes[index] = UInt8(truncatingIfNeeded: high >> shift)
            bytes[index + 8] = UInt8(truncatingIfNeeded: low >> shift)
        }
        return bytes
    }

    /// The 36-character form in lower case.
    package var description: String {
        let digits = Array(Hex.encode(bytes).utf8)
        var text: [UInt8] = []
        for (index, digit) in digits.enumerated() {
            if index == 8 || index == 12 || index == 16 || index == 20 {
                text.append(UInt8(ascii: "-"))
            }
            text.append(digit)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Orders by the bytes.
    package static func < (left: Identifier, right: Identifier) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}
