/// How many columns text takes on a terminal.
internal enum TextWidth {
    /// The columns of a character: 0, 1 or 2.
    internal static func of(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        if first.value < 0x300 { return 1 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        return isWide(first.value) || first.properties.isEmojiPresentation ? 2 : 1
    }

    /// The columns of a line.
    internal static func of(_ text: String) -> Int {
        text.utf8.allSatisfy { $0 < 0x80 } ? text.utf8.count : text.reduce(0) { $0 + of($1) }
    }

    /// The text in `width` columns: cut with an ellipsis, or filled with spaces.
    internal static func fit(_ text: String, _ width: Int, toTheRight: Bool = false) -> String {
        let own = of(text)
        if own > width { return cut(text, width) }
        let gap = String(repeating: " ", count: width - own)
        return toTheRight ? gap + text : text + gap
    }

    /// The text cut to at most `width` columns.
    internal static func cut(_ text: String, _ width: Int) -> String {
        guard of(text) > width else { return text }
        var result = ""
        var used = 0
        for character in text {
            let own = of(character)
            if used + own > width - 1 { break }
            result.append(character)
            used += own
        }
        return result + "…" + String(repeating: " ", count: max(0, width - 1 - used))
    }

    /// East Asian Wide and Fullwidth (Unicode Standard Annex 11), by block.
    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
            0xA000...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}
