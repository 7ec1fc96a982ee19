internal import CofferRecords

extension ReadTransaction {
    /// Gives every record that holds all words and "phrases" of `words` in its texts, by
    /// collection and in the order of its rows, until `each` says false.
    ///
    /// - Parameters:
    ///   - words: Words, and phrases in double quotes; at most 64, each of at most 1,024 bytes.
    ///   - collection: One collection; nil for all.
    ///   - progress: Is given the records looked at so far, and how many there are.
    ///   - each: Is given one after the other; false ends it.
    /// - Throws: ``VaultError/Code/usage`` when there is nothing to look for, or too much,
    ///   ``VaultError/Code/noCollection``, ``VaultError/Code/damaged``; what `each` throws.
    /// - Complexity: Opens every record.
    public final func search(
        _ words: String, in collection: String? = nil,
        progress: (UInt64, UInt64) -> Void = { _, _ in }, each: (Vault.Hit) throws -> Bool
    ) throws {
        guard let query = SearchQuery(words) else {
            throw VaultError(
                .usage,
                "there is no word to look for, more than \(SearchQuery.limit) words and phrases, "
                    + "or one of more than \(SearchQuery.longest) bytes")
        }
        try lending { reader in
            let plans = try collection.map { [try reader.plan(named: $0)] } ?? reader.plans()
            let total = try plans.reduce(0) { try $0 + reader.count($1) }
            var seen: UInt64 = 0
            var isDone = false
            for plan in plans where !isDone {
                try reader.search(
                    query, in: plan,
                    looked: {
                        seen += 1
                        progress(seen, total)
                    }
                ) { hit in
                    isDone = try !each(Vault.Hit(hit))
                    return !isDone
                }
            }
        }
    }
}

extension Vault.Hit {
    internal init(_ hit: SearchHit) {
        self.init(
            collection: hit.collection, document: Document(hit.record), score: hit.score,
            pointer: hit.pointer, before: hit.excerpt.before, match: hit.excerpt.hit,
            after: hit.excerpt.after)
    }
}
