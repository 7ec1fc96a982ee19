internal import CofferRecords

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
    /// One that was opened before is given again while nothing has changed it (``statistics``).
    ///
    /// - Parameters:
    ///   - collection: The collection's name.
    ///   - name: Its own key, or its id.
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/noRecord``,
    ///   ``VaultError/Code/damaged`` when it does not verify,
    ///   ``VaultError/Code/changedUnderneath``.
    public func get(_ collection: String, _ name: String) throws(VaultError) -> Document {
        guard let record = try record(collection, name) else {
            throw VaultError(RecordsError.noRecord(collection: collection))
        }
        return Document(record)
    }

    /// One record as it is now, by its own key or its id; nil when there is none.
    internal func record(_ collection: String, _ name: String) throws(VaultError) -> Record? {
        try holding { try records.get(name, in: collection) }
    }

    /// Gives every record of a collection in the order of its rows, until `each` says false.
    ///
    /// - Throws: ``VaultError/Code/damaged`` for a record that does not verify, or when records
    ///   are missing, doubled or put back; then what was given before is still true.
    public func scan(
        _ collection: String, each: (Document) throws -> Bool
    ) throws(VaultError) {
        try reading { try $0.scan(collection, each: each) }
    }

    /// The records in which an indexed or plain field or a reference has a value.
    ///
    /// - Parameters:
    ///   - collection: The collection's name.
    ///   - field: The field's name.
    ///   - json: The value as JSON.
    /// - Throws: ``VaultError/Code/usage`` when the field has no index to look in.
    /// - Complexity: O(log n) for each hit.
    public func find(
        _ collection: String, _ field: String, equals json: String
    ) throws(VaultError) -> [Document] {
        try reading { try $0.find(collection, field, equals: json) }
    }

    /// Adds a record.
    ///
    /// - Throws: ``VaultError/Code/invalid`` naming what breaks the schema, ``VaultError/Code/exists``,
    ///   ``VaultError/Code/notUnique``, ``VaultError/Code/brokenReference``.
    public func add(
        _ collection: String, _ assignments: [Assignment]
    ) throws(VaultError) -> Written {
        try writing { try $0.add(collection, assignments) }
    }

    /// Changes fields of a record.
    ///
    /// - Parameters:
    ///   - collection: The collection's name.
    ///   - name: The record's own key, or its id.
    ///   - assignments: What becomes of which fields.
    ///   - version: The version that it must be at; nil for any.
    /// - Throws: ``VaultError/Code/noRecord``, ``VaultError/Code/versionConflict``,
    ///   ``VaultError/Code/invalid``, ``VaultError/Code/notUnique``,
    ///   ``VaultError/Code/brokenReference``.
    public func set(
        _ collection: String, _ name: String, _ assignments: [Assignment],
        ifVersion version: UInt64? = nil
    ) throws(VaultError) -> Written {
        try writing { try $0.set(collection, name, assignments, ifVersion: version) }
    }

    /// Writes whole records in one transaction: one JSON object a line, or one JSON value that
    /// is an object or an array of objects.
    ///
    /// - Throws: As ``add(_:_:)``, with the number of the line; then nothing is written.
    public func put(_ collection: String, ndjson: [UInt8]) throws(VaultError) -> [Written] {
        try writing { try $0.put(collection, ndjson: ndjson) }
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
    /// - Throws: ``VaultError/Code/noRecord``, ``VaultError/Code/referenced``; then none goes.
    public func remove(
        _ collection: String, _ names: [String], isForgetting: Bool = false
    ) throws(VaultError) -> Int {
        try writing { try $0.remove(collection, names, isForgetting: isForgetting) }
    }
}
