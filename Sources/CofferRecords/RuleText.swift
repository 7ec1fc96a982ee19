/// What can be said of a rule's text before SQLite reads it.
internal enum RuleText {
    /// Whether the text can stand between brackets of ours without closing them: its own are
    /// balanced, and no quotation or comment is left open.
    ///
    /// The line end that we put behind it ends a comment of the form `-- …`.
    static func standsAlone(_ rule: String) -> Bool {
        var bytes = Array(rule.utf8)[...]
        var depth = 0
        while let byte = bytes.popFirst() {
            switch byte {
            case 0, UInt8(ascii: ";"): return false
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"):
                depth -= 1
                if depth < 0 { return false }
            case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"):
                // A doubled mark inside ends one quotation and begins the next.
                guard drop(&bytes, through: [byte]) else { return false }
            case UInt8(ascii: "["):
                guard drop(&bytes, through: [UInt8(ascii: "]")]) else { return false }
            case UInt8(ascii: "-") where bytes.first == UInt8(ascii: "-"):
                _ = drop(&bytes, through: [0x0A])
            case UInt8(ascii: "/") where bytes.first == UInt8(ascii: "*"):
                bytes.removeFirst()
                guard drop(&bytes, through: Array("*/".utf8)) else { return false }
            default: break
            }
        }
        return depth == 0
    }

    /// A text as SQLite compares names: without the case of ASCII letters, and of no others.
    static func folded(_ text: String) -> String {
        let bytes = text.utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Drops everything through the first `end`; false when there is none, and nothing is left.
    private static func drop(_ bytes: inout ArraySlice<UInt8>, through end: [UInt8]) -> Bool {
        while !bytes.isEmpty {
            if bytes.starts(with: end) {
                bytes.removeFirst(end.count)
                return true
            }
            bytes.removeFirst()
        }
        return false
    }
}
