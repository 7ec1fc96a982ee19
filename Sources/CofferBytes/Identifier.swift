/// A 16-byte identifier, written as a UUID (RFC 9562, section 4).
package struct Identifier: Hashable, Sendable, BitwiseCopyable, Comparable,
    CustomStringConvertible
{
    /// The size in bytes.
    @inlinable package static var size: Int { 16 }

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
        let characters = text.utf8Span.span
        guard characters.count == 36 else { return nil }
        let hyphen = UInt8(ascii: "-")
        guard characters[8] == hyphen, characters[13] == hyphen, characters[18] == hyphen,
            characters[23] == hyphen
        else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        guard Self.take(characters, 0..<8, into: &words.0),
            Self.take(characters, 9..<13, into: &words.0),
            Self.take(characters, 14..<18, into: &words.0),
            Self.take(characters, 19..<23, into: &words.1),
            Self.take(characters, 24..<36, into: &words.1)
        else { return nil }
        (high, low) = words
    }

    /// Appends hexadecimal digits to a word; false when one is none.
    private static func take(
        _ characters: Span<UInt8>, _ range: Range<Int>, into word: inout UInt64
    ) -> Bool {
        var isHexadecimal = true
        for index in range {
            // Without a branch for each kind of digit: those of an id are random.
            let character = characters[index]
            let number = character &- UInt8(ascii: "0")
            let letter = (character | 0x20) &- UInt8(ascii: "a")
            isHexadecimal = isHexadecimal && (number < 10 || letter < 6)
            word = word << 4 | UInt64(number < 10 ? number : letter &+ 10)
        }
        return isHexadecimal
    }

    /// Lends the 16 bytes.
    @unsafe
    package func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let words = (high.bigEndian, low.bigEndian)
        return try unsafe withUnsafeBytes(of: words, body)
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
        unsafe String(unsafeUninitializedCapacity: 36) { text in
            var place = 0
            for digit in 0..<32 {
                if digit == 8 || digit == 12 || digit == 16 || digit == 20 {
                    unsafe text[place] = UInt8(ascii: "-")
                    place += 1
                }
                let word = digit < 16 ? high : low
                let value = UInt8(truncatingIfNeeded: word >> UInt64(60 - digit % 16 * 4)) & 15
                unsafe text[place] =
                    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
                place += 1
            }
            return place
        }
    }

    /// Orders by the bytes.
    package static func < (left: Identifier, right: Identifier) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}
