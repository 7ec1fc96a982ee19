/// Bech32m (BIP-350): text with a checksum that finds up to four wrong characters.
///
/// Both sides are secrets here, so neither they nor anything between them lies in ordinary memory.
package enum Bech32m {
    private static let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
    private static let separator = UInt8(ascii: "1")
    /// The characters of the checksum.
    private static let checksumSize = 6
    /// The longest text: the checksum's guarantee ends there (BIP-173).
    private static let sizeLimit = 90

    /// `prefix`, the separator `1`, the bytes in base 32 and a six-character checksum.
    ///
    /// - Precondition: The prefix is lower-case ASCII and the whole fits 90 characters.
    package static func encode(prefix: String, _ bytes: Span<UInt8>) -> SecretBytes {
        let label = Array(prefix.utf8)
        let groups = (bytes.count * 8 + 4) / 5
        let size = label.count + 1 + groups + checksumSize
        precondition(size <= sizeLimit, "Bech32m ends at 90 characters")
        return SecretBytes(count: size) { text in
            var place = 0
            for character in label + [separator] {
                text[place] = character
                place += 1
            }
            var sum = Checksum(label)
            var accumulator: UInt32 = 0
            var bits: UInt32 = 0
            for index in bytes.indices {
                accumulator = (accumulator << 8 | UInt32(bytes[index])) & 0xfff
                bits += 8
                while bits >= 5 {
                    bits -= 5
                    let group = UInt8(accumulator >> bits & 31)
                    sum.add(group)
                    text[place] = alphabet[Int(group)]
                    place += 1
                }
            }
            if bits > 0 {
                let group = UInt8(accumulator << (5 - bits) & 31)
                sum.add(group)
                text[place] = alphabet[Int(group)]
                place += 1
            }
            for group in sum.groups() {
                text[place] = alphabet[Int(group)]
                place += 1
            }
        }
    }

    /// The bytes behind `prefix`; nil for a wrong checksum, prefix, character or padding, and for
    /// no bytes at all.
    ///
    /// All upper case is accepted, mixed case is not (BIP-173). White space is the caller's.
    package static func decode(prefix: String, _ text: Span<UInt8>) -> SecretBytes? {
        let label = Array(prefix.utf8)
        let first = label.count + 1
        // BIP-173, "Bech32": at least one character, each from 33 to 126.
        guard !label.isEmpty, label.allSatisfy({ $0 >= 33 && $0 <= 126 }),
            text.count <= sizeLimit, text.count >= first + checksumSize, isOfOneCase(text)
        else { return nil }
        for (index, character) in (label + [separator]).enumerated() {
            guard lower(text[index]) == character else { return nil }
        }
        var sum = Checksum(label)
        for index in first..<text.count {
            guard let group = alphabet.firstIndex(of: lower(text[index])) else { return nil }
            sum.add(UInt8(group))
        }
        guard sum.isWhole else { return nil }
        let groups = text.count - first - checksumSize
        let size = groups * 5 / 8
        let padding = groups * 5 - size * 8
        guard size > 0, padding < 5 else { return nil }
        var rest: UInt32 = 0
        let bytes = SecretBytes(count: size) { bytes in
            var place = 0
            var accumulator: UInt32 = 0
            var bits: UInt32 = 0
            for index in first..<first + groups {
                let group = alphabet.firstIndex(of: lower(text[index])) ?? 0
                accumulator = (accumulator << 5 | UInt32(group)) & 0xfff
                bits += 5
                if bits >= 8 {
                    bits -= 8
                    bytes[place] = UInt8(accumulator >> bits & 255)
                    place += 1
                }
            }
            rest = accumulator & (1 << bits - 1)
        }
        guard rest == 0 else { return nil }
        return bytes
    }

    private static func isOfOneCase(_ text: Span<UInt8>) -> Bool {
        var hasUpper = false
        var hasLower = false
        for index in text.indices {
            hasUpper = hasUpper || (65...90).contains(text[index])
            hasLower = hasLower || (97...122).contains(text[index])
        }
        return !(hasUpper && hasLower)
    }

    private static func lower(_ character: UInt8) -> UInt8 {
        (65...90).contains(character) ? character + 32 : character
    }
}

extension Bech32m {
    /// The checksum while groups of five bits are added.
    private struct Checksum {
        /// BIP-350, "Bech32m": the constant that a whole text leaves.
        private static let constant: UInt32 = 0x2bc8_30a3
        private static let generator: [UInt32] = [
            0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3,
        ]
        private var sum: UInt32 = 1

        init(_ label: [UInt8]) {
            for character in label { add(character >> 5) }
            add(0)
            for character in label { add(character & 31) }
        }

        var isWhole: Bool { sum == Self.constant }

        mutating func add(_ group: UInt8) {
            let top = sum >> 25
            sum = (sum & 0x1ff_ffff) << 5 ^ UInt32(group)
            for index in 0..<5 where top >> UInt32(index) & 1 == 1 {
                sum ^= Self.generator[index]
            }
        }

        /// The six groups that make the text whole.
        func groups() -> [UInt8] {
            var whole = self
            for _ in 0..<6 { whole.add(0) }
            let left = whole.sum ^ Self.constant
            return (0..<6).map { UInt8(left >> UInt32(5 * (5 - $0)) & 31) }
        }
    }
}
