/// Text from outside, made safe to show on a terminal.
internal enum VisibleText {
    /// What a message repeats of a user's word, in Unicode scalars; more is cut.
    internal static let longestEcho = 60

    /// Whether `scalar` can move the cursor, hide text, reorder it or break the line.
    internal static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        // Format covers the bidirectional controls and zero-width joiners.
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
            true
        default:
            false
        }
    }

    /// The text with invisible scalars written as `\u{1B}`, cut to ``longestEcho``.
    internal static func echo(_ text: some StringProtocol) -> String {
        var result = ""
        var count = 0
        for scalar in text.unicodeScalars {
            if count == longestEcho { return result + "..." }
            count += 1
            if isInvisible(scalar) {
                result += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
