package import CofferBytes
package import CofferCrypto
package import CofferFormat
internal import CofferShims

/// Ways to reach a root key: made, opened and wrapped anew (`Docs/Format.md`, section 4).
package enum Slots {
    /// How many KiB the derivation of a slot from elsewhere may take: half of the memory that
    /// the machine has, and what a slot may ask at most where the machine does not tell.
    package static var foreignMemoryLimit: UInt64 {
        let half = CofferShims_physicalMemory() / 2_048
        return half == 0 ? 4_194_304 : half
    }

    /// A slot that was just made, with what its roster entry needs.
    package struct Made: ~Copyable, Sendable {
        /// The row for the table `slot`.
        package let row: SlotRow
        /// The auth key for the roster.
        package let authKey: SecretBytes
    }

    /// What a slot gave.
    package struct Opened: ~Copyable, Sendable {
        /// The root key.
        package let root: RootKey
        /// The slot's auth key, which the roster must list.
        package let authKey: SecretBytes
    }

    /// Makes a password slot for `root` with a secret and key pair of its own.
    ///
    /// - Parameter keyfile: What opens it together with the password; nil for the password alone.
    package static func make(
        password: borrowing Passphrase, keyfile: KeyfileDigest? = nil,
        cost: Argon2id.Parameters, root: RootKey, vault: Identifier, randomness: Randomness
    ) throws(KeysError) -> Made {
        do throws(CryptoError) {
            let slot = try randomness.identifier()
            let salt = try randomness.bytes(16)
            let secret = try randomness.secret(RootKey.size)
            let keys = try SlotKeys(secret: secret, slot: slot, vault: vault)
            let stated = SlotRow.Cost(
                memory: cost.memoryKiB, passes: cost.passes, lanes: cost.lanes)
            let kind: SlotRow.Kind = keyfile == nil ? .password : .keyfile
            let hash = try Argon2id.derive(
                password: password.bytes, salt: salt, parameters: cost)
            let sealed = try Cobblestone.sealSecret(
                secret, under: slotKey(hash, keyfile, vault, slot),
                context: secretContext(vault, slot, kind, stated, salt, keys.publicKey),
                randomness: randomness)
            return try wrap(
                root, vault: vault, slot: slot, kind: kind, cost: stated, salt: salt,
                sealedSecret: sealed, keys: keys, randomness: randomness)
        } catch { throw .crypto(error) }
    }

    /// Makes a recovery slot for `root` whose secret is `recoveryKey`.
    package static func make(
        recoveryKey: borrowing SecretBytes, root: RootKey, vault: Identifier,
        randomness: Randomness
    ) throws(KeysError) -> Made {
        do throws(CryptoError) {
            let slot = try randomness.identifier()
            let keys = try SlotKeys(secret: recoveryKey, slot: slot, vault: vault)
            return try wrap(
                root, vault: vault, slot: slot, kind: .recovery, cost: .none, salt: [],
                sealedSecret: [], keys: keys, randomness: randomness)
        } catch { throw .crypto(error) }
    }

    /// Whether a password, with this keyfile or with none, is for slots of a kind: nothing is
    /// hashed for the others.
    package static func takes(_ kind: SlotRow.Kind, keyfile: KeyfileDigest?) -> Bool {
        kind == (keyfile == nil ? .password : .keyfile)
    }

    /// Opens a slot with a password, and the keyfile where it takes one.
    ///
    /// - Throws: `refusedLimit` before any work when the slot asks for more or less than the
    ///   limits allow, `wrongSecret` when password or keyfile is wrong, a keyfile is missing or
    ///   too many, or the slot was altered.
    package static func open(
        _ row: SlotRow, password: borrowing Passphrase, keyfile: KeyfileDigest? = nil,
        vault: Identifier
    ) throws(KeysError) -> Opened {
        let cost = try parameters(row.cost)
        guard takes(row.kind, keyfile: keyfile) else { throw .wrongSecret }
        let hash: SecretBytes
        do throws(CryptoError) {
            hash = try Argon2id.derive(password: password.bytes, salt: row.salt, parameters: cost)
        } catch { throw .crypto(error) }
        let context = secretContext(
            vault, row.slot, row.kind, row.cost, row.salt, row.publicKey)
        let secret: SecretBytes
        do throws(CryptoError) {
            secret = try Cobblestone.openSecret(
                row.sealedSecret, under: slotKey(hash, keyfile, vault, row.slot), context: context)
        } catch { throw .wrongSecret }
        return try unwrap(row, secret: secret, vault: vault)
    }

    /// Opens a recovery slot.
    ///
    /// - Throws: `wrongSecret` when it is another vault's or slot's key.
    package static func open(
        _ row: SlotRow, recoveryKey: borrowing SecretBytes, vault: Identifier
    ) throws(KeysError) -> Opened {
        try unwrap(row, secret: recoveryKey, vault: vault)
    }

    /// The password cost of a row, refused when it is outside the limits.
    package static func parameters(
        _ cost: SlotRow.Cost
    ) throws(KeysError) -> Argon2id.Parameters {
        do throws(CryptoError) {
            return try Argon2id.Parameters(
                memoryKiB: UInt64(cost.memory), passes: UInt64(cost.passes),
                lanes: UInt64(cost.lanes))
        } catch {
            if case .refusedLimit(let name, let value, let allowed) = error {
                throw .refusedLimit(
                    "\(name) is \(value), allowed are "
                        + "\(allowed.lowerBound) to \(allowed.upperBound)")
            }
            throw .crypto(error)
        }
    }

    /// Wraps another root for a slot, by what the roster lists: its secret is not needed.
    ///
    /// - Parameters:
    ///   - row: The slot as it is; its public key must be the one that the roster lists.
    ///   - authKey: The auth key that the roster lists for it.
    package static func rewrap(
        _ row: SlotRow, authKey: borrowing SecretBytes, root: RootKey, vault: Identifier,
        randomness: Randomness
    ) throws(KeysError) -> SlotRow {
        do throws(CryptoError) {
            return try wrapped(row, authKey: authKey, root: root, vault, randomness)
        } catch { throw .crypto(error) }
    }

    /// The key over the slot secret: the password's hash, tied to the keyfile where there is one.
    private static func slotKey(
        _ hash: consuming SecretBytes, _ keyfile: KeyfileDigest?, _ vault: Identifier,
        _ slot: Identifier
    ) -> SealingKey {
        guard let keyfile else { return SealingKey(hash) }
        let info = SealContext.make("coffer/v1/keyfile", vault.bytes, slot.bytes)
        return SealingKey(
            HKDF.sha256(salt: keyfile.bytes, ikm: hash, info: info, count: SealingKey.size))
    }

    private static func wrap(
        _ root: RootKey, vault: Identifier, slot: Identifier, kind: SlotRow.Kind,
        cost: SlotRow.Cost, salt: [UInt8], sealedSecret: [UInt8], keys: borrowing SlotKeys,
        randomness: Randomness
    ) throws(CryptoError) -> Made {
        let bare = SlotRow(
            slot: slot, kind: kind, cost: cost, salt: salt, publicKey: keys.publicKey,
            sealedSecret: sealedSecret, root: root.id, ephemeral: [], wrappedRoot: [])
        return Made(
            row: try wrapped(bare, authKey: keys.authKey, root: root, vault, randomness),
            authKey: keys.authKey.duplicate())
    }

    private static func wrapped(
        _ row: SlotRow, authKey: borrowing SecretBytes, root: RootKey, _ vault: Identifier,
        _ randomness: Randomness
    ) throws(CryptoError) -> SlotRow {
        let ephemeral = try X25519.PrivateKey(scalar: randomness.secret(RootKey.size))
        let shared = try ephemeral.sharedSecret(with: row.publicKey)
        let key = wrapKey(
            shared: shared, authKey: authKey, publicKey: row.publicKey, vault: vault,
            slot: row.slot, root: root.id, ephemeral: ephemeral.publicKey)
        let wrapped = try Cobblestone.sealSecret(
            root.secret(), under: key, context: rootContext(vault, row.slot, root.id),
            randomness: randomness)
        return SlotRow(
            slot: row.slot, kind: row.kind, cost: row.cost, salt: row.salt,
            publicKey: row.publicKey, sealedSecret: row.sealedSecret, root: root.id,
            ephemeral: ephemeral.publicKey, wrappedRoot: wrapped)
    }

    private static func unwrap(
        _ row: SlotRow, secret: borrowing SecretBytes, vault: Identifier
    ) throws(KeysError) -> Opened {
        do throws(CryptoError) {
            let keys = try SlotKeys(secret: secret, slot: row.slot, vault: vault)
            guard keys.publicKey == row.publicKey else { throw .authenticationFailed }
            let shared = try keys.privateKey.sharedSecret(with: row.ephemeral)
            let key = wrapKey(
                shared: shared, authKey: keys.authKey, publicKey: keys.publicKey, vault: vault,
                slot: row.slot, root: row.root, ephemeral: row.ephemeral)
            let root = try Cobblestone.openSecret(
                row.wrappedRoot, under: key, context: rootContext(vault, row.slot, row.root))
            guard root.count == RootKey.size else { throw .authenticationFailed }
            return Opened(
                root: RootKey(id: row.root, secret: root), authKey: keys.authKey.duplicate())
        } catch { throw .wrongSecret }
    }

    private static func wrapKey(
        shared: borrowing SecretBytes, authKey: borrowing SecretBytes, publicKey: [UInt8],
        vault: Identifier, slot: Identifier, root: Identifier, ephemeral: [UInt8]
    ) -> SealingKey {
        let info = SealContext.make(
            "coffer/v1/wrap", vault.bytes, slot.bytes, root.bytes, ephemeral, publicKey)
        return SealingKey(
            HKDF.sha256(
                salt: authKey, ikm: shared, info: info, count: RootKey.size))
    }

    private static func rootContext(
        _ vault: Identifier, _ slot: Identifier, _ root: Identifier
    ) -> [UInt8] {
        SealContext.make("coffer/v1/root", vault.bytes, slot.bytes, root.bytes)
    }

    private static func secretContext(
        _ vault: Identifier, _ slot: Identifier, _ kind: SlotRow.Kind, _ cost: SlotRow.Cost,
        _ salt: [UInt8], _ publicKey: [UInt8]
    ) -> [UInt8] {
        SealContext.make(
            "coffer/v1/slot-secret", vault.bytes, slot.bytes, [kind.rawValue], cost.bytes, salt,
            publicKey)
    }
}
