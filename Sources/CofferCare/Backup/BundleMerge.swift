internal import CofferBundles
internal import CofferBytes
internal import CofferCrypto
internal import CofferDisk
internal import CofferFormat
internal import CofferKeys
internal import CofferRecords
internal import CofferStore

/// Puts one bundle in the place of several that continue each other.
///
/// It is what the last of them would have been, had it continued what the oldest continues: a full
/// one where that is a full one. It opens with what opened the last, and is of the same instant.
internal struct BundleMerge {
    private let store: Store
    private let disk: any FileSystem
    private let progress: (UInt64, UInt64) throws -> Void

    /// After so many entries somebody hears of them; of chunks these are some 16 MiB.
    private static let hearing: UInt64 = 64

    /// Prepares one.
    ///
    /// - Parameter progress: Hears how many entries are read, and how many there are; throws to
    ///   cancel.
    init(
        _ store: Store, disk: any FileSystem,
        progress: @escaping (UInt64, UInt64) throws -> Void
    ) {
        self.store = store
        self.disk = disk
        self.progress = progress
    }

    /// Writes the bundle, and reads it back with all that it continues; the others stay.
    ///
    /// Every byte of the others is verified before. Killed, it leaves nothing under a final name,
    /// or the whole bundle.
    ///
    /// - Parameters:
    ///   - bundles: What is merged, the newest first.
    ///   - ancestors: What the new bundle continues, and so on; empty where it is a full one.
    ///   - known: The newest, as the vault remembers it.
    /// - Returns: The new bundle, as the vault shall remember it.
    /// - Throws: `MergeRefused`; `BackupError.damaged`, `.untrusted`, `.promiseBroken`,
    ///   `.cancelled`; `BundleError`, and what reading the vault throws. Nothing is there then.
    func run(
        _ bundles: [BundleReader], onto ancestors: [BundleReader], known: KnownBundle,
        folder: String
    ) throws -> KnownBundle {
        let root = try store.frame().keyring.root
        let chain = try VerifiedChain(bundles) { try BundleTrust($0, root: root) }
        let id = try store.environment.randomness.identifier()
        let newest = bundles[0].manifest
        let kind: Manifest.Kind = ancestors.isEmpty ? .full : .incremental
        let name = BundleName.name(created: newest.created, kind: kind, bundle: id)
        let path = DiskPath.join(folder, name)
        try write(chain, id, at: path, onto: ancestors.first)
        let made: BundleReader
        do {
            made = try BundleReader(at: path, on: disk)
            let all = try VerifiedChain([made] + ancestors) { try BundleTrust($0, root: root) }
            try ChainProof.prove(all)
        } catch {
            try? disk.remove(path)
            throw error
        }
        return known.standIn(made, in: folder, on: disk)
    }

    private func write(
        _ chain: VerifiedChain, _ id: Identifier, at path: String, onto parent: BundleReader?
    ) throws {
        let trust = chain.trust
        let newest = chain.bundles[0].manifest
        let keys = try trust.keys(of: chain.bundles[0])
        let signing = try trust.keyring.active(.signing)
        let sealed = try BundleKeyring.seal(
            trust.rows, root: trust.root, vault: newest.vault, bundle: id, revision: 1,
            randomness: store.environment.randomness)
        let file = BundleFile(
            try BundleWriter(at: path, on: disk), signingKey: signing.signingKey(),
            keyID: Array(signing.facts.id.bytes.prefix(Minisign.keyIDSize)))
        defer { file.discard() }
        try file.add(.readme, BundleReadme.bytes)
        try file.add(.keyring, sealed.document.bytes)
        try file.add(.subjects, sealed.subjects)
        try file.add(.signers, try chain.bundles[0].read(.signers))
        let end = try stream(chain, id, keys, file)
        var counted = end.entries
        // What is live of the chunks the records of files say, and not the count.
        counted.chunks = 0
        guard parent != nil || counted == end.live else {
            throw BackupError.promiseBroken("the records that the newest bundle counts")
        }
        _ = try file.finish { members in
            Manifest(
                vault: newest.vault, instance: newest.instance, bundle: id,
                kind: parent == nil ? .full : .incremental, parent: parent?.contentID,
                key: keys.id, epoch: newest.epoch, generation: newest.generation,
                after: parent?.manifest.sequence ?? 0, sequence: newest.sequence,
                created: newest.created, entries: Manifest.Counts(end.entries),
                live: Manifest.Counts(end.live), members: members,
                digest: StreamCodes.digest(end, key: keys.mac, vault: newest.vault, bundle: id),
                audit: newest.audit)
        }
    }

    /// Writes a bundle in its place so that it continues another one, of the same instant as the
    /// one before.
    ///
    /// All that is sealed stays byte for byte, and so does its content id.
    ///
    /// - Throws: `BundleError`; `KeysError`; `BackupError.untrusted`, `.damaged`.
    func hang(_ bundle: BundleReader, onto parent: BundleReader) throws {
        let root = try store.frame().keyring.root
        let trust = try VerifiedChain([bundle]) { try BundleTrust($0, root: root) }.trust
        let signing = try trust.keyring.active(.signing)
        let old = bundle.manifest
        var writer = try BundleWriter(at: bundle.path, replacing: true, on: disk)
        for member in [BundleMember.readme, .keyring, .subjects, .signers] {
            try writer.add(member, from: bundle)
        }
        for member in bundle.members where member.isContent {
            try writer.add(member, from: bundle)
        }
        _ = try writer.finish(
            signingKey: signing.signingKey(),
            keyID: Array(signing.facts.id.bytes.prefix(Minisign.keyIDSize))
        ) { members in
            Manifest(
                vault: old.vault, instance: old.instance, bundle: old.bundle, kind: old.kind,
                parent: parent.contentID, key: old.key, epoch: old.epoch,
                generation: old.generation, after: old.after, sequence: old.sequence,
                created: old.created, entries: old.entries, live: old.live, members: members,
                digest: old.digest, audit: old.audit)
        }
    }

    private func stream(
        _ chain: VerifiedChain, _ id: Identifier, _ keys: BundleKeys, _ file: BundleFile
    ) throws -> StreamEnd {
        var persons: [Identifier: FieldKey] = [:]
        for row in chain.trust.rows.subjects {
            let key = try Keyring.open(
                number: row.number, who: row.who, seal: row.seal, root: chain.trust.root,
                vault: chain.trust.keyring.vault)
            persons[key.facts.id] = key.fieldKey()
        }
        let census = try MergeCensus(chain.bundles.count) {
            try MergeSource(chain.bundles[$0], chain.trust, persons)
        }
        let sources = try chain.bundles.map { try MergeSource($0, chain.trust, persons) }
        let sealer = StreamSealer(
            vault: chain.bundles[0].manifest.vault, bundle: id, key: keys.sealing,
            randomness: store.environment.randomness
        ) { number, bytes in try file.add(.records(number), bytes) }
        defer { sealer.stop() }
        var done: UInt64 = 0
        let total = chain.bundles.reduce(UInt64(0)) { $0 &+ $1.manifest.entries.all }
        let merge = MergeStream(sources, census, persons, key: keys.mac) { batch, keys in
            try sealer.add(batch, keys: keys)
        }
        let end = try merge.write {
            done += 1
            if done % Self.hearing == 0 { try progress(done, total) }
        }
        try sealer.finish()
        return end
    }
}

extension Manifest.Counts {
    /// How many entries there are of all kinds.
    fileprivate var all: UInt64 { records &+ history &+ tombstones &+ audit &+ chunks }
}
