internal import CofferCare
internal import CofferFormat
internal import CofferRecords
internal import CofferStore

extension Vault {
    /// One key of the vault and what is under it.
    public struct KeyCount: Sendable {
        /// Its number.
        public let number: UInt32
        /// What it is for, such as `records`.
        public let purpose: String
        /// `active`, `retiring` or `archived`.
        public let state: String
        /// Since when it is in use, in milliseconds since 1970.
        public let created: Int64
        /// Records that have fields or indexes under it.
        public let records: UInt64
        /// Older versions that have fields or indexes under it.
        public let versions: UInt64
        /// Deletions, notes of older versions and entries of the audit log that it sealed.
        public let entries: UInt64
        /// Chunks of files.
        public let chunks: UInt64
        /// Known bundles whose contents are under it.
        public let bundles: UInt64
    }

    /// Counts what is under each key, in the vault as it is now.
    ///
    /// - Throws: ``VaultError/Code/locked``; ``VaultError/Code/damaged`` for a row that opens under
    ///   no key.
    /// - Complexity: linear in the number of rows of the vault; their fields are not read.
    public func keyCensus() throws(VaultError) -> [KeyCount] {
        try holding {
            try records.read { reader in
                var census = KeyCensus(reader, store)
                return try census.run().map { count in
                    KeyCount(
                        number: count.number, purpose: Self.word(count.facts.purpose),
                        state: Self.word(count.facts.state), created: count.facts.created,
                        records: count.records, versions: count.versions, entries: count.entries,
                        chunks: count.chunks,
                        bundles: count.bundles)
                }
            }
        }
    }

    private static func word(_ state: KeyRow.State) -> String {
        switch state {
        case .active: "active"
        case .retiring: "retiring"
        case .archived: "archived"
        }
    }
}
