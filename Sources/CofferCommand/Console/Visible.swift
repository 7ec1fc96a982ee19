/// Text from outside, made safe to show on a terminal.
///
/// Whatever can move the cursor, hide or reorder text is written as an escape, so that a record
/// cannot pretend to be something else or press keys (`ESC [ … n` makes a terminal answer).
internal enum Visible {
    /// One line: line ends are escaped, too.
    internal static func line(_ text: some StringProtocol) -> String {
        escape(text, keeping: [])
    }

    /// Several lines: line feeds and tabs stay.
    internal static func lines(_ text: some StringProtocol) -> String {
        escape(text, keeping: ["\n", "\t"])
    }

    /// JSON, in which the escapes are those of JSON, so that it stays the same value.
    internal static func json(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { isHidden($0) && $0 != "\n" }) else {
            return text
        }
        var result = ""
        for scalar in text.unicodeScalars {
            guard isHidden(scalar), scalar != "\n" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return result
    }

    /// Whether a scalar does something to a terminal other than showing a character.
    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value >= 0x20, scalar.value < 0x7F { return false }
        return switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate: true
        // The bidirectional controls; joiners inside words and emoji are format characters, too.
        case .format: scalar.properties.isBidiControl || scalar.value >= 0xE_0000
        default: false
        }
    }

    private static func escape(
        _ text: some StringProtocol, keeping kept: Set<Unicode.Scalar>
    ) -> String {
        guard text.unicodeScalars.contains(where: { isHidden($0) && !kept.contains($0) }) else {
            return String(text)
        }
        var result = ""
        for scalar in text.unicodeScalars {
            if isHidden(scalar), !kept.contains(scalar) {
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
