extension Vault {
    /// The number of records for which a condition holds.
    ///
    /// - Parameters:
    ///   - collection: The collection's name.
    ///   - condition: An SQL expression over the fields, as in ``ListRequest``.
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/invalid`` for what is no
    ///   expression, ``VaultError/Code/damaged``.
    public func count(
        _ collection: String, where condition: String
    ) throws(VaultError) -> Int {
        try reading { try $0.count(collection, where: condition) }
    }

    /// Changes the same fields of every record for which a condition holds, all or none.
    ///
    /// - Parameters:
    ///   - collection: The collection's name.
    ///   - condition: An SQL expression over the fields, as in ``ListRequest``.
    ///   - assignments: What becomes of which fields.
    ///   - count: How many they must be; nil for any.
    /// - Returns: How many were changed; some may have been like that already.
    /// - Throws: ``VaultError/Code/versionConflict`` when they are not as many as expected, and what
    ///   ``set(_:_:_:ifVersion:)`` and ``count(_:where:)`` throw; then nothing is changed.
    public func set(
        _ collection: String, where condition: String, _ assignments: [Assignment],
        expecting count: Int? = nil
    ) throws(VaultError) -> Int {
        try writing {
            try $0.set(collection, where: condition, assignments, expecting: count)
        }
    }

    /// Deletes every record for which a condition holds, all or none.
    ///
    /// - Parameters:
    ///   - collection: The collection's name.
    ///   - condition: An SQL expression over the fields, as in ``ListRequest``.
    ///   - count: How many they must be; nil for any.
    ///   - isForgetting: Whether no version of what goes is kept.
    /// - Returns: How many went, those in cascade included.
    /// - Throws: ``VaultError/Code/versionConflict`` when they are not as many as expected, and what
    ///   ``remove(_:_:isForgetting:)`` and ``count(_:where:)`` throw; then none goes.
    public func remove(
        _ collection: String, where condition: String, expecting count: Int? = nil,
        isForgetting: Bool = false
    ) throws(VaultError) -> Int {
        try writing {
            try $0.remove(
                collection, where: condition, expecting: count, isForgetting: isForgetting)
        }
    }
}
