extension Vault {
    /// A record that holds everything that was looked for.
    public struct Hit: Sendable {
        /// The name of its collection.
        public let collection: String
        /// The record.
        public let document: Document
        /// How well it fits: hits in short texts, such as names, count for more.
        public let score: Int
        /// The JSON pointer of the text that the excerpt is from.
        public let pointer: String
        /// What stands before the hit.
        public let before: String
        /// The hit as it is written.
        public let match: String
        /// What stands after the hit.
        public let after: String
    }

    /// Gives every record that holds all words and "phrases" of `words` in its texts, by
    /// collection and in the order of its rows, until `each` says false.
    ///
    /// Case, accents and normalisation make no difference; words are whole.
    ///
    /// - Parameters:
    ///   - words: Words, and phrases in double quotes; at most 64, each of at most 1,024 bytes.
    ///   - collection: One collection; nil for all.
    ///   - progress: Is given the records looked at so far, and how many there are.
    ///   - each: Is given one after the other; false ends it.
    /// - Throws: ``VaultError/Code/usage`` when there is nothing to look for, or too much,
    ///   ``VaultError/Code/noCollection``, ``VaultError/Code/damaged``.
    /// - Complexity: Opens every record.
    public func search(
        _ words: String, in collection: String? = nil,
        progress: (UInt64, UInt64) -> Void = { _, _ in }, each: (Hit) throws -> Bool
    ) throws(VaultError) {
        try reading {
            try $0.search(words, in: collection, progress: progress, each: each)
        }
    }
}
