internal import CofferRecords

extension RecordCollection {
    /// How often a write is tried when others are faster.
    ///
    /// Each attempt that fails is a write of somebody else that succeeded. One who waits for the
    /// lock of another process has mostly read too early, so he may lose hundreds of times.
    private static var attempts: Int { 1_000 }

    /// Changes a record: reads it, lets `change` change it, and writes it if nobody else has
    /// meanwhile; if somebody has, it begins again with what is there by then.
    ///
    /// Nothing is lost, whoever else writes: neither another change of the same record nor
    /// properties that the type knows nothing of.
    ///
    /// - Parameters:
    ///   - record: Its own key, or its id.
    ///   - change: May be called several times, and may use the vault.
    /// - Returns: The record as it was written.
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/noRecord``,
    ///   ``VaultError/Code/invalid``, ``VaultError/Code/notUnique``,
    ///   ``VaultError/Code/versionConflict`` when others were faster a thousand times; what
    ///   `change` throws.
    /// - Complexity: O(log n) for each attempt.
    @discardableResult
    public func update(
        _ record: String, _ change: (inout Content) throws -> Void
    ) throws -> Stored<Content> {
        guard var old = try get(record) else { throw missing }
        for _ in 1..<Self.attempts {
            var content = old.value
            try change(&content)
            do throws(VaultError) {
                return try write(content, over: old)
            } catch {
                old = try fresh(old.id, after: error)
            }
        }
        var content = old.value
        try change(&content)
        return try write(content, over: old)
    }

    /// Changes every record for which a predicate holds, in one transaction: all, or none.
    ///
    /// - Parameters:
    ///   - predicate: What must hold before the change.
    ///   - change: Runs while the transaction is open, so it must not use the vault.
    /// - Returns: How many there were; some may have been like that already.
    /// - Throws: As ``find(where:sort:limit:)`` and ``put(_:)-(Content)``, and what `change` throws.
    @discardableResult
    public func update(
        where predicate: Predicate, _ change: (inout Content) throws -> Void
    ) throws -> Int {
        try vault.write { transaction in
            try WriteCollection(name, coder, transaction).update(where: predicate, change)
        }
    }

    /// Writes over a record that was read before.
    ///
    /// Properties that the type knows nothing of stay as they are.
    ///
    /// - Parameters:
    ///   - content: The value to write.
    ///   - record: The record as it was read; its version tells whether it was changed since.
    ///   - conflict: What to do when it was.
    /// - Returns: The record as it was written.
    /// - Throws: ``VaultError/Code/versionConflict`` when it was changed since and that is to
    ///   fail, or when others were faster a thousand times; ``VaultError/Code/noRecord`` when it is
    ///   gone; ``VaultError/Code/invalid``, also for another key; ``VaultError/Code/notUnique``;
    ///   what a closure of `conflict` throws.
    /// - Complexity: O(log n) for each attempt.
    @discardableResult
    public func put(
        _ content: Content, for record: Stored<Content>,
        onConflict conflict: Conflict<Content> = .fail
    ) throws -> Stored<Content> {
        var content = content
        var base = record
        for _ in 1..<Self.attempts {
            do throws(VaultError) {
                return try write(content, over: base)
            } catch {
                if case .fail = conflict { throw error }
                let theirs = try fresh(base.id, after: error)
                switch conflict {
                case .fail: throw error
                case .retry(let again): content = try again(theirs)
                case .merge(let merged):
                    content = try merged(base.value, theirs.value, content)
                }
                base = theirs
            }
        }
        return try write(content, over: base)
    }

    private var missing: VaultError { VaultError(RecordsError.noRecord(collection: name)) }

    private func write(
        _ content: Content, over old: Stored<Content>
    ) throws(VaultError) -> Stored<Content> {
        try writing { try $0.write(content, over: old.id, at: old.version) }
    }

    /// The record as it is after somebody else was faster.
    ///
    /// - Throws: Every error that says something else.
    private func fresh(_ id: String, after error: VaultError) throws -> Stored<Content> {
        guard error.code == .versionConflict else { throw error }
        guard let now = try get(id) else { throw missing }
        return now
    }
}
