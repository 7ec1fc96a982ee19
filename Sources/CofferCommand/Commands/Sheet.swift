internal import Coffer

/// The one page that a person prints: all that is needed on a new machine, but for the vault.
internal enum Sheet {
    /// What stands on the page beside the key.
    internal struct Facts {
        /// The vault's directory.
        internal let path: String
        /// The vault's id.
        internal let id: String
        /// The public key that signs for it.
        internal let signer: String
    }

    /// Writes the page with a recovery key that was just made.
    ///
    /// - Throws: `full`, `storage`.
    internal static func write(
        _ key: borrowing Secret, _ facts: Facts, on date: String, to file: borrowing OutputFile
    ) throws(VaultError) {
        let name = Visible.line(VaultFinder.name(of: facts.path))
        try file.write(
            Array(
                """
                COFFER: RECOVERY SHEET

                Vault          \(name)
                Id             \(facts.id)
                Made           \(date)

                Recovery key, which opens the vault without its password:

                    
                """.utf8))
        try write(key, to: file)
        try file.write(
            Array(
                """


                Public key that signs the vault's backups (minisign):

                    \(facts.signer)

                On a new machine: install coffer, type the key into a file that only you can read,
                and bring the vault back from the folder of its backups

                    coffer backup restore FOLDER --recovery-key-file KEYFILE

                or, with a copy of the vault's folder, open that

                    coffer --vault \(name).coffer --recovery-key-file KEYFILE unlock
                    coffer --vault \(name).coffer check

                To prove that this page is right, at any time:

                    coffer --vault \(name).coffer key check-recovery

                Keep this page where you keep your passport. Whoever has it and a copy of the vault
                can read everything. Delete the file after printing.

                """.utf8))
    }

    /// The key goes from its own memory into the file; no copy of it stays behind.
    private static func write(
        _ key: borrowing Secret, to file: borrowing OutputFile
    ) throws(VaultError) {
        let result: Result<Void, VaultError> = key.withBytes { bytes in
            do throws(VaultError) {
                try file.write(bytes)
                return .success(())
            } catch { return .failure(error) }
        }
        try result.get()
    }
}
