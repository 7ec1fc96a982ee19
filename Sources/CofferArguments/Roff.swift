/// Writing of man(7) source.
internal enum Roff {
    /// Text as roff shows it: nothing in it is a request, an escape or a changed glyph.
    ///
    /// The escapes are those that groff_char(7) gives for the ASCII characters that a
    /// typesetter would otherwise replace.
    internal static func text(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            case "\"": result += "\\(dq"
            case "'": result += "\\(aq"
            case "`": result += "\\(ga"
            case "^": result += "\\(ha"
            case "~": result += "\\(ti"
            case "\n": result += " "
            default:
                if VisibleText.isInvisible(scalar) {
                    result += "\\eu{" + String(scalar.value, radix: 16, uppercase: true) + "}"
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        // A full stop that begins a line begins a request.
        return result.hasPrefix(".") ? "\\&" + result : result
    }

    /// A request with its arguments, each quoted.
    internal static func request(_ name: String, _ arguments: String...) -> String {
        ([".\(name)"] + arguments.map { "\"\(text($0))\"" }).joined(separator: " ")
    }

    /// Paragraphs and kept lines of a discussion.
    internal static func prose(_ source: String) -> [String] {
        TextLayout.blocks(of: source).flatMap { block -> [String] in
            switch block {
            case .paragraph(let paragraph): [".PP", text(paragraph)]
            case .verbatim(let lines):
                [".PP", ".RS 4", ".nf"] + lines.map { text(String($0.dropFirst(4))) }
                    + [".fi", ".RE"]
            }
        }
    }

    /// A list of terms with their explanation.
    internal static func terms(_ rows: [(label: String, text: String)]) -> [String] {
        rows.flatMap { [".TP", "\\fB\(text(trimmed($0.label)))\\fR", text($0.text)] }
    }

    private static func trimmed(_ label: String) -> String {
        String(label.drop { $0 == " " })
    }
}
