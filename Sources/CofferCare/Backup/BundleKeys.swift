internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferKeys
internal import CofferStore

/// The two keys of a bundle, made of its data key.
///
/// Source: `Docs/Format.md`, section 17.
internal struct BundleKeys {
    let id: Identifier
    let sealing: SealingKey
    let mac: MACKey

    init(_ key: Keyring.Key, vault: Identifier) {
        id = key.facts.id
        let both = key.expanded("coffer/v1/bundle-keys", vault: vault)
        sealing = both.sealing
        mac = both.mac
    }
}

/// The keyring and the subjects' keys of a bundle: how they are written, and read with a root.
///
/// Source: `Docs/Format.md`, section 17.
internal enum BundleKeyring {
    private static let leastSubjects = 1_024

    /// What `keyring.json` and `subjects.seal` hold.
    struct Sealed {
        let document: KeyringDocument
        let subjects: [UInt8]
    }

    /// Writes both for a vault as it stands.
    ///
    /// - Throws: `CryptoError`.
    static func seal(
        _ rows: Store.KeyRows, root: RootKey, vault: Identifier, bundle: Identifier,
        revision: UInt64, randomness: Randomness
    ) throws(CryptoError) -> Sealed {
        let secret = try randomness.secret(SealingKey.size)
        let wrapped = try Cobblestone.sealSecret(
            secret, under: root.sealing,
            context: context("coffer/v1/subjects-key", vault, bundle, revision),
            randomness: randomness)
        var writer = ByteWriter(capacity: 1_024)
        writer.write(UInt32(clamping: rows.subjects.count))
        for row in rows.subjects {
            writer.write(row.number)
            writer.write(row.who?.bytes ?? [])
            writer.writePrefixed16(row.seal)
        }
        let size = max(leastSubjects, Padding.paddedLength(writer.bytes.count))
        writer.write([UInt8](repeating: 0, count: size - writer.bytes.count))
        let subjects = try Cobblestone.seal(
            writer.bytes, under: SealingKey(secret),
            context: context("coffer/v1/subjects", vault, bundle, revision),
            randomness: randomness)
        return Sealed(
            document: KeyringDocument(
                vault: vault, bundle: bundle, revision: revision,
                slots: rows.slots.map { .init(number: $0.number, bytes: $0.seal) },
                roster: rows.roster,
                keys: rows.keys.map { .init(number: $0.number, bytes: $0.seal) },
                subjects: wrapped),
            subjects: subjects)
    }

    /// Opens both with the root of the bundle.
    ///
    /// - Throws: `KeysError.damaged`.
    static func open(
        _ document: KeyringDocument, subjects: [UInt8], root: RootKey
    ) throws(KeysError) -> Store.KeyRows {
        var rows = Store.KeyRows()
        rows.roster = document.roster
        rows.slots = document.slots.map { .init(number: $0.number, seal: $0.bytes) }
        rows.keys = document.keys.map { .init(number: $0.number, seal: $0.bytes) }
        let plain: [UInt8]
        do throws(CryptoError) {
            let secret = try Cobblestone.openSecret(
                document.subjects, under: root.sealing,
                context: context(
                    "coffer/v1/subjects-key", document.vault, document.bundle,
                    document.revision))
            guard secret.count == SealingKey.size else { throw .authenticationFailed }
            plain = try Cobblestone.open(
                subjects, under: SealingKey(secret),
                context: context(
                    "coffer/v1/subjects", document.vault, document.bundle, document.revision))
        } catch { throw .damaged("the keys of persons") }
        do throws(ByteReader.Failure) {
            rows.subjects = try parse(plain)
        } catch { throw .damaged("the keys of persons") }
        return rows
    }

    private static func parse(
        _ plain: [UInt8]
    ) throws(ByteReader.Failure) -> [Store.KeyRows.Row] {
        var reader = ByteReader(plain)
        var rows: [Store.KeyRows.Row] = []
        let count = try reader.u32()
        for _ in 0..<count {
            let number = try reader.u32()
            guard number > rows.last?.number ?? 0 else { throw .invalid }
            let who = try reader.identifier()
            rows.append(.init(number: number, who: who, seal: try reader.prefixed16()))
        }
        let used = plain.count - reader.remaining
        guard plain.count == max(leastSubjects, Padding.paddedLength(used)),
            reader.rest().allSatisfy({ $0 == 0 })
        else { throw .invalid }
        return rows
    }

    private static func context(
        _ label: String, _ vault: Identifier, _ bundle: Identifier, _ revision: UInt64
    ) -> [UInt8] {
        SealContext.make(label, vault.bytes, bundle.bytes, revision.bigEndianBytes)
    }
}
