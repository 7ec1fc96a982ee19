internal import CofferBytes
internal import CofferFormat
internal import CofferRecords
internal import CofferSchema
internal import CofferStore

extension ReadTransaction {
    /// Gives, in their order, the newest change of each record that was changed after `number`,
    /// and the removals since then, until `each` says false.
    ///
    /// - Parameters:
    ///   - number: The last change that is known; 0 for all.
    ///   - each: Is given one after the other; false ends it.
    /// - Throws: ``VaultError/Code/damaged`` for one that does not verify; what `each` throws.
    /// - Complexity: O(log n) for each page of 512 changes and collection.
    public final func changes(
        since number: UInt64, each: (Vault.Change) throws -> Bool
    ) throws {
        try lending { reader in
            try reader.changes(after: number) { try each(Vault.Change($0)) }
        }
    }

    /// The number of the last change; 0 before the first.
    ///
    /// - Complexity: O(1).
    public final func lastChange() throws(VaultError) -> UInt64 {
        try reading { try $0.state().sequence }
    }

    /// The collections in the order in which they were made.
    public final func collections() throws(VaultError) -> [Vault.CollectionInfo] {
        try reading { reader in
            try reader.plans().map { try Vault.CollectionInfo($0, reader) }
        }
    }

    /// One collection as it is defined.
    ///
    /// - Throws: ``VaultError/Code/noCollection``.
    public final func collectionInfo(_ name: String) throws(VaultError) -> Vault.CollectionInfo {
        try reading { reader in
            try Vault.CollectionInfo(try reader.plan(named: name), reader)
        }
    }

    /// What a new record is begun with: the required fields of its schema, empty.
    ///
    /// - Throws: ``VaultError/Code/noCollection``.
    public final func blank(_ collection: String) throws(VaultError) -> String {
        try reading { reader in
            let plan = try reader.plan(named: collection)
            let members = plan.definition.fields.compactMap { field -> Value.Member? in
                guard plan.schema.field(field.name)?.isRequired == true else { return nil }
                return Value.Member(field.name, .text(""))
            }
            return String(decoding: JSON.writePretty(.object(members)), as: UTF8.self)
        }
    }

    /// How the vault stands; in a transaction that writes, as of its beginning.
    ///
    /// - Throws: ``VaultError/Code/damaged``, ``VaultError/Code/storage``.
    public final func status() throws(VaultError) -> Vault.Status {
        try reading { _ in vault.statusInside() }
    }
}

extension Vault.Change {
    internal init(_ change: RecordChange) {
        self.init(
            number: change.sequence, collection: change.collection, id: change.id.description,
            kind: change.isDeletion ? .delete : .put, version: change.revision)
    }
}

extension Vault.CollectionInfo {
    internal init(_ plan: CollectionPlan, _ reader: RecordReader) throws {
        self.init(
            name: plan.name, version: Int(plan.definition.version),
            records: try reader.count(plan), fields: plan.schema.fields.map(\.name),
            key: plan.keyName, schema: String(decoding: plan.definition.schema, as: UTF8.self))
    }
}
