/// Base 64 with padding (RFC 4648, section 4).
package enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    /// Four characters for every three bytes begun.
    package static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let count = min(3, bytes.count - start)
            var group: UInt32 = 0
            for index in 0..<3 {
                group = group << 8 | (index < count ? UInt32(bytes[start + index]) : 0)
            }
            for index in 0..<4 {
                let digit = Int(group >> UInt32(18 - 6 * index) & 63)
                text.append(index <= count ? alphabet[digit] : padding)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of a text that `encode` could have made; nil for any other.
    package static func decode(_ text: [UInt8]) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        for start in stride(from: 0, to: text.count, by: 4) {
            var digits = 4
            if start + 4 == text.count, text[start + 3] == padding {
                digits = text[start + 2] == padding ? 2 : 3
            }
            var group: UInt32 = 0
            for index in 0..<4 {
                var digit: UInt32 = 0
                if index < digits {
                    guard let value = value(text[start + index]) else { return nil }
                    digit = value
                }
                group = group << 6 | digit
            }
            // Bits behind the last byte are zero, so that one text stands for these bytes.
            guard digits == 4 || group & (1 << UInt32(8 * (4 - digits)) - 1) == 0 else {
                return nil
            }
            for index in 0..<digits - 1 {
                bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(16 - 8 * index)))
            }
        }
        return bytes
    }

    private static func value(_ digit: UInt8) -> UInt32? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): return UInt32(digit) - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): return UInt32(digit) - 97 + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return UInt32(digit) - 48 + 52
        case UInt8(ascii: "+"): return 62
        case UInt8(ascii: "/"): return 63
        default: return nil
        }
    }
}
