package import CofferBundles
package import CofferBytes
internal import CofferCrypto
internal import CofferFormat
package import CofferKeys
package import CofferRecords
package import CofferStore

/// Opens the keys of a bundle from outside the vault, with what opened the vault at its time.
///
/// Only `keyring.json` is parsed before its root is opened; nothing of it is believed before the
/// list that names this very keyring is signed by the signing key under that root.
package struct BundleTrust: Sendable {
    /// The root of the bundle.
    package let root: RootKey
    /// The rows of its keys.
    package let rows: Store.KeyRows
    internal let keyring: Keyring

    /// Opens with a password, and a keyfile where one belongs to it.
    ///
    /// - Parameters:
    ///   - memoryLimit: How many KiB the derivation may take, whatever the slot asks.
    ///   - trials: What was tried on other bundles of the vault.
    /// - Throws: `KeysError.wrongSecret`, `.refusedLimit`, `.damaged`; `BundleError`.
    package init(
        _ bundle: BundleReader, password: borrowing Passphrase, keyfile: KeyfileDigest? = nil,
        memoryLimit: UInt64, trials: SlotTrials = SlotTrials()
    ) throws {
        let slots = try Self.slots(bundle)
        for (_, _, row) in slots where row.kind.hashesPassword {
            _ = try Slots.parameters(row.cost)
            guard UInt64(row.cost.memory) <= memoryLimit else {
                throw KeysError.refusedLimit(
                    "memory is \(row.cost.memory) KiB, allowed are \(memoryLimit) here")
            }
        }
        for (number, bytes, row) in slots where Slots.takes(row.kind, keyfile: keyfile) {
            do {
                guard let result = trials.result(of: bytes) else {
                    let opened = try Self.open(
                        row, password, keyfile, vault: bundle.manifest.vault, bytes, trials)
                    self = try Self.accept(bundle, opened, number)
                    return
                }
                guard case .opened(let root) = result else { continue }
                self = try BundleTrust(checked: bundle, root)
                return
            } catch KeysError.wrongSecret { continue }
        }
        throw KeysError.wrongSecret
    }

    /// Opens with a recovery key.
    ///
    /// - Throws: As ``init(_:password:keyfile:memoryLimit:)``.
    package init(_ bundle: BundleReader, recoveryKey: borrowing SecretBytes) throws {
        for (number, _, row) in try Self.slots(bundle) where row.kind == .recovery {
            do {
                let opened = try Slots.open(
                    row, recoveryKey: recoveryKey, vault: bundle.manifest.vault)
                self = try Self.accept(bundle, opened, number)
                return
            } catch KeysError.wrongSecret { continue }
        }
        throw KeysError.wrongSecret
    }

    /// Opens with the root of the unlocked vault that reads.
    ///
    /// Where any of its signing keys was retired as compromised, it believes only what its key has
    /// signed, or what it lists.
    ///
    /// - Throws: `BundleError.otherSigner`; `KeysError.wrongSecret` for another root; otherwise as
    ///   above, and as reading the vault does.
    package init(_ bundle: BundleReader, of reader: RecordReader) throws {
        let signers = try VaultSigners(reader)
        if signers.isWary {
            let known = try reader.knownBundles().first { $0.content == bundle.contentID }
            guard signers.vouches(for: bundle, as: known) else {
                throw BundleError.otherSigner(keyID: bundle.signerName)
            }
        }
        try self.init(checked: bundle, reader.frame.keyring.root)
    }

    /// Opens with the root of an unlocked vault.
    ///
    /// - Throws: `KeysError.wrongSecret` for another root; otherwise as above.
    package init(_ bundle: BundleReader, root: RootKey) throws {
        try self.init(checked: bundle, root)
    }

    private init(checked bundle: BundleReader, _ root: RootKey) throws {
        let document = bundle.keyring
        let roster = try RosterSeal.open(document.roster, root: root, vault: document.vault)
        try RosterSeal.check(
            roster, against: document.slots.map { (number: $0.number, seal: $0.bytes) },
            root: root)
        var keyring = Keyring(vault: document.vault, root: root)
        for row in document.keys {
            try keyring.add(number: row.number, who: nil, seal: row.bytes)
        }
        self.keyring = keyring
        self.root = root
        _ = try bundle.signer(trusting: try Self.signer(keyring))
        rows = try BundleKeyring.open(
            document, subjects: try bundle.read(.subjects), root: root)
    }

    /// Opens a slot, and takes note of what came of it: not of what the bundle makes of that.
    private static func open(
        _ row: SlotRow, _ password: borrowing Passphrase, _ keyfile: KeyfileDigest?,
        vault: Identifier, _ bytes: [UInt8], _ trials: SlotTrials
    ) throws(KeysError) -> Slots.Opened {
        do throws(KeysError) {
            let opened = try Slots.open(row, password: password, keyfile: keyfile, vault: vault)
            trials.note(.opened(opened.root), of: bytes)
            return opened
        } catch {
            if error == .wrongSecret { trials.note(.refused, of: bytes) }
            throw error
        }
    }

    private static func accept(
        _ bundle: BundleReader, _ opened: borrowing Slots.Opened, _ number: UInt32
    ) throws -> BundleTrust {
        let roster = try RosterSeal.open(
            bundle.keyring.roster, root: opened.root, vault: bundle.keyring.vault)
        let isListed = roster.lists(authKey: opened.authKey, forNumber: number)
        guard isListed else { throw KeysError.damaged("slot \(number)") }
        return try BundleTrust(checked: bundle, opened.root)
    }

    private static func slots(_ bundle: BundleReader) throws -> [(UInt32, [UInt8], SlotRow)] {
        let slots = try bundle.keyring.slots.map { row in
            guard let slot = try? SlotRow(parsing: row.bytes) else {
                throw KeysError.damaged("slot \(row.number)")
            }
            return (row.number, row.bytes, slot)
        }
        guard slots.count <= SlotRow.countLimit,
            slots.count(where: { $0.2.kind.hashesPassword }) <= SlotRow.passwordLimit
        else { throw KeysError.damaged("the slots: too many") }
        return slots
    }

    /// The public key that signs for a keyring.
    ///
    /// - Throws: `KeysError`, `CryptoError`.
    internal static func signer(_ keyring: Keyring) throws -> Minisign.PublicKey {
        let key = try keyring.active(.signing)
        return try Minisign.PublicKey(
            keyID: Array(key.facts.id.bytes.prefix(Minisign.keyIDSize)),
            bytes: try Ed25519.publicKey(of: key.signingKey()))
    }

    /// The keys of a bundle of the chain, by the name in its manifest.
    ///
    /// - Throws: `KeysError.damaged` where it is not at hand.
    internal func keys(of bundle: BundleReader) throws -> BundleKeys {
        let wanted = bundle.manifest.key
        guard
            let key = keyring.all.first(where: {
                $0.facts.id == wanted && $0.facts.purpose == .bundle
            })
        else { throw KeysError.damaged("the key of \(bundle.path)") }
        return BundleKeys(key, vault: keyring.vault)
    }
}
