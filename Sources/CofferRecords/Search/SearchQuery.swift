/// What is looked for: words and "phrases", all of which a record must hold.
package struct SearchQuery: Sendable {
    /// Folded words that stand one after the other.
    internal let phrases: [[[UInt8]]]

    /// The most phrases of a query.
    package static let limit = 64

    /// The longest word or phrase, in bytes: each may be compared at every place of every text.
    package static let longest = 1_024

    /// Reads a query: words, and phrases in double quotes.
    ///
    /// A word such as an address is a phrase of its parts. Nil when there is nothing to look for,
    /// more than ``limit`` phrases, or one of more than ``longest`` bytes.
    package init?(_ text: String) {
        var phrases: [[[UInt8]]] = []
        for (index, part) in text.split(separator: "\"", omittingEmptySubsequences: false)
            .enumerated()
        {
            let pieces = index % 2 == 1 ? [part] : part.split(whereSeparator: \.isWhitespace)
            for piece in pieces {
                guard piece.utf8.count <= Self.longest else { return nil }
                let words = Self.words(String(piece))
                if !words.isEmpty { phrases.append(words) }
            }
        }
        guard !phrases.isEmpty, phrases.count <= Self.limit else { return nil }
        self.phrases = phrases
    }

    private static func words(_ text: String) -> [[UInt8]] {
        let bytes = text.utf8Span.span
        return SearchText.words(bytes).map { SearchText.fold(bytes.extracting($0)) }
    }

    /// Where a text holds phrases of the query: the phrase, and the bytes of the hit.
    internal func matches(in text: String) -> [(phrase: Int, range: Range<Int>)] {
        let bytes = text.utf8Span.span
        // Most texts hold nothing that is looked for, and most of those are seen here.
        if SearchText.isASCII(bytes) {
            let isPossible = phrases.contains { phrase in
                phrase.allSatisfy { SearchText.contains(bytes, $0) }
            }
            guard isPossible else { return [] }
        }
        let ranges = SearchText.words(bytes)
        let words = ranges.map { SearchText.fold(bytes.extracting($0)) }
        var found: [(phrase: Int, range: Range<Int>)] = []
        for (index, phrase) in phrases.enumerated() where phrase.count <= words.count {
            for start in 0...(words.count - phrase.count)
            where words[start] == phrase[0] && words[start..<start + phrase.count] == phrase[...] {
                let end = ranges[start + phrase.count - 1].upperBound
                found.append((index, ranges[start].lowerBound..<end))
            }
        }
        return found
    }
}
