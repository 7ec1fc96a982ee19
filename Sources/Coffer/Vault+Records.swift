internal import CofferBytes
internal import CofferFormat
internal import CofferRecords
internal import CofferStore

extension Vault {
    /// A record that was written.
    public struct Written: Sendable {
        /// Its id.
        public let id: String
        /// Its version now.
        public let version: UInt64
        /// Whether it is new.
        public let isNew: Bool
        /// Whether anything was written.
        public let isChanged: Bool
    }

    /// One record.
    ///
    /// - Parameter name: Its own key, or its id.
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/noRecord``,
    ///   ``VaultError/Code/damaged`` when it does not verify.
    public func get(_ collection: String, _ name: String) throws(VaultError) -> Document {
        try catching {
            try records.read { reader in
                let plan = try reader.plan(named: collection)
                let id = try reader.identify(name, in: plan)
                guard let record = try reader.get(id, in: plan) else {
                    throw RecordsError.noRecord(collection: collection)
                }
                return Document(record)
            }
        }
    }

    /// Gives every record of a collection in the order of its rows, until `each` says false.
    ///
    /// - Throws: ``VaultError/Code/damaged`` for a record that does not verify, or when records
    ///   are missing, doubled or put back; then what was given before is still true.
    public func scan(
        _ collection: String, each: (Document) throws -> Bool
    ) throws(VaultError) {
        try catching {
            try records.read { reader in
                let plan = try reader.plan(named: collection)
                try reader.scan(plan) { try each(Document($0)) }
            }
        }
    }

    /// The records in which an indexed or plain field or a reference has a value.
    ///
    /// - Parameter json: The value as JSON.
    /// - Throws: ``VaultError/Code/usage`` when the field has no index to look in.
    /// - Complexity: O(log n) for each hit.
    public func find(
        _ collection: String, _ field: String, equals json: String
    ) throws(VaultError) -> [Document] {
        try catching {
            let value = try JSON.parse(Array(json.utf8))
            return try records.read { reader in
                let plan = try reader.plan(named: collection)
                guard let found = try reader.find(field, equals: value, in: plan) else {
                    throw VaultError(.usage, "\(collection): \(field) has no index")
                }
                return found.map { Document($0) }
            }
        }
    }

    /// Adds a record.
    ///
    /// - Throws: ``VaultError/Code/invalid`` naming what breaks the schema, ``VaultError/Code/exists``,
    ///   ``VaultError/Code/notUnique``, ``VaultError/Code/brokenReference``.
    public func add(
        _ collection: String, _ assignments: [Assignment]
    ) throws(VaultError) -> Written {
        try catching {
            try records.write { writer in
                let plan = try writer.plan(named: collection)
                var record = Value.object([])
                for assignment in assignments {
                    record = try assignment.applied(to: record, schema: plan.schema)
                }
                return Self.written(try writer.put(record, in: plan, existing: .fail))
            }
        }
    }

    /// Changes fields of a record.
    ///
    /// - Parameter version: The version that it must be at; nil for any.
    /// - Throws: ``VaultError/Code/noRecord``, ``VaultError/Code/versionConflict``,
    ///   ``VaultError/Code/invalid``, ``VaultError/Code/notUnique``,
    ///   ``VaultError/Code/brokenReference``.
    public func set(
        _ collection: String, _ name: String, _ assignments: [Assignment],
        ifVersion version: UInt64? = nil
    ) throws(VaultError) -> Written {
        try catching {
            try records.write { writer in
                let plan = try writer.plan(named: collection)
                let id = try writer.reader.identify(name, in: plan)
                guard let old = try writer.reader.get(id, in: plan) else {
                    throw RecordsError.noRecord(collection: collection)
                }
                var record = old.value
                for assignment in assignments {
                    record = try assignment.applied(to: record, schema: plan.schema)
                }
                return Self.written(
                    try writer.put(
                        record, in: plan, id: id,
                        existing: .revision(version ?? old.header.revision)))
            }
        }
    }

    /// Writes whole records in one transaction: one JSON object a line, or one JSON value that
    /// is an object or an array of objects.
    ///
    /// - Throws: As ``add(_:_:)``, with the number of the line; then nothing is written.
    public func put(_ collection: String, ndjson: [UInt8]) throws(VaultError) -> [Written] {
        try catching {
            try records.write { writer in
                let plan = try writer.plan(named: collection)
                // Lines fail here at the end of the first one, before any more is read.
                if let whole = try? JSON.parse(ndjson) {
                    var values = [whole]
                    if case .array(let elements) = whole { values = elements }
                    return try values.map {
                        Self.written(try writer.put($0, in: plan, existing: .update))
                    }
                }
                var written: [Written] = []
                let lines = ndjson.split(separator: 10, omittingEmptySubsequences: false)
                for (index, line) in lines.enumerated() where !line.allSatisfy({ $0 <= 32 }) {
                    do {
                        let record = try JSON.parse(Array(line))
                        let result = try writer.put(record, in: plan, existing: .update)
                        written.append(Self.written(result))
                    } catch {
                        let error = VaultError(error)
                        throw VaultError(error.code, "line \(index + 1): \(error.message)")
                    }
                }
                return written
            }
        }
    }

    /// Deletes records, and does to those that refer to them what their schemas say.
    ///
    /// A record that is named twice, or that goes in cascade with another one, is deleted once.
    ///
    /// - Parameter isForgetting: Whether no version of what goes is kept, so that it can neither
    ///   be undone nor put back.
    /// - Returns: How many went, those in cascade included.
    /// - Throws: ``VaultError/Code/noRecord``, ``VaultError/Code/referenced``; then none goes.
    public func remove(
        _ collection: String, _ names: [String], isForgetting: Bool = false
    ) throws(VaultError) -> Int {
        try catching {
            try records.write { writer in
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
                        removed += try writer.delete(
                            id, in: plan, isForgetting: isForgetting)
                    } catch RecordsError.noRecord where met.count > 1 {}
                }
                return removed
            }
        }
    }

    /// What is told of a record that was written.
    internal static func written(_ result: RecordWriter.Written) -> Written {
        Written(
            id: result.id.description, version: result.revision,
            isNew: result.outcome == .created,
            isChanged: result.outcome == .created || result.outcome == .updated)
    }
}
