extension Vault {
    /// A version of a record: the one that is there, or one that was replaced or deleted.
    public struct Version: Sendable {
        /// What became of a version.
        public enum Fate: String, Sendable {
            /// It is the record as it is.
            case current
            /// Another one was written over it.
            case replaced
            /// The record was deleted.
            case deleted
        }

        /// The record as it was.
        public let document: Document
        /// What became of it.
        public let fate: Fate
        /// When it was replaced or deleted, in milliseconds since 1970; nil for the current one.
        public let ended: Int64?
    }

    /// What an undo has done.
    public struct Undone: Sendable {
        /// Records that were deleted and are back.
        public let restored: Int
        /// Records that are again as they were.
        public let reverted: Int
        /// Records that were new and are gone.
        public let removed: Int
        /// When the change that was undone was made, in milliseconds since 1970.
        public let time: Int64
    }

    /// A deleted record that can be put back.
    public struct Trashed: Sendable {
        /// The name of its collection.
        public let collection: String
        /// The record as it was.
        public let document: Document
        /// When it was deleted, in milliseconds since 1970.
        public let deleted: Int64
    }

    /// How long older versions are kept: whichever bound is reached first.
    public struct HistoryPolicy: Equatable, Sendable {
        /// Days after which a version goes, at most 65,535.
        public var days: Int
        /// The most older versions of one record, at most 65,535; 0 keeps none.
        public var versions: Int

        /// Both bounds.
        public init(days: Int, versions: Int) {
            self.days = days
            self.versions = versions
        }
    }

    /// The versions of a record that are kept, the newest first; also of a deleted one.
    ///
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/noRecord`` when no version is
    ///   there, ``VaultError/Code/damaged``.
    /// - Complexity: O(log n) for each version.
    public func history(_ collection: String, _ name: String) throws(VaultError) -> [Version] {
        try reading { try $0.history(collection, name) }
    }

    /// Undoes the last change: everything that was written in one transaction, an import too.
    ///
    /// It is a change itself, so that the next undo does it again.
    ///
    /// - Throws: ``VaultError/Code/nothingToUndo``, ``VaultError/Code/invalid`` where today's
    ///   schema refuses a version of before.
    public func undo() throws(VaultError) -> Undone {
        try writing { try $0.undo() }
    }

    /// The deleted records that can be put back, by collection, the last deleted first.
    ///
    /// - Parameter collection: One collection; nil for all.
    /// - Complexity: Reads the whole history.
    public func trash(_ collection: String? = nil) throws(VaultError) -> [Trashed] {
        try reading { try $0.trash(collection) }
    }

    /// Puts a deleted record back.
    ///
    /// - Throws: ``VaultError/Code/noRecord`` when it is not kept, ``VaultError/Code/exists``,
    ///   ``VaultError/Code/notUnique``, ``VaultError/Code/brokenReference``.
    public func restore(_ collection: String, _ name: String) throws(VaultError) -> Written {
        try writing { try $0.restore(collection, name) }
    }

    /// Removes every version of deleted records for good.
    ///
    /// - Parameter collection: One collection; nil for all.
    /// - Returns: How many records can no longer be put back.
    public func emptyTrash(_ collection: String? = nil) throws(VaultError) -> Int {
        try writing { try $0.emptyTrash(collection) }
    }

    /// How long older versions are kept.
    public func historyPolicy() throws(VaultError) -> HistoryPolicy {
        try reading { try $0.historyPolicy() }
    }

    /// Says how long older versions are kept; what is over the new bounds goes at once.
    ///
    /// - Throws: ``VaultError/Code/usage`` for a bound outside its limits.
    public func set(_ policy: HistoryPolicy) throws(VaultError) {
        try writing { try $0.set(policy) }
    }
}
