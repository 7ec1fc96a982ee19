/// Writes a regular expression of ECMAScript as the same expression for PCRE2.
///
/// JSON Schema patterns are ECMAScript's (ECMA-262, section 22.2, with the Unicode flag). Where
/// both libraries read the same text differently, the meaning of ECMAScript is written out;
/// what only PCRE2 knows (verbs, inline options, recursion, possessive quantifiers) is
/// refused, and with it every way for a pattern to lift its own limits.
internal struct ECMAScriptPattern {
    /// The expression for PCRE2, which must run with UTF and without UCP: so `\d`, `\w` and
    /// `\b` mean ASCII, as they do in ECMAScript.
    internal private(set) var translated = ""

    private let source: [Unicode.Scalar]
    private var index = 0

    // White space and line terminators of ECMA-262, sections 12.2 and 12.3.
    private static let space =
        #"\x{9}-\x{d}\x{20}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}"#
        + #"\x{3000}\x{feff}"#
    private static let notSpace =
        #"\x{0}-\x{8}\x{e}-\x{1f}\x{21}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}"#
        + #"\x{200b}-\x{2027}\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}"#
        + #"\x{3001}-\x{fefe}\x{ff00}-\x{10ffff}"#
    private static let anyButLineEnd = #"[^\x{a}\x{d}\x{2028}\x{2029}]"#
    private static let anything = #"[\x{0}-\x{10ffff}]"#
    private static let nothing = "(?!)"

    /// Translates `pattern`.
    ///
    /// - Throws: One line that says what is not supported.
    internal init(_ pattern: String) throws(Unsupported) {
        source = Array(pattern.unicodeScalars)
        while let scalar = next() {
            switch scalar {
            case "\\": try translateEscape(inClass: false)
            case "[": try translateClass()
            case "(": try translateGroup()
            case ".": translated += Self.anyButLineEnd
            case "*", "+", "?": try translateQuantifier(String(scalar))
            case "{": try translateBraces()
            case "]", "}": translated += "\\" + String(scalar)
            default: translated.unicodeScalars.append(scalar)
            }
        }
    }

    /// What a pattern asks for that is not there, as the end of a sentence.
    internal struct Unsupported: Error {
        /// The end of the sentence "The pattern has …".
        internal let what: String
    }

    private func peek(_ distance: Int = 0) -> Unicode.Scalar? {
        index + distance < source.count ? source[index + distance] : nil
    }

    private mutating func next() -> Unicode.Scalar? {
        guard let scalar = peek() else { return nil }
        index += 1
        return scalar
    }

    private mutating func skip(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        guard source[index...].starts(with: scalars) else { return false }
        index += scalars.count
        return true
    }
}

// Groups and quantifiers.
extension ECMAScriptPattern {
    private mutating func translateGroup() throws(Unsupported) {
        if peek() == "*" { throw Unsupported(what: "\"(*\", which ECMAScript does not know") }
        guard skip("?") else {
            translated += "("
            return
        }
        for opening in [":", "=", "!", "<=", "<!"] where skip(opening) {
            translated += "(?" + opening
            return
        }
        guard skip("<") else {
            throw Unsupported(what: "a \"(?\" group that ECMAScript does not know")
        }
        translated += "(?<" + (try groupName()) + ">"
    }

    private mutating func groupName() throws(Unsupported) -> String {
        var name = ""
        while let scalar = next(), scalar != ">" {
            guard scalar.isASCII,
                scalar.properties.isAlphabetic || scalar == "_"
                    || (scalar.properties.numericType != nil && !name.isEmpty), name.count < 32
            else { throw Unsupported(what: "a group name that is not a short ASCII name") }
            name.unicodeScalars.append(scalar)
        }
        guard !name.isEmpty, source[index - 1] == ">" else {
            throw Unsupported(what: "a group without a name")
        }
        return name
    }

    private mutating func translateQuantifier(_ quantifier: String) throws(Unsupported) {
        translated += quantifier
        if skip("?") { translated += "?" }
        // A second plus would make it possessive in PCRE2; ECMAScript has nothing to repeat.
        if let after = peek(), after == "+" || after == "*" || after == "?" {
            throw Unsupported(what: "a quantifier after a quantifier")
        }
    }

    private mutating func translateBraces() throws(Unsupported) {
        var length = 0
        var commas = 0
        while let scalar = peek(length), scalar != "}" {
            let isComma = scalar == ","
            guard isComma || ("0"..."9").contains(scalar), !(isComma && length == 0) else { break }
            commas += isComma ? 1 : 0
            length += 1
        }
        guard length > 0, length < 16, commas < 2, peek(length) == "}" else {
            translated += "\\{"
            return
        }
        let body = String(String.UnicodeScalarView(source[index..<index + length]))
        index += length + 1
        try translateQuantifier("{" + body + "}")
    }
}

// Character classes.
extension ECMAScriptPattern {
    private mutating func translateClass() throws(Unsupported) {
        let negated = skip("^")
        if skip("]") {
            translated += negated ? Self.anything : Self.nothing
            return
        }
        translated += negated ? "[^" : "["
        var afterSet = false
        while let scalar = next() {
            switch scalar {
            case "]":
                translated += "]"
                return
            case "\\":
                afterSet = try translateEscape(inClass: true)
                continue
            case "[":
                translated += "\\["
            case "-" where afterSet || isSet(at: 0):
                // Next to a set of characters a hyphen cannot make a range.
                translated += "\\-"
            default:
                translated.unicodeScalars.append(scalar)
            }
            afterSet = false
        }
        throw Unsupported(what: "a \"[\" without its \"]\"")
    }

    private func isSet(at distance: Int) -> Bool {
        guard peek(distance) == "\\", let letter = peek(distance + 1) else { return false }
        return "dDwWsSpP".unicodeScalars.contains(letter)
    }
}

// Escapes.
extension ECMAScriptPattern {
    /// Translates what follows a backslash; true where it stands for a set of characters.
    @discardableResult
    private mutating func translateEscape(inClass: Bool) throws(Unsupported) -> Bool {
        guard let scalar = next() else { throw Unsupported(what: "a backslash at its end") }
        switch scalar {
        case "d", "D", "w", "W":
            translated += "\\" + String(scalar)
            return true
        case "s":
            translated += inClass ? Self.space : "[" + Self.space + "]"
            return true
        case "S":
            translated += inClass ? Self.notSpace : "[^" + Self.space + "]"
            return true
        case "p", "P":
            translated += "\\" + String(scalar) + "{" + (try property()) + "}"
            return true
        case "b" where inClass: append(0x08)
        case "b", "B":
            guard !inClass else { throw Unsupported(what: "a \"\\B\" inside brackets") }
            translated += "\\" + String(scalar)
        case "t": append(0x09)
        case "n": append(0x0A)
        case "v": append(0x0B)
        case "f": append(0x0C)
        case "r": append(0x0D)
        case "c":
            guard let letter = next(), letter.isASCII, letter.properties.isAlphabetic else {
                throw Unsupported(what: "a \"\\c\" without a letter")
            }
            append(letter.value & 0x1F)
        case "x": append(try hexadecimal(count: 2))
        case "u": append(try unicodeEscape())
        case "0":
            if let digit = peek(), ("0"..."9").contains(digit) {
                throw Unsupported(what: "an octal escape")
            }
            append(0)
        case "1"..."9":
            guard !inClass else { throw Unsupported(what: "an octal escape") }
            translated += "\\g{" + backReference(scalar) + "}"
        case "k":
            guard !inClass, skip("<") else { throw Unsupported(what: "a \"\\k\" without a name") }
            translated += "\\k<" + (try groupName()) + ">"
        default:
            guard !scalar.isASCII || !scalar.properties.isAlphabetic else {
                throw Unsupported(what: "an escape \"\\\(scalar)\" that ECMAScript does not know")
            }
            append(scalar.value)
        }
        return false
    }

    private mutating func append(_ value: UInt32) {
        translated += "\\x{" + String(value, radix: 16) + "}"
    }

    private mutating func backReference(_ first: Unicode.Scalar) -> String {
        var digits = String(first)
        while digits.count < 3, let digit = peek(), ("0"..."9").contains(digit) {
            digits.unicodeScalars.append(digit)
            index += 1
        }
        return digits
    }

    private mutating func hexadecimal(count: Int) throws(Unsupported) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let scalar = next(), scalar.isASCII,
                let digit = UInt8(truncatingIfNeeded: scalar.value).hexDigit
            else { throw Unsupported(what: "an escape with too few hexadecimal digits") }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    private mutating func unicodeEscape() throws(Unsupported) -> UInt32 {
        var value: UInt32 = 0
        if skip("{") {
            var digits = 0
            while !skip("}") {
                value = value << 4 | (try hexadecimal(count: 1))
                digits += 1
                guard digits <= 6 else { throw Unsupported(what: "too large a code point") }
            }
            guard digits > 0 else { throw Unsupported(what: "an empty code point") }
        } else {
            value = try hexadecimal(count: 4)
            if (0xD800...0xDBFF).contains(value), skip("\\u") {
                let low = try hexadecimal(count: 4)
                guard (0xDC00...0xDFFF).contains(low) else {
                    throw Unsupported(what: "half of a surrogate pair")
                }
                value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            }
        }
        guard Unicode.Scalar(value) != nil else {
            throw Unsupported(what: "a code point that no text can hold")
        }
        return value
    }

    private mutating func property() throws(Unsupported) -> String {
        guard skip("{") else { throw Unsupported(what: "a \"\\p\" without a property") }
        var name = ""
        while let scalar = next(), scalar != "}" {
            guard scalar.isASCII, name.count < 64,
                scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                    || scalar == "_" || scalar == "="
            else { throw Unsupported(what: "a property with a name that is not one") }
            name.unicodeScalars.append(scalar)
        }
        guard !name.isEmpty, source[index - 1] == "}" else {
            throw Unsupported(what: "a \"\\p{\" without its \"}\"")
        }
        let parts = name.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return Self.categories[name] ?? name }
        switch parts[0] {
        case "General_Category", "gc": return Self.categories[parts[1]] ?? parts[1]
        case "Script", "sc": return "sc:" + parts[1]
        case "Script_Extensions", "scx": return "scx:" + parts[1]
        default: throw Unsupported(what: "a property that ECMAScript does not know")
        }
    }

    // Long names and aliases of general categories (Unicode PropertyValueAliases.txt, "gc");
    // PCRE2 knows only the short names.
    private static let categories: [String: String] = [
        "Other": "C", "Control": "Cc", "cntrl": "Cc", "Format": "Cf", "Unassigned": "Cn",
        "Private_Use": "Co", "Surrogate": "Cs", "Letter": "L", "Cased_Letter": "L&", "LC": "L&",
        "Lowercase_Letter": "Ll", "Modifier_Letter": "Lm", "Other_Letter": "Lo",
        "Titlecase_Letter": "Lt", "Uppercase_Letter": "Lu", "Mark": "M", "Combining_Mark": "M",
        "Spacing_Mark": "Mc", "Enclosing_Mark": "Me", "Nonspacing_Mark": "Mn", "Number": "N",
        "Decimal_Number": "Nd", "digit": "Nd", "Letter_Number": "Nl", "Other_Number": "No",
        "Punctuation": "P", "punct": "P", "Connector_Punctuation": "Pc",
        "Dash_Punctuation": "Pd", "Close_Punctuation": "Pe", "Final_Punctuation": "Pf",
        "Initial_Punctuation": "Pi", "Other_Punctuation": "Po", "Open_Punctuation": "Ps",
        "Symbol": "S", "Currency_Symbol": "Sc", "Modifier_Symbol": "Sk", "Math_Symbol": "Sm",
        "Other_Symbol": "So", "Separator": "Z", "Line_Separator": "Zl",
        "Paragraph_Separator": "Zp", "Space_Separator": "Zs",
    ]
}
