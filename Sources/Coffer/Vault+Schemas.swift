internal import CofferFormat
internal import CofferRecords
internal import CofferSchema
internal import CofferStore

/// A schema that somebody wrote.
public struct SchemaSource: Sendable {
    /// The collection's name.
    public let name: String
    /// Whether the schema's title, where it has one, goes before the name.
    public let prefersTitle: Bool
    /// JSON Schema, draft 7, with Coffer's keywords.
    public let json: [UInt8]

    /// Pairs a name with a schema.
    public init(name: String, prefersTitle: Bool = false, json: [UInt8]) {
        self.name = name
        self.prefersTitle = prefersTitle
        self.json = json
    }
}

extension Vault {
    /// A collection as it is defined.
    public struct CollectionInfo: Sendable {
        /// Its name.
        public let name: String
        /// The version of its definition.
        public let version: Int
        /// The number of records, as the sealed state has it.
        public let records: UInt64
        /// The names of its fields.
        public let fields: [String]
        /// The property that holds each record's own key; nil when there is none.
        public let key: String?
        /// The schema as JSON text.
        public let schema: String
    }

    /// What became of a schema.
    public struct AppliedSchema: Sendable {
        /// The collection.
        public let name: String
        /// The version in force.
        public let version: Int
        /// `created`, `changed` or `unchanged`.
        public let outcome: String
        /// What its index and plain fields show, and what else should be known.
        public let remarks: [String]
        /// The safety bundle that was taken before; nil where no schema changed a collection with
        /// records, or there is no state directory.
        public let safetyBundle: String?
    }

    /// The collections in the order in which they were made.
    ///
    /// - Throws: ``VaultError/Code/locked``.
    public func collections() throws(VaultError) -> [CollectionInfo] {
        try reading { try $0.collections() }
    }

    /// One collection as it is defined.
    ///
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/locked``.
    public func collectionInfo(_ name: String) throws(VaultError) -> CollectionInfo {
        try reading { try $0.collectionInfo(name) }
    }

    /// Makes collections, or changes them additively, all in one transaction.
    ///
    /// Before a collection with records changes, a safety bundle of the vault goes to
    /// ``safetyFolder``; none for schemas that are refused.
    ///
    /// - Throws: ``VaultError/Code/invalid`` for a schema that cannot be put in force, or records
    ///   that break it; ``VaultError/Code/full`` or ``VaultError/Code/storage`` where the safety
    ///   bundle cannot be written; ``VaultError/Code/busy``. Then nothing is changed.
    /// - Complexity: Reads all records of each collection that changes, twice where a safety
    ///   bundle is taken.
    public func apply(_ sources: [SchemaSource]) throws(VaultError) -> [AppliedSchema] {
        try holding {
            let schemas = try sources.map { try Self.parse($0) }
            for _ in 1...Self.safetyAttempts {
                do {
                    return try records.write { try apply(schemas, $0) }
                } catch is SafetyMissing {
                    // Only now, when they are known to fit: those that are refused would in time
                    // push out the bundles that somebody needs.
                    _ = try takeSafetyBundleInside()
                }
            }
            throw VaultError(.busy, "another program is writing to the vault; try again")
        }
    }

    /// How often a bundle is taken because somebody else has written since the one before.
    private static let safetyAttempts = 4

    /// Puts schemas in force and on the audit log.
    ///
    /// - Throws: ``SafetyMissing``; as `RecordWriter.apply(_:)`.
    internal func apply(
        _ schemas: [CollectionSchema], _ writer: RecordWriter
    ) throws -> [AppliedSchema] {
        let applied = try writer.apply(schemas.map { RecordWriter.Proposal(schema: $0) })
        let safety = try requireSafety(for: applied)
        for change in applied where change.isChanged {
            try writer.transaction.audit(
                "schema",
                [
                    AuditEntry.Detail("collection", change.name),
                    AuditEntry.Detail("version", "\(change.version)"),
                ])
        }
        return applied.map { change in
            AppliedSchema(
                name: change.name, version: Int(change.version),
                outcome: change.isNew ? "created" : change.isChanged ? "changed" : "unchanged",
                remarks: change.remarks, safetyBundle: safety)
        }
    }

    internal static func parse(_ source: SchemaSource) throws -> CollectionSchema {
        let value = try JSON.parse(source.json)
        var name = source.name
        if source.prefersTitle, case .text(let title)? = value["title"] { name = title }
        return try CollectionSchema(
            parsing: value, text: JSON.write(value),
            name: CollectionSchema.normalizedName(name) ?? name)
    }
}
