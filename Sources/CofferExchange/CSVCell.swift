package import CofferFormat

/// What a cell of a CSV file means, in both directions.
///
/// | cell | value |
/// |---|---|
/// | nothing | the field is absent |
/// | `""` | the empty text; absent in a column that holds no texts |
/// | `\N` | null |
/// | `'` before a special text | that text, without the apostrophe |
/// | a number, `true`, `false`, JSON in `[]` or `{}` | that, where the column's types allow it |
/// | anything else | text |
///
/// A text is special when, passed over any apostrophes in front, it begins with what
/// spreadsheets take for a formula (`=` `+` `-` `@`, their full-width forms, tab, carriage
/// return, line feed), is `\N`, or would be read as another type. When such a text is written an
/// apostrophe is put in front, and when one is read with an apostrophe in front it is taken off:
/// so texts come back as they were, and no text is run as a formula. Numbers are written as
/// they are; a number alone is harmless.
///
/// What was written with one set of types comes back when it is read with the same.
package enum CSVCell {
    /// What the cells of a column may hold besides null.
    package struct Types: OptionSet, Hashable, Sendable {
        /// One bit a type.
        package let rawValue: UInt8

        /// Takes the bits.
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Texts.
        package static let text = Types(rawValue: 1)
        /// JSON numbers.
        package static let number = Types(rawValue: 2)
        /// `true` and `false`; in a column without texts in capitals, too.
        package static let boolean = Types(rawValue: 4)
        /// Arrays and objects, as JSON text.
        package static let structure = Types(rawValue: 8)
        /// Everything that a field can hold.
        package static let any: Types = [.text, .number, .boolean, .structure]
    }

    private static let apostrophe = UInt8(ascii: "'")
    /// OWASP, "CSV Injection": the characters that begin a formula or shift a cell's begin.
    private static let formulaStarts: Set<Unicode.Scalar> = [
        "=", "+", "-", "@", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
    ]

    /// The value of a cell; nil when the field is absent.
    package static func value(of cell: String, isQuoted: Bool, types: Types) -> Value? {
        if cell.isEmpty { return isQuoted && types.contains(.text) ? .text("") : nil }
        if cell.utf8.first == apostrophe {
            let isSpecial = isSpecial(cell, types)
            return .text(isSpecial ? String(cell.unicodeScalars.dropFirst()) : cell)
        }
        return plainValue(of: cell, types)
    }

    /// The cell for a value, before quotes.
    package static func text(of value: Value, types: Types) -> String {
        switch value {
        case .null: return "\\N"
        case .text(let text): return isSpecial(text, types) ? "'" + text : text
        default: return String(decoding: JSON.write(value), as: UTF8.self)
        }
    }

    private static func plainValue(of cell: String, _ types: Types) -> Value {
        if cell == "\\N" { return .null }
        if types.contains(.number), JSONNumber.isValid(cell) {
            return Value(numberLiteral: cell)
        }
        if types.contains(.boolean) {
            let word = types.contains(.text) ? cell : cell.lowercased()
            if word == "true" || word == "false" { return .bool(word == "true") }
        }
        let first = cell.utf8.first
        if types.contains(.structure), first == UInt8(ascii: "[") || first == UInt8(ascii: "{"),
            let value = try? JSON.parse(cell.utf8Span.span)
        {
            return value
        }
        return .text(cell)
    }

    private static func isSpecial(_ text: String, _ types: Types) -> Bool {
        // By scalars: a combining mark must not hide the character that it follows.
        let core = text.unicodeScalars.drop { $0 == "'" }
        guard let first = core.first else { return false }
        if formulaStarts.contains(first) { return true }
        guard types != .text || first == "\\" else { return false }
        guard case .text = plainValue(of: String(core), types) else { return true }
        return false
    }
}
