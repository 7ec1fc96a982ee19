/// Finds the word that was probably meant.
internal enum Spelling {
    /// The candidate nearest to `word`; nil where none is near.
    internal static func nearest(to word: String, among candidates: [String]) -> String? {
        var best: (distance: Int, word: String)?
        for candidate in candidates {
            let distance = distance(Array(word.utf8.prefix(64)), Array(candidate.utf8))
            if distance < best?.distance ?? .max { best = (distance, candidate) }
        }
        guard let best, best.distance <= max(2, best.word.utf8.count / 3) else { return nil }
        return best.word
    }

    /// The end of an error message: what was probably meant, or what there is.
    internal static func hint(for word: String, among candidates: [String]) -> String {
        if let nearest = nearest(to: word, among: candidates) { return "did you mean \(nearest)?" }
        return "known are " + candidates.joined(separator: ", ") + "."
    }

    // Levenshtein's distance, one row at a time.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (position, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = position + 1
            for (other, candidate) in right.enumerated() {
                let above = row[other + 1]
                row[other + 1] = min(
                    above + 1, row[other] + 1, diagonal + (byte == candidate ? 0 : 1))
                diagonal = above
            }
        }
        return row[right.count]
    }
}
