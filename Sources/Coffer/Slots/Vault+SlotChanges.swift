internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferKeys
internal import CofferStore

extension Vault {
    /// How a slot is made.
    public struct SlotOptions: Sendable {
        /// What its owner calls it; nil for the usual, or the label of the slot that it replaces.
        public var label: String?
        /// Memory of the password hash in KiB; nil for today's usual, and never below that of the
        /// slot that it replaces.
        public var memory: UInt32?
        /// Passes of the password hash; nil for today's usual, and never below those of the slot
        /// that it replaces.
        public var passes: UInt32?

        /// The usual.
        public init() {}
    }

    /// What became of the slots.
    public struct SlotChange: Sendable {
        /// The number of the new slot; nil where there is none.
        public let added: UInt32?
        /// The number of the slot that is gone; nil where none is.
        public let removed: UInt32?
        /// Whether the bytes of the one that is gone are overwritten; an open reader delays that
        /// until the vault is closed next, or ``scrub()`` is called.
        public let isScrubbed: Bool
    }

    /// A recovery key that was just made.
    public struct NewRecoveryKey: ~Copyable {
        /// The number of its slot.
        public let slot: UInt32
        /// The key as text, to be shown once.
        public let key: Secret
    }

    /// Adds a password, or a password that opens the vault only together with a keyfile.
    ///
    /// The new slot is opened anew from its stored bytes before this returns; that takes as long
    /// as an unlock, and making it as long again.
    ///
    /// - Throws: ``VaultError/Code/locked``; ``VaultError/Code/invalid`` for a password that cannot
    ///   be set or a slot too many; ``VaultError/Code/refusedLimit``, and as every write.
    @discardableResult
    public func addPassword(
        _ password: borrowing Secret, keyfile: Keyfile? = nil, options: SlotOptions = SlotOptions()
    ) throws(VaultError) -> SlotChange {
        try holding {
            let label = options.label ?? (keyfile == nil ? "password" : "password and keyfile")
            let number = try addInside(
                password, keyfile, try newCost(options), label, removing: nil, act: "key-add")
            return SlotChange(added: number, removed: nil, isScrubbed: true)
        }
    }

    /// Adds a recovery key, which is drawn here.
    ///
    /// - Throws: ``VaultError/Code/locked``; ``VaultError/Code/invalid`` for a slot too many, and
    ///   as every write.
    public func addRecoveryKey(
        options: SlotOptions = SlotOptions()
    ) throws(VaultError) -> NewRecoveryKey {
        var made: NewRecoveryKey?
        try holding {
            let root = try store.frame().keyring.root
            let key = try Randomness.system.secret(RootKey.size)
            let text = RecoveryKey.encode(key)
            let slot = Store.NewSlot(
                made: try Slots.make(
                    recoveryKey: key, root: root, vault: store.header.vault,
                    randomness: .system), label: options.label ?? "recovery key")
            let vault = store.header.vault
            let number = try store.add(slot, removing: nil, act: "key-add") { row in
                // With the key as somebody will type it.
                let typed = try RecoveryKey.decode(text)
                try Self.expect(
                    try Slots.open(row, recoveryKey: typed, vault: vault), slot.made.authKey, root)
            }
            made = NewRecoveryKey(slot: number, key: Secret(text))
        }
        guard let made = made.take() else {
            throw VaultError(.unexpected, "the recovery key was not made")
        }
        return made
    }

    /// Puts a new password in the place of an old one: always a new slot with a new secret, in
    /// one transaction with the end of the old one.
    ///
    /// The cost of the hash goes up to today's usual and never down. A copy of the vault that was
    /// made before, and a bundle, still open with the old password.
    ///
    /// - Parameters:
    ///   - number: The slot whose password it is; nil for the one that has unlocked this vault, or
    ///     else the only one that there is.
    ///   - password: The new password.
    ///   - keyfile: The keyfile of the new slot; that of the old one must be given, too.
    ///   - options: How the slot is made.
    /// - Throws: ``VaultError/Code/noSlot``; ``VaultError/Code/usage`` where several passwords are
    ///   there and none is named, or where the slot takes a keyfile and none is given; as
    ///   ``addPassword(_:keyfile:options:)``.
    public func changePassword(
        of number: UInt32? = nil, to password: borrowing Secret, keyfile: Keyfile? = nil,
        options: SlotOptions = SlotOptions()
    ) throws(VaultError) -> SlotChange {
        try holding {
            let old = try passwordSlot(number)
            guard (old.kind == .keyfile) == (keyfile != nil) else {
                throw VaultError(
                    .usage,
                    keyfile == nil
                        ? "slot \(old.number) takes a password and a keyfile: give its keyfile, too"
                        : "slot \(old.number) takes no keyfile; add one with: coffer key add-keyfile"
                )
            }
            let cost = try raised(old.cost, options)
            let added = try renewing {
                let added = try addInside(
                    password, keyfile, cost, options.label ?? old.label, removing: old.number,
                    act: "rotate-password")
                opened = added
                return added
            }
            return SlotChange(added: added, removed: old.number, isScrubbed: store.scrub())
        }
    }

    /// Takes a slot out: what opened it does not open the vault any more.
    ///
    /// A copy of the vault that was made before, and a bundle, still open with it.
    ///
    /// - Throws: ``VaultError/Code/noSlot``; ``VaultError/Code/lastSlot`` for the only one there
    ///   is; as every write.
    @discardableResult
    public func removeSlot(_ number: UInt32) throws(VaultError) -> SlotChange {
        try holding {
            try renewing {
                try store.removeSlot(number)
                if opened == number { opened = nil }
            }
            return SlotChange(added: nil, removed: number, isScrubbed: store.scrub())
        }
    }

    /// Gives a slot another label.
    ///
    /// - Throws: ``VaultError/Code/noSlot``; ``VaultError/Code/invalid`` for a label of more than
    ///   256 bytes; as every write.
    public func labelSlot(_ number: UInt32, _ text: String) throws(VaultError) {
        try holding { try store.label(number, text) }
    }

    /// Overwrites what was deleted and waits for it because of an open reader.
    ///
    /// - Returns: Whether nothing is left.
    /// - Throws: ``VaultError/Code/locked``.
    public func scrub() throws(VaultError) -> Bool {
        try holding {
            _ = try store.state()
            return store.scrub()
        }
    }
}

extension Vault {
    /// A slot with a password, and what the one that takes its place goes by.
    private struct OldSlot {
        let number: UInt32
        let kind: SlotRow.Kind
        let label: String
        let cost: SlotRow.Cost
    }

    /// Makes a password slot, stores and proves it: two derivations.
    private func addInside(
        _ password: borrowing Secret, _ keyfile: Keyfile?, _ cost: Argon2id.Parameters,
        _ label: String, removing number: UInt32?, act: String
    ) throws -> UInt32 {
        let root = try store.frame().keyring.root
        let vault = store.header.vault
        let passphrase = try Passphrase(setting: password.bytes)
        let slot = Store.NewSlot(
            made: try Slots.make(
                password: passphrase, keyfile: keyfile?.digest, cost: cost, root: root,
                vault: vault, randomness: .system), label: label)
        // Read as it will be typed, not as it was set.
        let typed = try Passphrase(opening: password.bytes)
        return try store.add(slot, removing: number, act: act) { row in
            try Self.expect(
                try Slots.open(row, password: typed, keyfile: keyfile?.digest, vault: vault),
                slot.made.authKey, root)
        }
    }

    /// The slot gives the root and the auth key that it was made with.
    private static func expect(
        _ opened: borrowing Slots.Opened, _ authKey: borrowing SecretBytes, _ root: RootKey
    ) throws {
        let isSame = opened.authKey.isEqual(to: authKey)
        let isRoot = opened.root.id == root.id && opened.root.secret().isEqual(to: root.secret())
        guard isSame, isRoot else { throw StoreError.damaged("the slot that was just made") }
    }

    /// The slot whose password is changed.
    private func passwordSlot(_ number: UInt32?) throws -> OldSlot {
        try store.read { frame in
            let roster = try store.openRoster(frame.keyring.root)
            let rows = try parsedSlots()
            let slots = zip(roster.entries, rows).filter { $0.0.kind.hashesPassword }.map {
                OldSlot(
                    number: $0.0.number, kind: $0.0.kind, label: $0.0.label, cost: $0.1.row.cost)
            }
            if let wanted = number ?? opened, let slot = slots.first(where: { $0.number == wanted })
            {
                return slot
            }
            if let number {
                guard !roster.entries.contains(where: { $0.number == number }) else {
                    throw VaultError(.usage, "slot \(number) has no password")
                }
                throw StoreError.noSlot(number)
            }
            guard let slot = slots.first else {
                throw VaultError(
                    .noSlot, "the vault has no password; add one with: coffer key add-password")
            }
            guard slots.count == 1 else {
                throw VaultError(
                    .usage,
                    "the vault has \(slots.count) passwords: unlock it with the old one, or name its "
                        + "slot, as coffer key list shows it")
            }
            return slot
        }
    }

    /// The cost of a slot beside others: unless it is asked for, it is not the cheapest to guess.
    internal func newCost(_ options: SlotOptions) throws -> Argon2id.Parameters {
        let standard = Argon2id.Parameters.standard
        let others = try parsedSlots().map(\.row.cost)
        let memory = options.memory ?? max(standard.memoryKiB, others.map(\.memory).max() ?? 0)
        let passes = options.passes ?? max(standard.passes, others.map(\.passes).max() ?? 0)
        return try Argon2id.Parameters(
            memoryKiB: UInt64(memory), passes: UInt64(passes), lanes: UInt64(standard.lanes))
    }

    /// The cost of a slot in the place of another: each number goes up to today's and never down.
    private func raised(
        _ old: SlotRow.Cost, _ options: SlotOptions
    ) throws -> Argon2id.Parameters {
        let standard = Argon2id.Parameters.standard
        return try Argon2id.Parameters(
            memoryKiB: UInt64(max(old.memory, options.memory ?? standard.memoryKiB)),
            passes: UInt64(max(old.passes, options.passes ?? standard.passes)),
            lanes: UInt64(max(old.lanes, standard.lanes)))
    }
}
