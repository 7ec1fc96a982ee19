extension Vault {
    /// Writes a whole record.
    ///
    /// - Parameters:
    ///   - collection: The collection's name.
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
        try writing {
            try $0.put(collection, name: name, json: json, ifVersion: version)
        }
    }

    /// What a new record is begun with: the required fields of its schema, empty.
    public func blank(_ collection: String) throws(VaultError) -> String {
        try reading { transaction in try transaction.blank(collection) }
    }
}
