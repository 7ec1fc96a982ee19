/// The grammar of a URI (RFC 3986, appendix A), as far as telling whether a text is one.
internal enum URIGrammar {
    /// Whether the bytes are a URI with a scheme; a relative reference is not.
    internal static func isURI(_ bytes: Span<UInt8>) -> Bool {
        guard let colon = schemeEnd(bytes) else { return false }
        var index = colon + 1
        if index + 1 < bytes.count, bytes[index] == UInt8(ascii: "/"),
            bytes[index + 1] == UInt8(ascii: "/")
        {
            index += 2
            var end = index
            while end < bytes.count, !isDelimiter(bytes[end]) { end += 1 }
            guard isAuthority(bytes, index..<end) else { return false }
            index = end
        }
        var seenFragment = false
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "%"):
                guard isEscape(bytes, at: index, before: bytes.count) else { return false }
                index += 2
            case UInt8(ascii: "#"):
                guard !seenFragment else { return false }
                seenFragment = true
            case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: ":"), UInt8(ascii: "@"): break
            default: guard isPlain(bytes[index]) else { return false }
            }
            index += 1
        }
        return true
    }

    private static func schemeEnd(_ bytes: Span<UInt8>) -> Int? {
        guard bytes.count > 1, bytes[0].isLetter else { return nil }
        for index in 1..<bytes.count {
            switch bytes[index] {
            case UInt8(ascii: ":"): return index
            case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): continue
            default:
                guard bytes[index].isLetter || bytes[index].decimalDigit != nil else { return nil }
            }
        }
        return nil
    }

    private static func isDelimiter(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
    }

    // `unreserved` and `sub-delims`.
    private static func isPlain(_ byte: UInt8) -> Bool {
        if byte.isLetter || byte.decimalDigit != nil { return true }
        switch byte {
        case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&")...UInt8(ascii: "."),
            UInt8(ascii: ";"), UInt8(ascii: "="), UInt8(ascii: "_"), UInt8(ascii: "~"):
            return true
        default: return false
        }
    }

    private static func isEscape(_ bytes: Span<UInt8>, at index: Int, before end: Int) -> Bool {
        index + 2 < end && bytes[index + 1].hexDigit != nil && bytes[index + 2].hexDigit != nil
    }

    private static func isAuthority(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var start = range.lowerBound
        for index in range.reversed() where bytes[index] == UInt8(ascii: "@") {
            guard isName(bytes, start..<index, colons: true) else { return false }
            start = index + 1
            break
        }
        var end = range.upperBound
        while end > start, bytes[end - 1].decimalDigit != nil { end -= 1 }
        if end > start, bytes[end - 1] == UInt8(ascii: ":") {
            end -= 1
        } else {
            end = range.upperBound
        }
        if start < end, bytes[start] == UInt8(ascii: "[") {
            return isAddressLiteral(bytes, start..<end, inMail: false)
        }
        return isName(bytes, start..<end, colons: false)
    }

    private static func isName(_ bytes: Span<UInt8>, _ range: Range<Int>, colons: Bool) -> Bool {
        var index = range.lowerBound
        while index < range.upperBound {
            if bytes[index] == UInt8(ascii: "%") {
                guard isEscape(bytes, at: index, before: range.upperBound) else { return false }
                index += 3
            } else {
                guard isPlain(bytes[index]) || colons && bytes[index] == UInt8(ascii: ":") else {
                    return false
                }
                index += 1
            }
        }
        return true
    }

    /// Whether the range is an address in square brackets: IPv6, a later kind, in mail also IPv4.
    internal static func isAddressLiteral(
        _ bytes: Span<UInt8>, _ range: Range<Int>, inMail: Bool
    ) -> Bool {
        guard range.count >= 4, bytes[range.lowerBound] == UInt8(ascii: "["),
            bytes[range.upperBound - 1] == UInt8(ascii: "]")
        else { return false }
        var inside: [UInt8] = []
        for index in range.dropFirst().dropLast() { inside.append(bytes[index]) }
        var text = String(decoding: inside, as: UTF8.self)
        if inside[0] | 0x20 == UInt8(ascii: "v") { return isFutureAddress(inside) }
        guard inMail else { return isIPv6(text) }
        // RFC 5321, section 4.1.3 writes the kind of address before it.
        guard text.hasPrefix("IPv6:") else { return isIPv4(text[...]) }
        text.removeFirst(5)
        return isIPv6(text)
    }

    private static func isFutureAddress(_ bytes: [UInt8]) -> Bool {
        guard let dot = bytes.firstIndex(of: UInt8(ascii: ".")), dot > 1, dot + 1 < bytes.count
        else { return false }
        return bytes[1..<dot].allSatisfy { $0.hexDigit != nil }
            && bytes[(dot + 1)...].allSatisfy { isPlain($0) || $0 == UInt8(ascii: ":") }
    }

    private static func isIPv6(_ text: String) -> Bool {
        let halves = text.split(separator: "::", omittingEmptySubsequences: false)
        guard halves.count <= 2 else { return false }
        var groups = 0
        for (position, half) in halves.enumerated() {
            if half.isEmpty, halves.count == 2 { continue }
            let parts = half.split(separator: ":", omittingEmptySubsequences: false)
            for (index, part) in parts.enumerated() {
                let isLast = position == halves.count - 1 && index == parts.count - 1
                if isLast, part.contains(".") {
                    guard isIPv4(part) else { return false }
                    groups += 2
                } else {
                    guard (1...4).contains(part.utf8.count),
                        part.utf8.allSatisfy({ $0.hexDigit != nil })
                    else { return false }
                    groups += 1
                }
            }
        }
        return halves.count == 2 ? groups <= 7 : groups == 8
    }

    private static func isIPv4(_ text: Substring) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                guard (1...3).contains(part.utf8.count),
                    part.utf8.allSatisfy({ $0.decimalDigit != nil }),
                    part.utf8.count == 1 || !part.hasPrefix("0"), let number = Int(part)
                else { return false }
                return number <= 255
            }
    }
}
