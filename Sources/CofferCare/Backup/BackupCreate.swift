internal import CofferBundles
internal import CofferBytes
internal import CofferChunks
internal import CofferCrypto
package import CofferDisk
internal import CofferFormat
internal import CofferKeys
package import CofferRecords
internal import CofferStore

/// Writes a bundle of a vault into a folder: full, or what changed since the last one there.
package struct BackupCreate {
    /// What was made.
    package struct Made: Sendable {
        /// The bundle, as the vault remembers it.
        package let bundle: KnownBundle
        /// The path of its file.
        package let path: String
        /// The id of the bundle that it continues; nil for a full one.
        package let parent: KnownBundle?
        /// How many records it holds.
        package let records: UInt64
        /// How many chunks of files it holds.
        package let chunks: UInt64
        /// The bundles that it continues and that were hashed for it.
        fileprivate var proofs: [ProvedFile] = []
    }

    private let records: Records
    private let store: Store
    private let disk: any FileSystem
    private let isFull: Bool
    /// Whether the chunks of files are in it; a safety bundle leaves them where they are.
    private var carriesFiles = true
    private let progress: (UInt64, UInt64) throws -> Void

    /// Prepares one.
    ///
    /// - Parameters:
    ///   - isFull: Whether everything is written in any case.
    ///   - progress: Hears how many entries are written, and how many there are; throws to cancel.
    package init(
        _ records: Records, isFull: Bool, disk: any FileSystem = LocalFileSystem(),
        progress: @escaping (UInt64, UInt64) throws -> Void = { _, _ in }
    ) {
        self.records = records
        store = records.store
        self.isFull = isFull
        self.disk = disk
        self.progress = progress
    }

    /// Writes the bundle, and lets the vault remember it.
    ///
    /// The bundle is of one instant, whoever writes meanwhile. It gets its name when it is
    /// complete and on the disk. A program that ends between that and the vault's note leaves a
    /// good bundle which the next one does not continue.
    ///
    /// - Throws: `BackupError.cancelled`; `BundleError`; what reading a whole vault throws.
    package func run(into folder: String) throws -> Made {
        try disk.createDirectories(folder)
        try prepare(isRemembered: true)
        let made = try records.read { reader in try write(reader, into: folder) }
        guard try remember(made) else {
            // Somebody has put another in the place of the one that it continues.
            try disk.remove(made.path)
            return try run(into: folder)
        }
        noteProved(made)
        return made
    }

    /// What was written a moment ago, and what was hashed, need not be hashed the next hour.
    private func noteProved(_ made: Made) {
        var proofs = made.proofs
        if let status = try? disk.status(made.path) {
            proofs.append(
                ProvedFile(made.bundle.content, status, at: store.environment.now()))
        }
        store.noteProved(proofs)
    }

    /// How many safety bundles stay.
    private static let safetyCount = 3

    /// Writes a bundle before something that changes much; the newest three stay.
    ///
    /// The vault does not remember it, and nothing continues it: make it a full one. Older ones
    /// that cannot be removed stay until the next time.
    ///
    /// - Parameter folder: The user's own, where nobody else looks for bundles.
    /// - Throws: As ``run(into:)``.
    package func runForSafety(into folder: String) throws -> Made {
        try disk.createDirectories(folder)
        try prepare(isRemembered: false)
        var slim = self
        slim.carriesFiles = false
        let made = try records.read { reader in try slim.write(reader, into: folder) }
        try? thin(folder, beside: made.path)
        return made
    }

    /// Removes all but the newest, and never the one that was just made: by the vault's own order,
    /// because a clock may have been set back.
    private func thin(_ folder: String, beside path: String) throws {
        let vault = records.store.header.vault
        let others = try BundleChain(in: folder, on: disk).bundles
            .filter { $0.manifest.vault == vault && $0.path != path }
        for bundle in others.dropLast(Self.safetyCount - 1) { try disk.remove(bundle.path) }
    }

    /// Makes the bundle key, and the list of known bundles, where the vault has none yet.
    ///
    /// - Parameter isRemembered: Whether the vault will take note of the bundle, too.
    private func prepare(isRemembered: Bool) throws {
        let isPrepared = try records.read { reader in
            guard (try? reader.frame.keyring.active(.bundle)) != nil else { return false }
            return try !isRemembered || KnownBundle.collection.plan(reader) != nil
        }
        if isPrepared { return }
        try records.write { writer in
            writer.transaction.isSilent = true
            _ = try writer.transaction.key(for: .bundle)
            if isRemembered { _ = try KnownBundle.collection.plan(writer) }
        }
    }

    /// Takes note of a bundle.
    ///
    /// - Returns: Whether what it continues is still known; if not, no note is taken.
    private func remember(_ made: Made) throws -> Bool {
        try records.write { writer in
            writer.transaction.isSilent = true
            let plan = try KnownBundle.collection.plan(writer)
            if let parent = made.parent {
                let isKnown = try writer.reader.knownBundles().contains {
                    $0.content == parent.content
                }
                guard isKnown else { return false }
            }
            try writer.put(made.bundle.record, in: plan, existing: .update)
            try writer.transaction.audit(
                "backup",
                [
                    AuditEntry.Detail("bundle", made.bundle.bundle.description),
                    AuditEntry.Detail("kind", made.parent == nil ? "full" : "incremental"),
                    AuditEntry.Detail("records", "\(made.records)"),
                ])
            return true
        }
    }

    /// The bundles of this vault that can be continued, the newest first, each with everything that
    /// it continues itself, down to a full one.
    private func lineages(_ reader: RecordReader) throws -> some Sequence<[KnownBundle]> {
        let state = try reader.state()
        let keys = Set(
            reader.frame.keyring.all.filter { $0.facts.purpose == .bundle }.map(\.facts.id))
        let all = try reader.knownBundles()
        let byContent = Dictionary(all.map { ($0.content, $0) }) { $1 }
        return all.reversed().lazy
            .filter {
                $0.instance == state.instance && keys.contains($0.key)
                    && $0.sequence <= state.sequence && $0.nextAudit <= state.nextAudit
            }
            .compactMap { Self.lineage(of: $0, byContent) }
    }

    /// A bundle and what it continues, down to a full one; nil where the vault does not know all.
    private static func lineage(
        of bundle: KnownBundle, _ byContent: [[UInt8]: KnownBundle]
    ) -> [KnownBundle]? {
        var lineage: [KnownBundle] = []
        var next: KnownBundle? = bundle
        while let known = next, lineage.count < byContent.count {
            lineage.append(known)
            if known.isFull { return lineage }
            next = known.parent.flatMap { byContent[$0] }
        }
        return nil
    }

    /// Writes a bundle that continues the newest one of the folder that can be continued, or a full
    /// one where there is none.
    private func write(_ reader: RecordReader, into folder: String) throws -> Made {
        var whole: [[UInt8]: Bool] = [:]
        let signers = try VaultSigners(reader)
        guard !isFull else { return try write(reader, into: folder, after: nil, nil) }
        for lineage in try lineages(reader) {
            let proof = ParentProof(
                lineage, in: folder, signers, on: disk, knowing: whole, store.provedFiles(),
                at: store.environment.now())
            guard proof.mayHold else { continue }
            proof.start()
            defer { proof.stop() }
            // Where one has failed, others may: nothing more is written for nothing.
            guard whole.isEmpty || proof.holds() else {
                whole = proof.findings
                continue
            }
            // Until it is found out whether the parent is whole, the bundle has no name.
            do {
                var made = try write(reader, into: folder, after: lineage.first, proof)
                made.proofs = proof.proofs
                return made
            } catch is ParentProof.Broken { whole = proof.findings }
        }
        return try write(reader, into: folder, after: nil, nil)
    }

    /// Writes a bundle.
    ///
    /// - Throws: `ParentProof.Broken`, and nothing is left, where the parent turned out not to be
    ///   whole.
    private func write(
        _ reader: RecordReader, into folder: String, after parent: KnownBundle?,
        _ proof: ParentProof?
    ) throws -> Made {
        let state = try reader.state()
        let keyring = reader.frame.keyring
        let randomness = store.environment.randomness
        let id = try randomness.identifier()
        // A clock that stands before 1970 is no reason to have no bundle.
        let created = max(0, store.environment.now())
        let signing = try keyring.active(.signing)
        let keys = BundleKeys(try keyring.active(.bundle), vault: keyring.vault)
        let name = BundleName.name(
            created: created, kind: parent == nil ? .full : .incremental, bundle: id)
        let path = DiskPath.join(folder, name)
        let sealed = try BundleKeyring.seal(
            try store.keyRows(), root: keyring.root, vault: keyring.vault, bundle: id,
            revision: 1, randomness: randomness)
        let file = BundleFile(
            try BundleWriter(at: path, on: disk), signingKey: signing.signingKey(),
            keyID: Array(signing.facts.id.bytes.prefix(Minisign.keyIDSize)))
        defer { file.discard() }
        try file.add(.readme, BundleReadme.bytes)
        try file.add(.keyring, sealed.document.bytes)
        try file.add(.subjects, sealed.subjects)
        try file.add(.signers, try VaultSigners(reader).statements.bytes)
        let (end, count) = try stream(reader, after: parent, id, keys, file)
        if let proof, !proof.holds() { throw ParentProof.Broken() }
        let facts = try file.finish { members in
            Manifest(
                vault: keyring.vault, instance: state.instance, bundle: id,
                kind: parent == nil ? .full : .incremental, parent: parent?.content,
                key: keys.id, epoch: state.epoch, generation: state.generation,
                after: parent?.sequence ?? 0, sequence: state.sequence, created: created,
                entries: Manifest.Counts(end.entries), live: Manifest.Counts(end.live),
                members: members,
                digest: StreamCodes.digest(
                    end, key: keys.mac, vault: keyring.vault, bundle: id),
                audit: state.auditHead)
        }
        let bundle = KnownBundle(
            bundle: id, content: facts.contentID, isFull: parent == nil,
            parent: parent?.content, instance: state.instance, epoch: state.epoch,
            generation: state.generation, sequence: state.sequence, nextAudit: state.nextAudit,
            nextHistory: state.counters.mapValues(\.nextHistory), revision: 1,
            created: created, size: facts.size, records: try reader.count(), name: name,
            folder: folder, key: keys.id)
        return Made(
            bundle: bundle, path: path, parent: parent, records: count, chunks: end.entries.chunks)
    }

    private func stream(
        _ reader: RecordReader, after parent: KnownBundle?, _ id: Identifier,
        _ keys: BundleKeys, _ file: BundleFile
    ) throws -> (StreamEnd, UInt64) {
        let sealer = StreamSealer(
            vault: reader.frame.keyring.vault, bundle: id, key: keys.sealing,
            randomness: store.environment.randomness
        ) { number, bytes in try file.add(.records(number), bytes) }
        defer { sealer.stop() }
        var done: UInt64 = 0
        let total = parent == nil ? try reader.state().bodies.values.reduce(0) { $0 &+ $1.rows } : 0
        try progress(0, total)
        let stream = try RecordStream(
            reader,
            after: parent.map {
                RecordStream.Parent(
                    sequence: $0.sequence, nextAudit: $0.nextAudit,
                    nextHistory: $0.nextHistory)
            }, key: keys.mac,
            looked: { count in
                done += count
                try progress(done, total)
            },
            spare: { sealer.takeSpare() },
            receiver: { batch, keys in try sealer.add(batch, keys: keys) })
        let end = try stream.write { stream in
            guard carriesFiles, let chunkKeys = try? ChunkKeys(reader.frame.keyring) else { return }
            var chunks = try ChunkCarrier(
                store.connection, chunkKeys, vault: store.path,
                after: parent?.generation ?? 0)
            try chunks.each { try stream.add($0) }
        }
        try sealer.finish()
        return (end, stream.ownRecords)
    }
}

extension Manifest.Counts {
    internal init(_ counts: StreamEnd.Counts) {
        self.init(
            records: counts.records, history: counts.history, tombstones: counts.tombstones,
            audit: counts.audit, chunks: counts.chunks)
    }
}
