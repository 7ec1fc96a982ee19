/// The formats of JSON Schema that are held; every other `format` is a remark.
package enum TextFormat: String, CaseIterable, Hashable, Sendable {
    /// A full date (RFC 3339, section 5.6).
    case date
    /// A date and time with its offset (RFC 3339, section 5.6).
    case dateTime = "date-time"
    /// A mailbox (RFC 5321, section 4.1.2).
    case email
    /// A UUID in its text form (RFC 9562, section 4).
    case uuid
    /// A URI with its scheme (RFC 3986).
    case uri

    /// Whether `text` has this format.
    package func accepts(_ text: String) -> Bool {
        let bytes = text.utf8Span.span
        switch self {
        case .date: return bytes.count == 10 && Self.isDate(bytes)
        case .dateTime: return Self.isDateTime(bytes)
        case .email: return Self.isEmail(bytes)
        case .uuid: return Self.isUUID(bytes)
        case .uri: return URIGrammar.isURI(bytes)
        }
    }
}

// Dates and times.
extension TextFormat {
    private static func number(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        guard range.upperBound <= bytes.count else { return nil }
        var number = 0
        for index in range {
            guard let digit = bytes[index].decimalDigit else { return nil }
            number = number * 10 + Int(digit)
        }
        return number
    }

    private static func isDate(_ bytes: Span<UInt8>) -> Bool {
        guard let year = number(bytes, 0..<4), let month = number(bytes, 5..<7),
            let day = number(bytes, 8..<10), bytes[4] == UInt8(ascii: "-"),
            bytes[7] == UInt8(ascii: "-")
        else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days: Int
        switch month {
        case 2: days = isLeap ? 29 : 28
        case 4, 6, 9, 11: days = 30
        case 1...12: days = 31
        default: return false
        }
        return day >= 1 && day <= days
    }

    private static func isDateTime(_ bytes: Span<UInt8>) -> Bool {
        // The shortest form is 2001-02-03T04:05:06Z.
        guard bytes.count >= 20, isDate(bytes), bytes[10] | 0x20 == UInt8(ascii: "t"),
            let hour = number(bytes, 11..<13), let minute = number(bytes, 14..<16),
            let second = number(bytes, 17..<19), bytes[13] == UInt8(ascii: ":"),
            bytes[16] == UInt8(ascii: ":"), hour < 24, minute < 60, second <= 60
        else { return false }
        var index = 19
        if bytes[index] == UInt8(ascii: ".") {
            index += 1
            let start = index
            while index < bytes.count, bytes[index].decimalDigit != nil { index += 1 }
            guard index > start else { return false }
        }
        guard let offset = offset(bytes, from: index) else { return false }
        // A leap second is the last one of a day in UTC (RFC 3339, section 5.7).
        let dayMinutes = 24 * 60
        let minutes = (hour * 60 + minute - offset + 2 * dayMinutes) % dayMinutes
        return second < 60 || minutes == dayMinutes - 1
    }

    // The offset in minutes; nil unless it is all that is left.
    private static func offset(_ bytes: Span<UInt8>, from index: Int) -> Int? {
        guard index < bytes.count else { return nil }
        if bytes[index] | 0x20 == UInt8(ascii: "z") { return index + 1 == bytes.count ? 0 : nil }
        let isNegative = bytes[index] == UInt8(ascii: "-")
        guard isNegative || bytes[index] == UInt8(ascii: "+"), index + 6 == bytes.count,
            bytes[index + 3] == UInt8(ascii: ":"),
            let hours = number(bytes, index + 1..<index + 3),
            let minutes = number(bytes, index + 4..<index + 6), hours < 24, minutes < 60
        else { return nil }
        return (isNegative ? -1 : 1) * (hours * 60 + minutes)
    }
}

// Identifiers and addresses.
extension TextFormat {
    private static func isUUID(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count == 36 else { return false }
        for index in bytes.indices {
            switch index {
            case 8, 13, 18, 23:
                guard bytes[index] == UInt8(ascii: "-") else { return false }
            default:
                guard bytes[index].hexDigit != nil else { return false }
            }
        }
        return true
    }

    private static func isEmail(_ bytes: Span<UInt8>) -> Bool {
        var index = 0
        if bytes.count > 0, bytes[0] == UInt8(ascii: "\"") {
            guard let end = quotedEnd(bytes) else { return false }
            index = end
        } else {
            guard let end = dotAtomEnd(bytes) else { return false }
            index = end
        }
        // RFC 5321, section 4.5.3.1: 64 octets before the sign, 255 after it.
        guard index > 0, index <= 64, index < bytes.count, bytes[index] == UInt8(ascii: "@"),
            bytes.count - index - 1 <= 255
        else { return false }
        return isMailDomain(bytes, from: index + 1)
    }

    private static func dotAtomEnd(_ bytes: Span<UInt8>) -> Int? {
        var index = 0
        var lastWasDot = true
        while index < bytes.count, bytes[index] != UInt8(ascii: "@") {
            let isDot = bytes[index] == UInt8(ascii: ".")
            guard isDot ? !lastWasDot : isAtomText(bytes[index]) else { return nil }
            lastWasDot = isDot
            index += 1
        }
        return lastWasDot ? nil : index
    }

    private static func isAtomText(_ byte: UInt8) -> Bool {
        if byte.isLetter || byte.decimalDigit != nil { return true }
        switch byte {
        // RFC 5322, section 3.2.3, atext.
        case UInt8(ascii: "!"), UInt8(ascii: "#")...UInt8(ascii: "'"), UInt8(ascii: "*"),
            UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "="),
            UInt8(ascii: "?"), UInt8(ascii: "^")...UInt8(ascii: "`"),
            UInt8(ascii: "{")...UInt8(ascii: "~"):
            return true
        default: return false
        }
    }

    private static func quotedEnd(_ bytes: Span<UInt8>) -> Int? {
        var index = 1
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""): return index + 1
            case UInt8(ascii: "\\"): index += 2
            case 0x20...0x7E: index += 1
            default: return nil
            }
        }
        return nil
    }

    private static func isMailDomain(_ bytes: Span<UInt8>, from start: Int) -> Bool {
        guard start < bytes.count else { return false }
        if bytes[start] == UInt8(ascii: "[") {
            return URIGrammar.isAddressLiteral(bytes, start..<bytes.count, inMail: true)
        }
        var label = 0
        for index in start..<bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "."):
                guard label > 0, bytes[index - 1] != UInt8(ascii: "-") else { return false }
                label = 0
            case UInt8(ascii: "-"):
                guard label > 0 else { return false }
                label += 1
            default:
                guard bytes[index].isLetter || bytes[index].decimalDigit != nil else {
                    return false
                }
                label += 1
            }
            // RFC 1035, section 2.3.4.
            guard label <= 63 else { return false }
        }
        return label > 0 && bytes[bytes.count - 1] != UInt8(ascii: "-")
    }
}
