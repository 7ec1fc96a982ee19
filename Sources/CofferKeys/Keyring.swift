package import CofferBytes
package import CofferCrypto
package import CofferFormat

/// Every key of an unlocked vault that is nobody's, and those of persons as they are needed.
///
/// A keyring is a value: a transaction that finds the frame changed loads another one.
package struct Keyring: Sendable {
    /// A data key that was opened.
    package final class Key: Sendable {
        /// Its number in this vault.
        package let number: UInt32
        /// What it is for.
        package let facts: KeyRow.Facts
        internal let secret: SecretBytes

        internal init(number: UInt32, row: consuming KeyRow) {
            self.number = number
            facts = row.facts
            secret = row.key.duplicate()
        }
    }

    /// The vault's id.
    package let vault: Identifier
    /// The root key.
    package let root: RootKey
    private var keys: [UInt32: Key] = [:]
    private var active: [KeyRow.Purpose: UInt32] = [:]

    /// A keyring without data keys.
    package init(vault: Identifier, root: RootKey) {
        self.vault = vault
        self.root = root
    }

    /// Opens a row of `dkey` and takes its key in.
    ///
    /// - Throws: `damaged` when it does not open at this number for this person, or when there
    ///   is a second active key of its purpose.
    package mutating func add(
        number: UInt32, who: Identifier?, seal: [UInt8]
    ) throws(KeysError) {
        let key = try Self.open(number: number, who: who, seal: seal, root: root, vault: vault)
        keys[number] = key
        guard who == nil, key.facts.state == .active else { return }
        guard active.updateValue(number, forKey: key.facts.purpose) == nil else {
            throw .damaged("two active keys for one purpose")
        }
    }

    /// Opens a row of `dkey`.
    package static func open(
        number: UInt32, who: Identifier?, seal: [UInt8], root: RootKey, vault: Identifier
    ) throws(KeysError) -> Key {
        let secret: SecretBytes
        do throws(CryptoError) {
            secret = try Cobblestone.openSecret(
                seal, under: root.sealing, context: context(number, who, root, vault))
        } catch { throw .damaged("key \(number)") }
        let row: KeyRow
        do throws(ByteReader.Failure) {
            row = try KeyRow(parsing: secret)
        } catch { throw .damaged("key \(number)") }
        guard row.facts.subject == who, number > 0 else { throw .damaged("key \(number)") }
        return Key(number: number, row: row)
    }

    /// Opens a row of `dkey` for which the column `who` says whose it is.
    ///
    /// - Throws: `damaged` also where the column is not what the key's state asks for.
    package static func open(
        number: UInt32, column who: [UInt8], seal: [UInt8], root: RootKey, vault: Identifier
    ) throws(KeysError) -> Key {
        let subject = Identifier(Array(who.prefix(Identifier.size)))
        let key = try open(number: number, who: subject, seal: seal, root: root, vault: vault)
        guard key.facts.who(number: number) == who else { throw .damaged("key \(number)") }
        return key
    }

    /// Seals a key in another state, under another root.
    package static func seal(
        _ key: Key, turning state: KeyRow.State, root: RootKey, vault: Identifier,
        randomness: Randomness
    ) throws(KeysError) -> [UInt8] {
        do throws(CryptoError) {
            let facts = key.facts.turning(state)
            let row = KeyRow(facts: facts, key: key.secret.duplicate())
            return try Cobblestone.sealSecret(
                row.serialized(), under: root.sealing,
                context: context(key.number, facts.subject, root, vault), randomness: randomness)
        } catch { throw .crypto(error) }
    }

    /// Seals what is left of a signing key: the public half, and what it has said of the next one.
    ///
    /// - Parameter word: Its signature of the next key; empty where it is compromised.
    package static func archive(
        _ key: Key, public half: [UInt8], word: [UInt8], root: RootKey, vault: Identifier,
        randomness: Randomness
    ) throws(KeysError) -> [UInt8] {
        do throws(CryptoError) {
            let row = KeyRow(
                facts: key.facts.archived(with: word),
                key: SecretBytes(count: KeyRow.keySize) { bytes in
                    for index in half.indices.prefix(KeyRow.keySize) { bytes[index] = half[index] }
                })
            return try Cobblestone.sealSecret(
                row.serialized(), under: root.sealing,
                context: context(key.number, nil, root, vault), randomness: randomness)
        } catch { throw .crypto(error) }
    }

    /// Draws a new active key and gives its sealed row.
    package static func make(
        number: UInt32, purpose: KeyRow.Purpose, subject: Identifier?, created: Int64,
        root: RootKey, vault: Identifier, randomness: Randomness
    ) throws(KeysError) -> [UInt8] {
        do throws(CryptoError) {
            let facts = KeyRow.Facts(
                id: try randomness.identifier(), purpose: purpose, state: .active,
                created: created, subject: subject)
            let row = KeyRow(facts: facts, key: try randomness.secret(KeyRow.keySize))
            return try Cobblestone.sealSecret(
                row.serialized(), under: root.sealing,
                context: context(number, subject, root, vault), randomness: randomness)
        } catch { throw .crypto(error) }
    }

    /// The key with `number`.
    package func key(_ number: UInt32) -> Key? { keys[number] }

    /// The active key for a purpose.
    ///
    /// - Throws: `damaged` when the vault has none.
    package func active(_ purpose: KeyRow.Purpose) throws(KeysError) -> Key {
        guard let number = active[purpose], let key = keys[number] else {
            throw .damaged("no key for \(purpose)")
        }
        return key
    }

    /// The keys for a purpose that open what is still under them, the active one first, then the
    /// others by descending numbers.
    package func opening(_ purpose: KeyRow.Purpose) -> [Key] {
        let others = keys.values.filter {
            $0.facts.purpose == purpose && $0.facts.state == .retiring
        }
        .sorted { $0.number > $1.number }
        return (active[purpose].flatMap { keys[$0] }.map { [$0] } ?? []) + others
    }

    /// All keys in order of their numbers.
    package var all: [Key] { keys.values.sorted { $0.number < $1.number } }

    /// The public halves of the signing keys that are archived as compromised.
    package var compromisedSigners: [[UInt8]] {
        keys.values.filter { key in
            key.facts.purpose == .signing && key.facts.state == .archived
                && key.facts.word?.isEmpty ?? true
        }
        .sorted { $0.number < $1.number }.map { $0.publicHalf() }
    }

    private static func context(
        _ number: UInt32, _ who: Identifier?, _ root: RootKey, _ vault: Identifier
    ) -> [UInt8] {
        SealContext.make(
            "coffer/v1/key", vault.bytes, root.id.bytes, number.bigEndianBytes,
            who?.bytes ?? [])
    }
}

extension Keyring.Key {
    /// The key for fields of records.
    package func fieldKey() -> FieldKey { FieldKey(secret.duplicate()) }

    /// The key as a Cobblestone input key.
    package func sealingKey() -> SealingKey { SealingKey(secret.duplicate()) }

    /// The key for names and blind indexes.
    package func macKey() -> MACKey { MACKey(secret.duplicate()) }

    /// The public half of a signing key that is archived, which is all that is left of it.
    package func publicHalf() -> [UInt8] {
        secret.withBytes { bytes in bytes.indices.map { bytes[$0] } }
    }

    /// The key that signs.
    package func signingKey() -> SigningKey { SigningKey(secret.duplicate()) }

    /// Expands the key: two keys of 32 bytes, to seal with and to authenticate with.
    package func expanded(
        _ label: String, vault: Identifier
    ) -> (sealing: SealingKey, mac: MACKey) {
        let both = HKDF.expandSHA512(
            prk: secret, info: SealContext.make(label, vault.bytes), count: 64)
        return (SealingKey(Self.half(both, 0)), MACKey(Self.half(both, 32)))
    }

    private static func half(_ both: borrowing SecretBytes, _ start: Int) -> SecretBytes {
        SecretBytes(count: 32) { half in
            both.withBytes { bytes in
                for index in 0..<32 { half[index] = bytes[start + index] }
            }
        }
    }
}
