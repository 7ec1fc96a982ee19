internal import CofferFormat

/// What a query finds in one record.
internal struct SearchFinding {
    /// A text of at most so many bytes is a name or title, not prose.
    private static let nameSize = 64
    /// How many bytes of an excerpt stand before and after a hit.
    private static let margin = 48

    private let query: SearchQuery
    private var missing: Set<Int>
    private var score = 0
    /// The hit that is shown: of those with the greatest weight the first, and one in the record's
    /// own key, which is shown beside it, where there is no other.
    private var best: (weight: Int, pointer: String, text: String, range: Range<Int>)?

    init(_ query: SearchQuery) {
        self.query = query
        missing = Set(query.phrases.indices)
    }

    /// Looks at every text of a value.
    ///
    /// - Parameter isKey: Whether it is the record's own key.
    mutating func look(_ value: Value, _ pointer: String, isKey: Bool = false) {
        switch value {
        case .text(let text): look(text, pointer, isKey)
        case .array(let elements):
            for (index, element) in elements.enumerated() { look(element, "\(pointer)/\(index)") }
        case .object(let members):
            for member in members { look(member.value, pointer + JSONPointer.text([member.name])) }
        default: break
        }
    }

    private mutating func look(_ text: String, _ pointer: String, _ isKey: Bool) {
        for (phrase, range) in query.matches(in: text) {
            missing.remove(phrase)
            var weight = text.utf8.count <= Self.nameSize ? 10 : 1
            if range.count == text.utf8.count { weight += 20 }
            score += weight
            let rank = isKey ? 0 : weight
            if rank > best?.weight ?? -1 { best = (rank, pointer, text, range) }
        }
    }

    /// The hit; nil where a word is missing.
    func hit(_ record: Record, in collection: String) -> SearchHit? {
        guard missing.isEmpty, let best else { return nil }
        let text = best.text.utf8
        let start = text.index(text.startIndex, offsetBy: best.range.lowerBound)
        let end = text.index(text.startIndex, offsetBy: best.range.upperBound)
        let before = text.index(start, offsetBy: -Self.margin, limitedBy: text.startIndex)
        let after = text.index(end, offsetBy: Self.margin, limitedBy: text.endIndex)
        let from = Self.whole(before ?? text.startIndex, best.text)
        let to = Self.whole(after ?? text.endIndex, best.text)
        return SearchHit(
            collection: collection, record: record, score: score, pointer: best.pointer,
            excerpt: (
                before: (from > best.text.startIndex ? "…" : "") + best.text[from..<start],
                hit: String(best.text[start..<end]),
                after: best.text[end..<to] + (to < best.text.endIndex ? "…" : "")
            ))
    }

    /// The start of the scalar that a byte belongs to.
    private static func whole(_ index: String.Index, _ text: String) -> String.Index {
        let bytes = text.utf8
        var index = index
        while index > bytes.startIndex, index < bytes.endIndex, bytes[index] & 0xC0 == 0x80 {
            index = bytes.index(before: index)
        }
        return index
    }
}
