internal import CofferRecords

extension RecordCollection {
    /// Adds a record, which must not be there.
    ///
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/invalid`` for what breaks the
    ///   schema, ``VaultError/Code/exists``, ``VaultError/Code/notUnique``.
    @discardableResult
    public func add(_ content: Content) throws(VaultError) -> Stored<Content> {
        try writing { try $0.add(content) }
    }

    /// Writes a whole record: over the one with its key, or a new one.
    ///
    /// What the old one had besides is gone; ``update(_:_:)`` keeps it.
    ///
    /// - Throws: As ``add(_:)``, without ``VaultError/Code/exists``.
    @discardableResult
    public func put(_ content: Content) throws(VaultError) -> Stored<Content> {
        try writing { try $0.put(content) }
    }

    /// Writes whole records in one transaction: all, or none.
    ///
    /// - Returns: What became of each, in the same order.
    /// - Throws: As ``put(_:)-(Content)``, with the place of the record in front.
    @discardableResult
    public func put(_ contents: [Content]) throws(VaultError) -> [Vault.Written] {
        try writing { try $0.put(contents) }
    }

    /// Deletes a record, and does to those that refer to it what their schemas say.
    ///
    /// - Parameter record: Its own key, or its id.
    /// - Returns: How many went, those in cascade included.
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/noRecord``,
    ///   ``VaultError/Code/referenced``.
    @discardableResult
    public func delete(_ record: String) throws(VaultError) -> Int {
        try writing { try $0.delete(record) }
    }

    /// Deletes records in one transaction, all or none.
    ///
    /// - Parameter records: Their own keys, or their ids.
    /// - Returns: How many went, those in cascade included.
    /// - Throws: As ``delete(_:)-(String)``.
    @discardableResult
    public func delete(_ records: [String]) throws(VaultError) -> Int {
        try vault.remove(name, records)
    }

    /// Deletes a record, if it still is at the version that was read.
    ///
    /// - Returns: How many went, those in cascade included.
    /// - Throws: ``VaultError/Code/versionConflict`` when it was changed since, and as
    ///   ``delete(_:)-(String)``.
    @discardableResult
    public func delete(_ record: Stored<Content>) throws(VaultError) -> Int {
        try writing { try $0.delete(record) }
    }

    /// Deletes every record for which a predicate holds, all or none.
    ///
    /// - Returns: How many went, those in cascade included.
    /// - Throws: As ``find(where:sort:limit:)`` and ``delete(_:)-(String)``.
    @discardableResult
    public func delete(where predicate: Predicate) throws(VaultError) -> Int {
        try writing { try $0.delete(where: predicate) }
    }
}
