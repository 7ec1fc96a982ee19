internal import CofferExchange
internal import CofferFormat
internal import CofferRecords
internal import CofferSchema
internal import CofferStore

extension WriteTransaction {
    /// Makes a collection for records, unless there is one of that name.
    ///
    /// Its schema and its records' own key are those that an import of the records would give it:
    /// the types that they have, nothing required, and the first of `id`, `_id`, `pk`, `$id`,
    /// `index`, `key` that each of them has and none repeats.
    ///
    /// - Parameters:
    ///   - collection: The name: a to z, 0 to 9 and _, beginning with a letter.
    ///   - records: One JSON object, an array of objects, or one object a line; not written here.
    /// - Returns: Whether it was made.
    /// - Throws: ``VaultError/Code/usage`` for a name that no collection can have,
    ///   ``VaultError/Code/invalid`` for what is no JSON.
    @discardableResult
    public func makeCollection(
        _ collection: String, for records: [UInt8]
    ) throws(VaultError) -> Bool {
        try makeCollection(collection) {
            if let whole = try? JSON.parse(records) {
                guard case .array(let elements) = whole else { return [whole] }
                return elements
            }
            let lines = records.split(separator: 10).filter { !$0.allSatisfy { $0 <= 32 } }
            // What is wrong with a line is said, with its number, by what writes it.
            return lines.compactMap { try? JSON.parse(Array($0)) }
        }
    }

    /// Makes a collection for one record that assignments make, unless there is one of that name.
    ///
    /// - Throws: As the other one, and as ``add(_:_:)``.
    @discardableResult
    public func makeCollection(
        _ collection: String, for assignments: [Assignment]
    ) throws(VaultError) -> Bool {
        try makeCollection(collection) {
            let empty = try CollectionSchema(
                parsing: .object([]), text: Array("{}".utf8), name: collection)
            let record = try assignments.reduce(.object([])) {
                try $1.applied(to: $0, schema: empty)
            }
            return [record]
        }
    }

    private func makeCollection(
        _ collection: String, _ records: () throws -> [Value]
    ) throws(VaultError) -> Bool {
        try writing { writer in
            guard writer.transaction.frame.catalog.named(collection) == nil else { return false }
            guard CollectionSchema.isName(collection) else {
                throw VaultError(
                    .usage,
                    "«\(collection)» cannot be the name of a collection: it has a to z, 0 to 9 and "
                        + "_, begins with a letter and has at most "
                        + "\(CollectionSchema.longestName) characters")
            }
            var keys = KeyScan(canonical: CanonicalValue.bytes)
            var inference = SchemaInference()
            for record in try records() {
                keys.add(record, in: collection)
                inference.observe(record)
            }
            var key: String?
            if case .field(let name) = keys.finding(for: collection) { key = name }
            let value = inference.importSchema(title: collection)
            let schema = try CollectionSchema(
                parsing: value, text: JSON.write(value), name: collection)
            _ = try writer.apply([RecordWriter.Proposal(schema: schema, keyName: key)])
            try writer.transaction.audit(
                "schema",
                [AuditEntry.Detail("collection", collection), AuditEntry.Detail("version", "1")])
            return true
        }
    }
}
