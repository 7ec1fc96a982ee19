internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferKeys
internal import CofferStore

extension Vault {
    /// A way to unlock the vault.
    public struct Slot: Sendable {
        /// Its number.
        public let number: UInt32
        /// `password`, `recovery`, or `keyfile` for a password with a keyfile.
        public let kind: String
        /// What its owner calls it.
        public let label: String
        /// When it was made, in milliseconds since 1970.
        public let created: Int64
        /// Memory of its password hash in KiB; 0 without one.
        public let memory: UInt32
        /// Passes of its password hash; 0 without one.
        public let passes: UInt32
    }

    /// The ways to unlock the vault, in order of their numbers.
    ///
    /// - Throws: ``VaultError/Code/locked``: their labels are sealed.
    public func slots() throws(VaultError) -> [Slot] {
        try holding {
            try store.read { frame in
                let roster = try store.openRoster(frame.keyring.root)
                let rows = try parsedSlots()
                return zip(roster.entries, rows).map { entry, slot in
                    Slot(
                        number: entry.number,
                        kind: entry.kind.word,
                        label: entry.label, created: entry.created,
                        memory: slot.row.cost.memory, passes: slot.row.cost.passes)
                }
            }
        }
    }

    /// Proves that a typed recovery key opens this vault; nothing is unlocked or written.
    ///
    /// - Returns: The number of the slot that it opens.
    /// - Throws: ``VaultError/Code/invalid`` for a mistyped key, ``VaultError/Code/wrongPassword``
    ///   when it is another vault's or was replaced.
    public func checkRecoveryKey(_ text: borrowing Secret) throws(VaultError) -> UInt32 {
        try holding {
            let key = try RecoveryKey.decode(text.bytes)
            for slot in try parsedSlots() where slot.row.kind == .recovery {
                if let opened = try? Slots.open(
                    slot.row, recoveryKey: key, vault: store.header.vault)
                {
                    _ = try store.openRoster(opened.root)
                    return slot.number
                }
            }
            throw KeysError.wrongSecret
        }
    }

    /// The public key that signs for the vault, as the one line of minisign's form.
    ///
    /// - Throws: ``VaultError/Code/locked``.
    public func signer() throws(VaultError) -> String {
        try holding {
            let key = try store.frame().keyring.active(.signing)
            let bytes = try Ed25519.publicKey(of: key.signingKey())
            let name = Array(key.facts.id.bytes.prefix(Minisign.keyIDSize))
            return try Minisign.PublicKey(keyID: name, bytes: bytes).line
        }
    }
}
