internal import CofferFormat
internal import CofferRecords
internal import CofferSchema

extension Vault {
    /// Writes a whole record.
    ///
    /// - Parameters:
    ///   - name: The record's key or id; nil for a new one.
    ///   - json: The record as one JSON object.
    ///   - version: The version that it must be at; nil for any.
    /// - Throws: ``VaultError/Code/invalid`` for what is no JSON object or breaks the schema,
    ///   ``VaultError/Code/noRecord``, ``VaultError/Code/versionConflict``,
    ///   ``VaultError/Code/exists``, ``VaultError/Code/notUnique``,
    ///   ``VaultError/Code/brokenReference``.
    public func write(
        _ collection: String, name: String?, json: [UInt8], ifVersion version: UInt64? = nil
    ) throws(VaultError) -> Written {
        try catching {
            let record: Value
            do {
                record = try JSON.parse(json)
            } catch { throw VaultError(.invalid, "it is no JSON: \(VaultError(error).message)") }
            return try records.write { writer in
                let plan = try writer.plan(named: collection)
                guard let name else {
                    return Self.written(try writer.put(record, in: plan, existing: .fail))
                }
                let id = try writer.reader.identify(name, in: plan)
                let existing: RecordWriter.Existing = version.map { .revision($0) } ?? .update
                return Self.written(try writer.put(record, in: plan, id: id, existing: existing))
            }
        }
    }

    /// What a new record is begun with: the required fields of its schema, empty.
    public func blank(_ collection: String) throws(VaultError) -> String {
        try catching {
            try records.read { reader in
                let plan = try reader.plan(named: collection)
                let members = plan.definition.fields.compactMap { field -> Value.Member? in
                    guard plan.schema.field(field.name)?.isRequired == true else { return nil }
                    return Value.Member(field.name, .text(""))
                }
                return String(decoding: JSON.writePretty(.object(members)), as: UTF8.self)
            }
        }
    }
}
