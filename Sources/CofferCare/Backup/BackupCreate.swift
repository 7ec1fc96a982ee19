internal import CofferBundles
internal import CofferBytes
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
    }

    private let records: Records
    private let store: Store
    private let disk: any FileSystem
    private let isFull: Bool
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
        return made
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
        let made = try records.read { reader in try write(reader, into: folder) }
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

    /// The newest bundle of this vault in the folder that can be continued.
    private func parent(_ reader: RecordReader, in folder: String) throws -> KnownBundle? {
        guard !isFull else { return nil }
        let state = try reader.state()
        let keys = Set(
            reader.frame.keyring.all.filter { $0.facts.purpose == .bundle }.map(\.facts.id))
        let all = try reader.knownBundles()
        let byContent = Dictionary(all.map { ($0.content, $0) }) { $1 }
        let signers = try VaultSigners(reader.frame.keyring)
        var whole: [[UInt8]: Bool] = [:]
        for known in all.reversed()
        where known.instance == state.instance && keys.contains(known.key)
            && known.sequence <= state.sequence && known.nextAudit <= state.nextAudit
        {
            if isWhole(known, in: folder, byContent, signers, &whole) { return known }
        }
        return nil
    }

    /// Whether the folder has a bundle under its name, whole and signed by a key that still counts:
    /// what continues another one could not be restored.
    private func isThere(
        _ bundle: KnownBundle, in folder: String, _ signers: VaultSigners
    ) -> Bool {
        guard
            let found = try? BundleReader(at: DiskPath.join(folder, bundle.name), on: disk),
            found.contentID == bundle.content, signers.continues(found)
        else { return false }
        return (try? found.verifyMembers()) != nil
    }

    /// Whether a bundle, and everything that it continues, is in the folder.
    ///
    /// - Parameter whole: What was found out before, so that no bundle is looked at twice.
    private func isWhole(
        _ bundle: KnownBundle, in folder: String, _ byContent: [[UInt8]: KnownBundle],
        _ signers: VaultSigners, _ whole: inout [[UInt8]: Bool]
    ) -> Bool {
        var walked: [[UInt8]] = []
        var next: KnownBundle? = bundle
        var isWhole = false
        while let known = next, walked.count <= byContent.count {
            if let found = whole[known.content] {
                isWhole = found
                break
            }
            walked.append(known.content)
            guard isThere(known, in: folder, signers) else { break }
            isWhole = known.isFull
            next = known.isFull ? nil : known.parent.flatMap { byContent[$0] }
        }
        for content in walked { whole[content] = isWhole }
        return isWhole
    }

    private func write(_ reader: RecordReader, into folder: String) throws -> Made {
        let parent = try parent(reader, in: folder)
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
        try file.add(.signers, try VaultSigners(keyring).statements.bytes)
        let (end, count) = try stream(reader, after: parent, id, keys, file)
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
        return Made(bundle: bundle, path: path, parent: parent, records: count)
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
                if done % 512 == 0 { try progress(done, total) }
            },
            receiver: { batch, keys in try sealer.add(batch, keys: keys) })
        let end = try stream.write()
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
