internal import CofferStore

extension Vault {
    /// A change of a record, or its removal.
    public struct Change: Sendable {
        /// What happened.
        public enum Kind: String, Sendable {
            /// The record was made or written.
            case put
            /// The record was removed.
            case delete
        }

        /// Its number; later changes have higher ones.
        public let number: UInt64
        /// The name of the collection.
        public let collection: String
        /// The record's id.
        public let id: String
        /// What happened.
        public let kind: Kind
        /// The record's version after it.
        public let version: UInt64
    }

    /// Gives, in their order, the newest change of each record that was changed after `number`,
    /// and the removals since then, until `each` says false.
    ///
    /// - Parameters:
    ///   - number: The last change that is known; 0 for all.
    ///   - each: Is given one after the other; false ends it.
    /// - Throws: ``VaultError/Code/damaged`` for one that does not verify.
    public func changes(
        since number: UInt64, each: (Change) throws -> Bool
    ) throws(VaultError) {
        try reading { try $0.changes(since: number, each: each) }
    }

    /// A number that moves with every commit of another connection, in this process or another.
    ///
    /// - Throws: ``VaultError/Code/changedUnderneath``, ``VaultError/Code/storage``.
    /// - Complexity: Reads one page that is in memory; made to be asked often.
    public func commitMark() throws(VaultError) -> Int64 {
        try holding { try store.commitMark() }
    }
}
