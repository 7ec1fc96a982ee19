internal import CofferFormat
internal import CofferSchema

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
    /// - Throws: ``VaultError/Code/invalid`` for a schema that cannot be put in force, or records
    ///   that break it; then nothing is changed.
    public func apply(_ sources: [SchemaSource]) throws(VaultError) -> [AppliedSchema] {
        try writing { try $0.apply(sources) }
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
