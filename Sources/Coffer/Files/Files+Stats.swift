internal import CofferCare
internal import CofferRecords

extension Files {
    /// How much the files take.
    public struct Stats: Sendable {
        /// How many files there are.
        public let files: UInt64
        /// How many bytes they have together.
        public let bytes: UInt64
        /// How many chunks are stored.
        public let chunks: UInt64
        /// How many bytes those have: what is left when nothing is counted twice.
        public let distinct: UInt64
        /// How many bytes of the disk they take.
        public let stored: UInt64
        /// How many packs there are.
        public let packs: Int
    }

    /// How much the files take.
    ///
    /// - Throws: ``VaultError/Code/damaged``, ``VaultError/Code/storage``.
    /// - Complexity: linear in the number of files and chunks.
    public func stats() throws(VaultError) -> Stats {
        try vault.holding {
            let found = try vault.records.read { try FileStatistics(vault.records, $0) }
            return Stats(
                files: found.files, bytes: found.bytes, chunks: found.chunks,
                distinct: found.distinct, stored: found.stored, packs: found.packs)
        }
    }
}
