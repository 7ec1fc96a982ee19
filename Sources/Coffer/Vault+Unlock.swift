internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferKeys
internal import CofferStore

extension Vault {
    /// The longest time that `unlock` may keep a vault open without use: a day, in milliseconds.
    public static var longestSpan: UInt64 { 24 * 3_600_000 }

    /// Unlocks the vault with a password, trying each slot that takes one.
    ///
    /// Deriving the key is slow on purpose: expect about a second and 256 MiB for each slot.
    ///
    /// - Parameters:
    ///   - password: The password.
    ///   - keyfile: The keyfile that belongs to it: then the slots with a keyfile are tried,
    ///     without one those with a password alone.
    /// - Throws: ``VaultError/Code/wrongPassword``, ``VaultError/Code/refusedLimit`` before any
    ///   work, ``VaultError/Code/damaged``, ``VaultError/Code/older``.
    public func unlock(
        password: borrowing Secret, keyfile: Keyfile? = nil
    ) throws(VaultError) {
        try holding {
            let passphrase = try Passphrase(opening: password.bytes)
            for slot in try parsedSlots() where slot.row.kind.hashesPassword {
                _ = try Slots.parameters(slot.row.cost)
            }
            for slot in try parsedSlots()
            where Slots.takes(slot.row.kind, keyfile: keyfile?.digest) {
                do {
                    let found = try Slots.open(
                        slot.row, password: passphrase, keyfile: keyfile?.digest,
                        vault: store.header.vault)
                    try store.unlock(
                        root: found.root, authKey: found.authKey, number: slot.number)
                    opened = slot.number
                    openedKeyfile = keyfile?.digest
                    renewIfLeft()
                    return
                } catch { try Self.passOver(error) }
            }
            throw KeysError.wrongSecret
        }
    }

    /// Unlocks the vault with a recovery key as text.
    ///
    /// - Throws: ``VaultError/Code/wrongPassword``, ``VaultError/Code/invalid`` for a mistyped
    ///   key, ``VaultError/Code/damaged``, ``VaultError/Code/older``.
    public func unlock(recoveryKey: borrowing Secret) throws(VaultError) {
        try holding {
            let key = try RecoveryKey.decode(recoveryKey.bytes)
            for slot in try parsedSlots() where slot.row.kind == .recovery {
                do {
                    let found = try Slots.open(
                        slot.row, recoveryKey: key, vault: store.header.vault)
                    try store.unlock(
                        root: found.root, authKey: found.authKey, number: slot.number)
                    opened = slot.number
                    renewIfLeft()
                    return
                } catch { try Self.passOver(error) }
            }
            throw KeysError.wrongSecret
        }
    }

    /// Unlocks the vault with the key in the kernel's keyring, and lets it live on.
    ///
    /// - Returns: Whether there was one. One that does not open the vault counts as none.
    /// - Throws: ``VaultError/Code/damaged``, ``VaultError/Code/older``.
    public func unlockFromCache() throws(VaultError) -> Bool {
        guard let cache = cache() else { return false }
        let vault = store.header.vault
        guard var entry = cache.load(vault: vault, now: surroundings.bootTime()) else {
            return false
        }
        for look in 0... {
            do {
                try exclusively {
                    try store.unlock(root: entry.root)
                    opened = nil
                    renewIfLeft()
                }
                break
            } catch KeysError.wrongSecret {
                // Another program may have replaced the root, and be about to say so. It may take
                // its time, so what is there is not forgotten.
                guard look < Store.rootLooks else { return false }
                Store.pauseForRoot()
                guard let now = cache.load(vault: vault, now: surroundings.bootTime()) else {
                    return false
                }
                entry = now
            } catch { throw VaultError(error) }
        }
        cache.renew(entry, vault: vault, now: surroundings.bootTime())
        return true
    }

    /// Keeps the key of the unlocked vault in the kernel's keyring for `span` milliseconds after
    /// its last use, and for a day at most.
    ///
    /// - Throws: ``VaultError/Code/locked``; ``VaultError/Code/unexpected`` where the kernel has
    ///   no keyring for us.
    public func keepUnlocked(for span: UInt64) throws(VaultError) {
        do {
            let root = try exclusively { try store.frame().keyring.root }
            guard let cache = cache() else { throw UnlockCache.Failure.unavailable(errno: 0) }
            let now = surroundings.bootTime()
            try cache.store(
                root, vault: store.header.vault, now: now, span: min(span, Self.longestSpan),
                cap: now + Self.longestSpan)
        } catch let error as UnlockCache.Failure {
            guard case .unavailable(let code) = error else { return }
            throw VaultError(
                .unexpected,
                "the kernel keeps no key for us here (errno \(code)); give the password each time")
        } catch { throw VaultError(error) }
    }

    /// Until when the vault is unlocked on this machine, in milliseconds since 1970; nil if it
    /// is not.
    public func unlockedUntil() -> Int64? {
        let now = surroundings.bootTime()
        guard let entry = cache()?.load(vault: store.header.vault, now: now) else { return nil }
        return surroundings.now() + Int64(clamping: entry.deadline - now)
    }

    /// Removes the key from the kernel's keyring, and from this process.
    ///
    /// It waits for calls of other threads to end. Out of a closure of this vault, the key leaves
    /// this process when the call that the closure belongs to has ended.
    ///
    /// - Returns: Whether it was there.
    @discardableResult
    public func lock() -> Bool {
        forgetKeys()
        return cache()?.forget(vault: store.header.vault) ?? false
    }

    /// Removes the key from the kernel's keyring, and keeps the one in this process: for what is
    /// done before the vault is locked here, too.
    ///
    /// - Returns: Whether it was there.
    @discardableResult
    public func forgetKeptKey() -> Bool { cache()?.forget(vault: store.header.vault) ?? false }

    /// Removes the key of the vault that this machine remembers at a path, whatever lies there now.
    ///
    /// - Returns: Whether it was there; nil when no vault is remembered.
    public static func lock(rememberedAt path: String, in surroundings: Surroundings) -> Bool? {
        guard let directory = surroundings.stateDirectory,
            let boot = surroundings.bootID.flatMap(Identifier.init(text:)),
            let vault = Store.rememberedVault(at: path, in: directory)
        else { return nil }
        return UnlockCache(bootID: boot).forget(vault: vault)
    }

    /// Whether the kernel keeps a key for the vault at a path, by what its header says; nothing of
    /// it is touched for that, and nothing has to be remembered.
    public static func isUnlocked(at path: String, in surroundings: Surroundings) -> Bool {
        guard
            let store = try? Store(lookingAt: path, environment: surroundings.environment)
        else { return false }
        return keptRoot(of: store.header.vault, in: surroundings) != nil
    }

    /// The root key that the kernel keeps of a vault.
    internal static func keptRoot(
        of vault: Identifier, in surroundings: Surroundings
    ) -> RootKey? {
        cache(in: surroundings)?.load(vault: vault, now: surroundings.bootTime())?.root
    }

    /// Removes the keys of all vaults of this user from the kernel's keyring.
    ///
    /// - Returns: How many there were.
    public static func lockAll(in surroundings: Surroundings) -> Int {
        guard let boot = surroundings.bootID.flatMap(Identifier.init(text:)) else { return 0 }
        return UnlockCache(bootID: boot).forgetAll()
    }

    /// Puts an entry for an unlock on the audit log, with failed attempts since the last one.
    ///
    /// - Throws: As every write.
    public func recordUnlock() throws(VaultError) {
        try holding {
            let failures = store.failedUnlocks()
            var details: [AuditEntry.Detail] = []
            if failures > 0 {
                details.append(AuditEntry.Detail("failed before, unproved", "\(failures)"))
            }
            try store.write { try $0.audit("unlock", details) }
            if failures > 0 { store.forgetFailedUnlocks() }
        }
    }

    /// Counts a failed attempt, to be put on the audit log at the next unlock.
    public func countFailedUnlock() {
        exclusivelyOrInside { _ in store.countFailedUnlock() }
    }

    /// A row of `slot`, taken apart.
    internal struct ParsedSlot {
        let number: UInt32
        let row: SlotRow
    }

    internal func parsedSlots() throws -> [ParsedSlot] {
        let slots = try store.slots().map { entry in
            guard let row = try? SlotRow(parsing: entry.seal) else {
                throw StoreError.damaged("slot \(entry.number)")
            }
            return ParsedSlot(number: entry.number, row: row)
        }
        guard slots.filter({ $0.row.kind.hashesPassword }).count <= SlotRow.passwordLimit else {
            throw StoreError.damaged("the slots: too many passwords")
        }
        return slots
    }

    /// A slot that does not open is no reason to stop; everything else is.
    private static func passOver(_ error: any Error) throws {
        guard case KeysError.wrongSecret = error else { throw error }
    }

    private func cache() -> UnlockCache? { Self.cache(in: surroundings) }

    private static func cache(in surroundings: Surroundings) -> UnlockCache? {
        surroundings.bootID.flatMap(Identifier.init(text:)).map(UnlockCache.init(bootID:))
    }

    /// Puts the root at hand in the place of the one in the kernel's keyring, where there is one.
    internal func refreshKeptKey() throws {
        let now = surroundings.bootTime()
        guard let cache = cache(), let entry = cache.load(vault: store.header.vault, now: now)
        else { return }
        let root = try store.frame().keyring.root
        // Where the kernel refuses, the vault is locked to others: no reason to fail.
        try? cache.replace(entry, with: root, vault: store.header.vault, now: now)
    }

    /// Lets the store look into the kernel's keyring when another program has replaced the root.
    internal func followKeptKey() {
        let surroundings = surroundings
        let vault = store.header.vault
        store.rootAfresh = { Self.keptRoot(of: vault, in: surroundings) }
    }
}
