internal import CofferFormat
internal import CofferRecords
internal import CofferStore

extension WriteTransaction {
    /// Makes collections, or changes them additively.
    ///
    /// - Throws: ``VaultError/Code/invalid`` for a schema that cannot be put in force, or records
    ///   that break it; ``VaultError/Code/notUnique``.
    /// - Complexity: Reads all records of each collection that changes.
    public func apply(_ sources: [SchemaSource]) throws(VaultError) -> [Vault.AppliedSchema] {
        try writing { writer in
            let schemas = try sources.map { try Vault.parse($0) }
            let applied = try writer.apply(schemas.map { RecordWriter.Proposal(schema: $0) })
            for change in applied where change.isChanged {
                try writer.transaction.audit(
                    "schema",
                    [
                        AuditEntry.Detail("collection", change.name),
                        AuditEntry.Detail("version", "\(change.version)"),
                    ])
            }
            return applied.map { change in
                Vault.AppliedSchema(
                    name: change.name, version: Int(change.version),
                    outcome: change.isNew
                        ? "created" : change.isChanged ? "changed" : "unchanged",
                    remarks: change.remarks)
            }
        }
    }
}
