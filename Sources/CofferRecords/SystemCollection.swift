package import CofferFormat
internal import CofferSchema
internal import CofferStore

/// A collection that Coffer keeps for itself: sealed, counted and carried by bundles like any
/// other, and shown by no command that lists what a person wrote.
package struct SystemCollection: Sendable {
    /// Its name, without the prefix that no collection of a user can have.
    private let name: String
    /// Its JSON Schema.
    private let text: String
    /// The field that is its key.
    private let keyName: String

    /// Describes one.
    package init(_ name: String, key: String, schema: String) {
        self.name = Definition.systemPrefix + name
        keyName = key
        text = schema
    }

    /// Whether a definition is one of it.
    package func isDefined(by definition: Definition) -> Bool { definition.name == name }

    /// The plan for it; nil where the vault has none yet.
    ///
    /// - Throws: `StoreError.damaged`.
    package func plan(_ reader: RecordReader) throws -> CollectionPlan? {
        guard let definition = reader.frame.catalog.system(name) else { return nil }
        return try reader.records.plan(definition)
    }

    /// The plan for it; it is made where the vault has none, or an older form of it.
    ///
    /// - Throws: As `RecordWriter.apply(_:)`.
    package func plan(_ writer: RecordWriter) throws -> CollectionPlan {
        let bytes = Array(text.utf8)
        let schema = try CollectionSchema(
            parsing: try JSON.parse(bytes), text: bytes, name: name, isSystem: true)
        _ = try writer.apply([RecordWriter.Proposal(schema: schema, keyName: keyName)])
        guard let plan = try plan(writer.reader) else {
            throw RecordsError.noCollection(name)
        }
        return plan
    }
}
