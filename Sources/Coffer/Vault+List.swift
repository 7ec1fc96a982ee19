extension Vault {
    /// Gives the records that are wanted, until `each` says false.
    ///
    /// A reading to the end proves that no record is missing. A condition that an index answers is
    /// looked up instead, and proves what it gives.
    ///
    /// - Parameters:
    ///   - collection: The collection's name.
    ///   - request: What is wanted, and how.
    ///   - progress: Is given the number of records looked at so far.
    ///   - each: Is given one after the other; false ends it.
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/invalid`` for a condition
    ///   that is no expression, ``VaultError/Code/damaged``: then what was given before is still
    ///   true but not complete.
    public func list(
        _ collection: String, _ request: ListRequest, progress: (Int) -> Void = { _ in },
        each: (Document) throws -> Bool
    ) throws(VaultError) {
        try reading {
            try $0.list(collection, request, progress: progress, each: each)
        }
    }
}
