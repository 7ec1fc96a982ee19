extension Vault {
    /// Opens the vault in the directory `path` and unlocks it with a password, and the keyfile
    /// where one belongs to it.
    ///
    /// Deriving the key is slow on purpose: expect about a second and 256 MiB for each password
    /// that the vault has.
    ///
    /// - Throws: ``VaultError/Code/noVault`` when there is none, ``VaultError/Code/newerFormat``,
    ///   ``VaultError/Code/damaged``, ``VaultError/Code/storage``,
    ///   ``VaultError/Code/wrongPassword``, ``VaultError/Code/refusedLimit`` before any work,
    ///   ``VaultError/Code/older`` when this machine has seen a newer copy.
    public static func open(
        at path: String, password: borrowing Secret, keyfile: Keyfile? = nil,
        isReadOnly: Bool = false, in surroundings: Surroundings
    ) throws(VaultError) -> Vault {
        let vault = try Vault(at: path, isReadOnly: isReadOnly, in: surroundings)
        try vault.unlock(password: password, keyfile: keyfile)
        return vault
    }
}
