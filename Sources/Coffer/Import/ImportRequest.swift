/// What to import, and how.
public struct ImportRequest: Sendable {
    /// What to do with records that are there already.
    public enum Existing: String, CaseIterable, Sendable {
        /// Write the new version over the old one.
        case update
        /// Leave the old one.
        case skip
        /// Refuse the record.
        case fail
        /// Keep both; only for records without a key of their own.
        case copy
    }

    /// Files, or directories whose files are taken; or one folder that
    /// ``Vault/exportEverything(to:unfinished:progress:)`` has made.
    public var paths: [String]
    /// The collection for everything; nil to name collections from the files.
    public var into: String?
    /// What to do with records that are there already.
    public var existing = Existing.update
    /// The field with each record's key; nil to find it.
    public var idField: String?
    /// Whether to say what would happen, and write nothing.
    public var isDryRun = false
    /// Whether to drop rejected records and those that depend on them, and write the rest.
    public var keepsGoing = false

    /// Asks for an import of files.
    public init(paths: [String]) { self.paths = paths }
}

/// What an import did.
public struct ImportReport: Sendable {
    /// Counts of one collection.
    public struct Counts: Sendable {
        /// Records that are new.
        public var created = 0
        /// Records that were written over.
        public var updated = 0
        /// Records that were equal, or left as they were.
        public var unchanged = 0
        /// Records that were refused.
        public var rejected = 0
    }

    /// A record that was refused.
    public struct Reject: Sendable {
        /// The file.
        public let file: String
        /// The line in it, from 1.
        public let line: Int
        /// Why; never a value of the record.
        public let reason: String
    }

    /// Counts by collection, in order of their first record.
    public internal(set) var collections: [(name: String, counts: Counts)] = []
    /// Counts of the files that the vault keeps; nil where none were to come in.
    public internal(set) var files: Counts?
    /// The names of files whose bytes were damaged already when they were exported, and so did not
    /// come in; at most ``rejectLimit`` are listed.
    public internal(set) var lostFiles: [String] = []
    /// What was refused, in order; at most ``rejectLimit`` are listed.
    public internal(set) var rejects: [Reject] = []

    /// The most rejects that are listed one by one.
    public static let rejectLimit = 1_000
}
