internal import CofferBytes
internal import CofferCare
internal import CofferCrypto
internal import CofferFormat
internal import CofferKeys
internal import CofferStore

extension Vault {
    /// What a change of everything has done so far; what was written before is still to be moved.
    public struct AllRotation: ~Copyable {
        /// The vault's epoch from now on.
        public let epoch: UInt64
        /// The number of the slot of the new password.
        public let password: UInt32
        /// The new recovery key; nil where none was asked for.
        public let recovery: NewRecoveryKey?
        /// The slots that are gone.
        public let dropped: [Slot]
        /// The keys that were not replaced: ids are made with them.
        public let kept: [RootRotation.KeptKey]
        /// Whether this machine could take note that the signing key of before is compromised;
        /// where it could not, the next unlock of the vault tries again.
        public let isNoted: Bool
        /// The safety bundle that was taken before; it opens as the vault does now.
        ///
        /// Nil where what is damaged keeps one from being taken, or without a state directory.
        public let safetyBundle: String?
    }

    /// After a compromise: gives the vault another root key, new slots in the place of all that
    /// there are, and new keys for everything but the names of records and persons.
    ///
    /// This is one transaction, before which everything is read and a safety bundle is taken. What
    /// was written before is then still under old keys: ``rotateKeys(_:skippingDamaged:progress:)``
    /// with ``KeyRotationKind/all`` moves it, and goes on after whatever has ended it. Bundles from
    /// before open as before.
    ///
    /// - Parameters:
    ///   - password: The new password; one that opens the vault today is refused.
    ///   - keyfile: What opens the vault together with it; nil for the password alone.
    ///   - hasRecoveryKey: Whether a new recovery key is made.
    ///   - options: How the slot of the password is made.
    ///   - skipsDamaged: Whether rows that do not open are passed over; their keys then stay.
    ///   - progress: Is given the rows counted so far, and how many there are; what it throws stops
    ///     the change, and everything is as it was.
    /// - Throws: ``VaultError/Code/locked``, ``VaultError/Code/older``; ``VaultError/Code/invalid``
    ///   for a password that cannot be set or that opens the vault today; ``VaultError/Code/busy``
    ///   while keys are being changed or another program writes; ``VaultError/Code/damaged`` for
    ///   what does not verify; ``VaultError/Code/storage``. Everything is then as it was.
    /// - Complexity: linear in the size of the vault, and one derivation of a key for each password
    ///   that there is, and two more.
    public func rotateAll(
        to password: borrowing Secret, keyfile: Keyfile? = nil, hasRecoveryKey: Bool = true,
        options: SlotOptions = SlotOptions(), skippingDamaged skipsDamaged: Bool = false,
        progress: (UInt64, UInt64) throws -> Void = { _, _ in }
    ) throws(VaultError) -> AllRotation {
        let dropped = try slots()
        var made: AllRotation?
        try holding {
            let ways = try NewWays(password, keyfile, hasRecoveryKey, vault: store.header.vault)
            try ways.refuseKnown(try parsedSlots(), openedKeyfile)
            let label = options.label ?? (keyfile == nil ? "password" : "password and keyfile")
            let cost = try newCost(options)
            var renewal: SafetyRenewal?
            var safety: String?
            let change = try withoutActuallyEscaping(progress) { progress in
                var change: Store.RootChange?
                let rotation = CofferCare.KeyRotation(records, .all) { _, _ in }
                try rotation.begin(
                    skipsDamaged: skipsDamaged,
                    prepare: { safety = try prepareRotation(skipsDamaged, movesFiles: true) }
                ) { plan in
                    let replacement = try ways.replacement(cost, label, plan)
                    let begun = try beginRenewal()
                    renewal = begun
                    do {
                        change = try store.rotateAll(
                            to: ways.root, replacement, progress: progress)
                    } catch {
                        cancel(begun)
                        throw error
                    }
                }
                return change
            }
            guard let change, let number = change.slots.first else { throw StoreError.locked }
            opened = number
            try refreshKeptKey()
            // Where that fails, the job does it before it moves anything: the recovery key of this
            // change has to be handed over.
            if let renewal { try? finish(renewal) }
            _ = store.scrub()
            made = AllRotation(
                epoch: change.epoch, password: number,
                recovery: ways.recoveryKey(change.slots.last ?? number), dropped: dropped,
                kept: change.kept.map {
                    RootRotation.KeptKey(purpose: Self.word($0.purpose), created: $0.created)
                }, isNoted: change.isNoted, safetyBundle: safety)
        }
        guard let made = made.take() else {
            throw VaultError(.unexpected, "the keys were not replaced")
        }
        return made
    }
}

/// What opens a vault after its keys were all replaced, and nothing else does.
private final class NewWays {
    let root: RootKey
    private let vault: Identifier
    private let keyfile: KeyfileDigest?
    private let hasRecoveryKey: Bool
    private let passphrase: Passphrase
    /// The password as it will be typed, not as it was set.
    private let typed: Passphrase
    private let key: SecretBytes

    init(
        _ password: borrowing Secret, _ keyfile: Keyfile?, _ hasRecoveryKey: Bool,
        vault: Identifier
    ) throws {
        root = try RootKey(.system)
        passphrase = try Passphrase(setting: password.bytes)
        typed = try Passphrase(opening: password.bytes)
        key = try Randomness.system.secret(RootKey.size)
        self.vault = vault
        self.keyfile = keyfile?.digest
        self.hasRecoveryKey = hasRecoveryKey
    }

    /// Refuses a password that opens one of the slots that there are, by itself or with a keyfile
    /// that is at hand, and the keyfile of today.
    ///
    /// - Parameter known: The keyfile that has opened the vault; nil where none has.
    func refuseKnown(_ slots: [Vault.ParsedSlot], _ known: KeyfileDigest?) throws {
        if let keyfile, let known, keyfile.isEqual(to: known) {
            throw VaultError(.invalid, "this keyfile opens the vault today; take another one")
        }
        for slot in slots {
            let isKnown =
                try opens(slot.row, with: keyfile)
                || (slot.row.kind == .keyfile && opens(slot.row, with: known))
            guard !isKnown else {
                throw VaultError(
                    .invalid, "this password opens slot \(slot.number) today; choose another one")
            }
        }
    }

    private func opens(_ row: SlotRow, with file: KeyfileDigest?) throws -> Bool {
        let file = row.kind == .password ? nil : file
        guard Slots.takes(row.kind, keyfile: file) else { return false }
        do {
            _ = try Slots.open(row, password: typed, keyfile: file, vault: vault)
        } catch KeysError.wrongSecret { return false }
        return true
    }

    func replacement(
        _ cost: Argon2id.Parameters, _ label: String, _ plan: JobPlan
    ) throws -> Store.Replacement {
        let slot = Store.NewSlot(
            made: try Slots.make(
                password: passphrase, keyfile: keyfile, cost: cost, root: root, vault: vault,
                randomness: .system), label: label)
        var second: Store.NewSlot?
        if hasRecoveryKey {
            second = Store.NewSlot(
                made: try Slots.make(
                    recoveryKey: key, root: root, vault: vault, randomness: .system),
                label: "recovery key")
        }
        return Store.Replacement(password: slot, recovery: second, plan: plan, open: open)
    }

    private func open(_ row: SlotRow) throws -> Slots.Opened {
        guard row.kind == .recovery else {
            return try Slots.open(row, password: typed, keyfile: keyfile, vault: vault)
        }
        // With the key as somebody will type it.
        let again = try RecoveryKey.decode(RecoveryKey.encode(key))
        return try Slots.open(row, recoveryKey: again, vault: vault)
    }

    func recoveryKey(_ slot: UInt32) -> Vault.NewRecoveryKey? {
        guard hasRecoveryKey else { return nil }
        return Vault.NewRecoveryKey(slot: slot, key: Secret(RecoveryKey.encode(key)))
    }
}
