internal import CofferBytes
internal import CofferFormat
internal import CofferRecords

extension WriteTransaction {
    /// Adds a record.
    ///
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/invalid`` naming what breaks
    ///   the schema, ``VaultError/Code/exists``, ``VaultError/Code/notUnique``.
    /// - Complexity: O(log n).
    public func add(
        _ collection: String, _ assignments: [Assignment]
    ) throws(VaultError) -> Vault.Written {
        try writing { writer in
            let plan = try writer.plan(named: collection)
            let record = try Self.applying(assignments, to: .object([]), plan)
            return Vault.Written(try writer.put(record, in: plan, existing: .fail))
        }
    }

    /// Changes fields of a record.
    ///
    /// - Parameters:
    ///   - collection: The collection's name.
    ///   - name: The record's own key, or its id.
    ///   - assignments: What becomes of which fields.
    ///   - version: The version that it must be at; nil for any.
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/noRecord``,
    ///   ``VaultError/Code/versionConflict``, ``VaultError/Code/invalid``,
    ///   ``VaultError/Code/notUnique``.
    /// - Complexity: O(log n).
    public func set(
        _ collection: String, _ name: String, _ assignments: [Assignment],
        ifVersion version: UInt64? = nil
    ) throws(VaultError) -> Vault.Written {
        try writing { writer in
            let plan = try writer.plan(named: collection)
            let id = try writer.reader.identify(name, in: plan)
            guard let old = try writer.reader.get(id, in: plan) else {
                throw RecordsError.noRecord(collection: collection)
            }
            let record = try Self.applying(assignments, to: old.value, plan)
            return Vault.Written(
                try writer.put(
                    record, in: plan, id: id,
                    existing: .revision(version ?? old.header.revision)))
        }
    }

    /// Writes a whole record.
    ///
    /// - Parameters:
    ///   - collection: The collection's name.
    ///   - name: The record's key or id; nil for a new one.
    ///   - json: The record as one JSON object.
    ///   - version: The version that it must be at; nil for any.
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/invalid`` for what is no JSON
    ///   object or breaks the schema, ``VaultError/Code/noRecord``,
    ///   ``VaultError/Code/versionConflict``, ``VaultError/Code/exists``,
    ///   ``VaultError/Code/notUnique``.
    /// - Complexity: O(log n).
    public func put(
        _ collection: String, name: String?, json: [UInt8], ifVersion version: UInt64? = nil
    ) throws(VaultError) -> Vault.Written {
        try writing { writer in
            let record: Value
            do {
                record = try JSON.parse(json)
            } catch { throw VaultError(.invalid, "it is no JSON: \(VaultError(error).message)") }
            let plan = try writer.plan(named: collection)
            guard let name else {
                return Vault.Written(try writer.put(record, in: plan, existing: .fail))
            }
            let id = try writer.reader.identify(name, in: plan)
            let existing: RecordWriter.Existing = version.map { .revision($0) } ?? .update
            return Vault.Written(try writer.put(record, in: plan, id: id, existing: existing))
        }
    }

    /// Writes whole records: one JSON object a line, or one object or array of objects.
    ///
    /// Those with a key that is there already are written over.
    ///
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/invalid``,
    ///   ``VaultError/Code/notUnique``, with the number of the line.
    public func put(
        _ collection: String, ndjson: [UInt8]
    ) throws(VaultError) -> [Vault.Written] {
        try writing { writer in
            let plan = try writer.plan(named: collection)
            // Lines fail here at the end of the first one, before any more is read.
            if let whole = try? JSON.parse(ndjson) {
                guard case .array(let elements) = whole else {
                    return [Vault.Written(try writer.put(whole, in: plan, existing: .update))]
                }
                return try Self.put(elements, in: plan, writer)
            }
            return try Self.put(lines: ndjson, in: plan, writer)
        }
    }

    /// Writes records, those with a key that is there already over what is there.
    internal static func put(
        _ values: [Value], in plan: CollectionPlan, _ writer: RecordWriter
    ) throws -> [Vault.Written] {
        var written: [Vault.Written] = []
        var rest = values[...]
        try writer.putAll(
            in: plan, existing: .update, next: { rest.popFirst() },
            prepare: { value, preparer, plan in try preparer.prepare(value, in: plan) },
            each: { written.append(Vault.Written($1)) })
        return written
    }

    private static func put(
        lines ndjson: [UInt8], in plan: CollectionPlan, _ writer: RecordWriter
    ) throws -> [Vault.Written] {
        var written: [Vault.Written] = []
        var lines = ndjson.split(separator: 10, omittingEmptySubsequences: false).enumerated()
            .filter { line in !line.element.allSatisfy { $0 <= 32 } }[...]
        let numbers = lines.map { $0.offset + 1 }
        try writer.putAll(
            in: plan, existing: .update, next: { lines.popFirst()?.element },
            prepare: { line, preparer, plan in
                try preparer.prepare(try JSON.parse(Array(line)), in: plan)
            }, each: { written.append(Vault.Written($1)) },
            failure: { place, error in
                let error = VaultError(error)
                return VaultError(error.code, "line \(numbers[place]): \(error.message)")
            })
        return written
    }

    /// Deletes records, and does to those that refer to them what their schemas say.
    ///
    /// A record that is named twice, or that goes in cascade with another one, is deleted once.
    ///
    /// - Parameters:
    ///   - collection: The collection's name.
    ///   - names: The records' own keys, or their ids.
    ///   - isForgetting: Whether no version of what goes is kept, so that it can neither be undone
    ///     nor put back.
    /// - Returns: How many went, those in cascade included.
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/noRecord``,
    ///   ``VaultError/Code/referenced``.
    public func remove(
        _ collection: String, _ names: [String], isForgetting: Bool = false
    ) throws(VaultError) -> Int {
        try writing { writer in
            let plan = try writer.plan(named: collection)
            // All are looked up before any goes: later ones may go with earlier ones.
            var ids: [Identifier] = []
            for name in names {
                do {
                    ids.append(try writer.reader.identify(name, in: plan))
                } catch RecordsError.noRecord {
                    throw VaultError(
                        .noRecord,
                        "there is no record \(name) in \(collection); nothing was removed")
                }
            }
            var removed = 0
            var met: Set<Identifier> = []
            for id in ids where met.insert(id).inserted {
                do {
                    removed += try writer.delete(id, in: plan, isForgetting: isForgetting)
                } catch RecordsError.noRecord where met.count > 1 {}
            }
            return removed
        }
    }

    internal static func applying(
        _ assignments: [Assignment], to record: Value, _ plan: CollectionPlan
    ) throws -> Value {
        try assignments.reduce(record) { try $1.applied(to: $0, schema: plan.schema) }
    }
}

extension Vault.Written {
    /// What is told of a record that was written.
    internal init(_ result: RecordWriter.Written) {
        self.init(
            id: result.id.description, version: result.revision,
            isNew: result.outcome == .created,
            isChanged: result.outcome == .created || result.outcome == .updated)
    }
}
