/// Parts a text into statements of SQL, which end at semicolons outside of texts, names and
/// comments.
internal struct SQLScript {
    private enum Place {
        case statement
        case quoted(UInt8)
        case lineComment
        /// With the number of bytes before its content: the star of `/*` is not that of `*/`.
        case comment(Int)
    }

    private var text: [UInt8] = []
    private var place = Place.statement
    private var hasContent = false
    /// Whether a statement was begun and not ended.
    internal var isInside: Bool { hasContent }

    /// Nothing yet.
    internal init() {}

    /// Takes in more text and gives the statements that end in it.
    internal mutating func add(_ bytes: some Collection<UInt8>) -> [String] {
        var statements: [String] = []
        for byte in bytes {
            text.append(byte)
            if step(byte) { statements += finish() }
        }
        return statements
    }

    /// What is left without a semicolon; nothing where there is only space and comments.
    internal mutating func finish() -> [String] {
        defer {
            text = []
            place = .statement
            hasContent = false
        }
        guard hasContent else { return [] }
        // Places in messages count from where the statement begins.
        return [
            String(decoding: text.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }, as: UTF8.self)
        ]
    }

    /// Whether a statement ends with this byte.
    private mutating func step(_ byte: UInt8) -> Bool {
        let before = text.count > 1 ? text[text.count - 2] : 0
        switch place {
        case .statement:
            switch byte {
            case UInt8(ascii: ";"): return true
            case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"):
                place = .quoted(byte)
                hasContent = true
            case UInt8(ascii: "["):
                place = .quoted(UInt8(ascii: "]"))
                hasContent = true
            case UInt8(ascii: "-") where before == byte: place = .lineComment
            case UInt8(ascii: "*") where before == UInt8(ascii: "/"): place = .comment(text.count)
            case UInt8(ascii: "-"), UInt8(ascii: "/"), 0x20, 0x09...0x0D: break
            default: hasContent = true
            }
        case .quoted(let end):
            // A doubled quote ends the text here and begins it again at once.
            if byte == end { place = .statement }
        case .lineComment:
            if byte == 10 { place = .statement }
        case .comment(let start):
            if byte == UInt8(ascii: "/"), before == UInt8(ascii: "*"), text.count > start + 1 {
                place = .statement
            }
        }
        return false
    }
}
