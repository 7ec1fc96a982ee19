internal import CofferBytes
internal import CofferFormat
internal import CofferRecords

/// A collection in a transaction that writes.
///
/// ``WriteTransaction/collection(_:of:)`` makes one. ``Vault/write(_:)`` says what becomes of the
/// transaction when a write fails.
public final class WriteCollection<Content: Sendable>: ReadCollection<Content> {
    private let transaction: WriteTransaction

    internal init(_ name: String, _ coder: RecordCoder<Content>, _ transaction: WriteTransaction) {
        self.transaction = transaction
        super.init(name, coder, transaction)
    }

    /// Adds a record, which must not be there.
    ///
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/invalid`` for what breaks the
    ///   schema, ``VaultError/Code/exists``, ``VaultError/Code/notUnique``.
    /// - Complexity: O(log n).
    @discardableResult
    public func add(_ content: Content) throws(VaultError) -> Stored<Content> {
        try transaction.writing { writer in try put(content, .fail, writer) }
    }

    /// Writes a whole record: over the one with its key, or a new one.
    ///
    /// What the old one had besides is gone; ``update(_:_:)`` keeps it.
    ///
    /// - Throws: As ``add(_:)``, without ``VaultError/Code/exists``.
    /// - Complexity: O(log n).
    @discardableResult
    public func put(_ content: Content) throws(VaultError) -> Stored<Content> {
        try transaction.writing { writer in try put(content, .update, writer) }
    }

    /// Writes whole records, as ``put(_:)-(Content)`` does each of them.
    ///
    /// From 32 records on a second thread encodes and seals them.
    ///
    /// - Returns: What became of each, in the same order.
    /// - Throws: As ``put(_:)-(Content)``, with the place of the record in front.
    /// - Complexity: O(log n) for each.
    @discardableResult
    public func put(_ contents: [Content]) throws(VaultError) -> [Vault.Written] {
        try transaction.writing { writer in
            let plan = try writer.plan(named: name)
            var written: [Vault.Written] = []
            var rest = contents[...]
            let (coder, name) = (coder, name)
            try writer.putAll(
                in: plan, existing: .update, next: { rest.popFirst() },
                prepare: { content, preparer, plan in
                    try preparer.prepare(try coder.encode(content, in: name), in: plan)
                }, each: { written.append(Vault.Written($1)) },
                failure: { place, error in
                    let error = VaultError(error)
                    return VaultError(error.code, "record \(place): \(error.message)")
                })
            return written
        }
    }

    /// Writes over a record, if it still is at the version that was read.
    ///
    /// Properties that the type knows nothing of stay as they are.
    ///
    /// - Throws: ``VaultError/Code/versionConflict`` when it was changed since,
    ///   ``VaultError/Code/noRecord`` when it is gone, and as ``put(_:)-(Content)``;
    ///   ``VaultError/Code/invalid`` also for another key.
    /// - Complexity: O(log n).
    @discardableResult
    public func put(
        _ content: Content, for record: Stored<Content>
    ) throws(VaultError) -> Stored<Content> {
        try write(content, over: record.id, at: record.version)
    }

    /// Changes a record: reads it, lets `change` change it, and writes it.
    ///
    /// Properties that the type knows nothing of stay as they are.
    ///
    /// - Parameters:
    ///   - record: Its own key, or its id.
    ///   - change: May use the transaction.
    /// - Throws: ``VaultError/Code/noRecord``, as ``put(_:)-(Content)``, and what `change` throws.
    /// - Complexity: O(log n).
    @discardableResult
    public func update(
        _ record: String, _ change: (inout Content) throws -> Void
    ) throws -> Stored<Content> {
        guard let old = try get(record) else {
            throw VaultError(RecordsError.noRecord(collection: name))
        }
        var content = old.value
        try change(&content)
        return try put(content, for: old)
    }

    /// Changes every record for which a predicate holds.
    ///
    /// - Parameters:
    ///   - predicate: What must hold before the change.
    ///   - change: Must leave the other records of the predicate alone.
    /// - Returns: How many there were; some may have been like that already.
    /// - Throws: As ``ReadCollection/find(where:sort:limit:)`` and ``put(_:)-(Content)``, and what
    ///   `change` throws.
    /// - Complexity: As ``ReadCollection/find(where:sort:limit:)``, and O(log n) for each hit.
    @discardableResult
    public func update(
        where predicate: Predicate, _ change: (inout Content) throws -> Void
    ) throws -> Int {
        let old = try find(where: predicate)
        for record in old {
            var content = record.value
            try change(&content)
            try put(content, for: record)
        }
        return old.count
    }

    /// Deletes a record, and does to those that refer to it what their schemas say.
    ///
    /// - Parameter record: Its own key, or its id.
    /// - Returns: How many went, those in cascade included.
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/noRecord``,
    ///   ``VaultError/Code/referenced``.
    @discardableResult
    public func delete(_ record: String) throws(VaultError) -> Int {
        try transaction.remove(name, [record])
    }

    /// Deletes a record, if it still is at the version that was read.
    ///
    /// - Returns: How many went, those in cascade included.
    /// - Throws: ``VaultError/Code/versionConflict`` when it was changed since, and as
    ///   ``delete(_:)-(String)``.
    @discardableResult
    public func delete(_ record: Stored<Content>) throws(VaultError) -> Int {
        try transaction.writing { writer in
            let plan = try writer.plan(named: name)
            return try writer.delete(
                try identifier(record.id), in: plan, revision: record.version)
        }
    }

    /// Deletes every record for which a predicate holds.
    ///
    /// - Returns: How many went, those in cascade included.
    /// - Throws: As ``ReadCollection/find(where:sort:limit:)`` and ``delete(_:)-(String)``.
    @discardableResult
    public func delete(where predicate: Predicate) throws(VaultError) -> Int {
        try transaction.writing { writer in
            let plan = try writer.plan(named: name)
            var ids: [Identifier] = []
            try writer.reader.ids(where: predicate, in: plan) {
                ids.append($0)
                return true
            }
            var removed = 0
            for id in ids {
                // It may have gone with one before it.
                guard try writer.reader.get(id, in: plan) != nil else { continue }
                removed += try writer.delete(id, in: plan)
            }
            return removed
        }
    }

    /// Writes over a record at a version.
    internal func write(
        _ content: Content, over record: String, at version: UInt64
    ) throws(VaultError) -> Stored<Content> {
        try transaction.writing { writer in
            let plan = try writer.plan(named: name)
            let id = try identifier(record)
            guard let old = try writer.reader.get(id, in: plan) else {
                throw RecordsError.noRecord(collection: name)
            }
            guard old.header.revision == version else {
                throw RecordsError.versionConflict(
                    collection: name, id: id, current: old.header.revision)
            }
            let value = try coder.encode(content, over: old, in: name)
            _ = try writer.put(value, in: plan, id: id, existing: .revision(version))
            return try stored(id, plan, writer)
        }
    }

    private func put(
        _ content: Content, _ existing: RecordWriter.Existing, _ writer: RecordWriter
    ) throws -> Stored<Content> {
        let plan = try writer.plan(named: name)
        let value = try coder.encode(content, in: name)
        return try stored(try writer.put(value, in: plan, existing: existing).id, plan, writer)
    }

    /// Reads again what was written: times and version are the vault's.
    private func stored(
        _ id: Identifier, _ plan: CollectionPlan, _ writer: RecordWriter
    ) throws -> Stored<Content> {
        guard let record = try writer.reader.get(id, in: plan) else {
            throw RecordsError.noRecord(collection: name)
        }
        return try stored(record)
    }

    private func identifier(_ text: String) throws -> Identifier {
        guard let id = Identifier(text: text) else {
            throw RecordsError.noRecord(collection: name)
        }
        return id
    }
}
