/// Bech32m (BIP-350): text with a checksum that finds up to four wrong characters.
package enum Bech32m {
    private static let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
    /// BIP-350, "Bech32m": the constant that the checksum leaves.
    private static let constant: UInt32 = 0x2bc8_30a3

    /// `prefix`, the separator `1`, the bytes in base 32 and a six-character checksum.
    ///
    /// The length limit of 90 characters of BIP-173 is kept: the checksum's guarantee ends there.
    ///
    /// - Precondition: The prefix is lower-case ASCII and the whole fits 90 characters.
    package static func encode(prefix: String, _ bytes: Span<UInt8>) -> [UInt8] {
        var groups: [UInt8] = []
        var accumulator: UInt32 = 0
        var bits: UInt32 = 0
        for index in bytes.indices {
            accumulator = (accumulator << 8 | UInt32(bytes[index])) & 0xfff
            bits += 8
            while bits >= 5 {
                bits -= 5
                groups.append(UInt8(accumulator >> bits & 31))
            }
        }
        if bits > 0 { groups.append(UInt8(accumulator << (5 - bits) & 31)) }
        let label = Array(prefix.utf8)
        precondition(label.count + groups.count + 7 <= 90, "Bech32m ends at 90 characters")
        let sum = checksum(expand(label) + groups + [0, 0, 0, 0, 0, 0]) ^ constant
        for index in 0..<6 { groups.append(UInt8(sum >> UInt32(5 * (5 - index)) & 31)) }
        return label + [UInt8(ascii: "1")] + groups.map { alphabet[Int($0)] }
    }

    /// The bytes behind `prefix`; nil for a wrong checksum, prefix, character or padding.
    ///
    /// All upper case is accepted, mixed case is not (BIP-173). White space is the caller's.
    package static func decode(prefix: String, _ text: [UInt8]) -> [UInt8]? {
        guard text.count <= 90 else { return nil }
        let upper = text.contains { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") }
        let lower = text.contains { $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") }
        if upper && lower { return nil }
        let folded = upper ? text.map { $0 >= 65 && $0 <= 90 ? $0 + 32 : $0 } : text
        let label = Array(prefix.utf8)
        // BIP-173, "Bech32": at least one character, each from 33 to 126.
        guard !label.isEmpty, label.allSatisfy({ $0 >= 33 && $0 <= 126 }) else { return nil }
        guard folded.starts(with: label + [UInt8(ascii: "1")]) else { return nil }
        var groups: [UInt8] = []
        for character in folded[(label.count + 1)...] {
            guard let value = alphabet.firstIndex(of: character) else { return nil }
            groups.append(UInt8(value))
        }
        guard groups.count >= 6, checksum(expand(label) + groups) == constant else { return nil }
        var bytes: [UInt8] = []
        var accumulator: UInt32 = 0
        var bits: UInt32 = 0
        for group in groups.dropLast(6) {
            accumulator = (accumulator << 5 | UInt32(group)) & 0xfff
            bits += 5
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(accumulator >> bits & 255))
            }
        }
        guard bits < 5, accumulator & (1 << bits - 1) == 0 else { return nil }
        return bytes
    }

    private static func expand(_ label: [UInt8]) -> [UInt8] {
        label.map { $0 >> 5 } + [0] + label.map { $0 & 31 }
    }

    private static func checksum(_ values: [UInt8]) -> UInt32 {
        let generator: [UInt32] = [
            0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3,
        ]
        var sum: UInt32 = 1
        for value in values {
            let top = sum >> 25
            sum = (sum & 0x1ff_ffff) << 5 ^ UInt32(value)
            for index in 0..<5 where top >> UInt32(index) & 1 == 1 { sum ^= generator[index] }
        }
        return sum
    }
}
