/// Wrapping and aligning of plain text.
internal enum TextLayout {
    /// Narrower than this, two columns cannot be read; help is laid out as if it were this wide.
    internal static let narrowest = 40

    /// A label longer than this stands on a line of its own.
    internal static let widestLabel = 26

    /// Breaks `text` at spaces into lines of at most `width` characters.
    ///
    /// A longer word stands alone on its line, uncut, so that it can be copied.
    internal static func wrap(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(whereSeparator: { $0 == " " || $0.isNewline }) {
            if line.isEmpty {
                line = String(word)
            } else if line.count + 1 + word.count <= width {
                line += " " + word
            } else {
                lines.append(line)
                line = String(word)
            }
        }
        return line.isEmpty ? lines : lines + [line]
    }

    /// Lays out paragraphs; what begins with four spaces keeps its lines.
    internal static func prose(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        for block in blocks(of: text) {
            if !lines.isEmpty { lines.append("") }
            switch block {
            case .verbatim(let kept): lines += kept
            case .paragraph(let paragraph): lines += wrap(paragraph, width: width)
            }
        }
        return lines
    }

    /// The column at which the texts of lists that shall line up begin.
    internal static func textColumn(after labels: [String]) -> Int {
        2 + (labels.map(\.count).filter { $0 <= widestLabel }.max() ?? 0) + 2
    }

    /// Sets labels beside their texts, the texts beginning in the column `start`.
    internal static func columns(
        _ rows: [(label: String, text: String)], from start: Int, width: Int
    ) -> [String] {
        let margin = String(repeating: " ", count: start)
        return rows.flatMap { row -> [String] in
            let label = "  " + row.label
            let texts = wrap(row.text, width: max(width - start, 10))
            guard let first = texts.first else { return [label] }
            let rest = texts.dropFirst().map { margin + $0 }
            guard label.count + 2 <= start else { return [label, margin + first] + rest }
            let gap = String(repeating: " ", count: start - label.count)
            return [label + gap + first] + rest
        }
    }
}

extension TextLayout {
    /// A part of a discussion.
    internal enum Block: Hashable {
        /// Prose that may be wrapped.
        case paragraph(String)
        /// Lines that are kept, such as an example.
        case verbatim([String])
    }

    /// Parts a discussion at its empty lines.
    internal static func blocks(of text: String) -> [Block] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.split(whereSeparator: { $0.allSatisfy { $0 == " " } }).map { lines in
            if lines.allSatisfy({ $0.hasPrefix("    ") }) {
                return .verbatim(lines.map(String.init))
            }
            return .paragraph(lines.joined(separator: " "))
        }
    }
}
