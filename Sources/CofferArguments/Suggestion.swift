/// The known word that a mistyped one was probably meant to be.
internal enum Suggestion {
    // Longer words are not typing mistakes; the bound keeps the table small.
    private static let longestWord = 40

    /// The nearest of `words`, or `nil` when none is near enough to be helpful.
    ///
    /// Near is a word that begins with what was typed, or one within one edit for each three
    /// letters. Among equals the first wins.
    internal static func nearest(to typed: some StringProtocol, in words: [String]) -> String? {
        let typed = Array(typed.lowercased().unicodeScalars.prefix(longestWord + 1))
        guard !typed.isEmpty, typed.count <= longestWord else { return nil }
        var best: (word: String, distance: Int)?
        for word in words {
            let letters = Array(word.lowercased().unicodeScalars)
            let allowed = max(1, min(typed.count, letters.count) / 3)
            var distance = distance(typed, letters)
            if typed.count >= 2, letters.starts(with: typed) { distance = min(distance, 1) }
            guard distance <= allowed, distance < min(typed.count, letters.count) else { continue }
            if distance < best?.distance ?? .max { best = (word, distance) }
        }
        return best?.word
    }

    /// Edits between two words: insert, delete, replace, swap of neighbours.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                var cost = min(last[column + 1], current[column]) + 1
                cost = min(cost, last[column] + (left[row] == right[column] ? 0 : 1))
                if row > 0, column > 0, left[row] == right[column - 1],
                    left[row - 1] == right[column]
                {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
