internal import CofferRecords

extension WriteTransaction {
    /// Makes collections, or changes them additively.
    ///
    /// No safety bundle can be taken while a transaction is open. Where a collection changes that
    /// had records before it, call ``Vault/takeSafetyBundle()`` before the transaction, or use
    /// ``Vault/apply(_:)``.
    ///
    /// - Throws: ``VaultError/Code/invalid`` for a schema that cannot be put in force, or records
    ///   that break it; ``VaultError/Code/notUnique``; ``VaultError/Code/usage`` where there is no
    ///   safety bundle of the vault as it was before the transaction, and one is needed.
    /// - Complexity: Reads all records of each collection that changes.
    public func apply(_ sources: [SchemaSource]) throws(VaultError) -> [Vault.AppliedSchema] {
        try writing { writer in
            do {
                return try vault.apply(try sources.map { try Vault.parse($0) }, writer)
            } catch is Vault.SafetyMissing {
                throw VaultError(
                    .usage,
                    "a collection with records changes, and there is no safety bundle of it: call "
                        + "takeSafetyBundle() before the transaction, or apply(_:) of the vault")
            }
        }
    }
}
