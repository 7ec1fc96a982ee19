internal import CofferBundles
internal import CofferBytes
package import CofferDisk
internal import CofferFormat
internal import CofferKeys
package import CofferRecords
internal import CofferStore

/// Removes the bundles of a vault that its policy does not keep, and breaks no chain.
///
/// Where a bundle stays and what it continues does not, one that holds both is written first, and
/// what continues it is made to continue that one.
package struct BackupPrune {
    /// What is removed, and what stays.
    package struct Outcome: Sendable {
        /// The paths of those that go.
        package internal(set) var removed: [String] = []
        /// The paths of those that were written in the place of several; before anything is done,
        /// of those in whose place they come.
        package internal(set) var merged: [String] = []
        /// Those that stay with all that they continue, and why: they could not be merged with
        /// that, or are damaged, or something that they need is away.
        package internal(set) var refused: [(path: String, reason: String)] = []
        /// How many stay for their own sake.
        package internal(set) var kept = 0
        /// How many stay because others continue them.
        package internal(set) var needed = 0
    }

    internal let records: Records
    internal let policy: BackupPolicy
    internal let disk: any FileSystem
    internal let merge: BundleMerge
    private let merging: PrunePlan.Merging

    /// Prepares one.
    ///
    /// - Parameters:
    ///   - isThrifty: Whether a full bundle is only written anew where enough goes with the old.
    ///   - progress: Hears how many entries of a merging are read, and how many there are; throws
    ///     to cancel.
    package init(
        _ records: Records, _ policy: BackupPolicy, isThrifty: Bool = false,
        disk: any FileSystem = LocalFileSystem(),
        progress: @escaping (UInt64, UInt64) throws -> Void = { _, _ in }
    ) {
        self.records = records
        self.policy = policy
        merging = isThrifty ? .worthwhile : .everything
        self.disk = disk
        merge = BundleMerge(records.store, disk: disk, progress: progress)
    }

    /// What would be done in a folder.
    ///
    /// Only bundles that this vault has made and signed count, and one of each where a copy lies
    /// beside it; those of other vaults, copies and pieces are left alone. Before anything would
    /// go, everything that stays is read. What is damaged does not count for the policy, nor does
    /// what needs it, or needs a bundle that is away; all that they continue stays, because they may
    /// be mended or come back.
    ///
    /// - Throws: `DiskError`, also where a bundle cannot be read because the disk fails; as reading
    ///   the vault does.
    package func plan(_ folder: String) throws -> Outcome {
        var work = Work()
        _ = try proved(folder, &work)
        let plan = try records.read { try look($0, folder, merging, &work) }
        work.nameLeft()
        var outcome = work.outcome
        outcome.removed = plan.removed.map(\.path)
        outcome.merged = plan.merges.map { $0.bundles[0].path }
        (outcome.kept, outcome.needed) = (plan.kept, plan.needed)
        return outcome
    }

    /// Does it.
    ///
    /// Whatever is interrupted leaves whole chains: a bundle goes when nothing in the folder
    /// continues it any more, the newest first.
    ///
    /// - Throws: `BackupError.cancelled`; `DiskError`; as writing the vault does.
    package func run(_ folder: String) throws -> Outcome {
        var work = Work()
        for known in try proved(folder, &work) { try note(known) }
        // What goes anyway makes room for what is written.
        try remove(folder, &work)
        while true {
            let plan = try records.read { try look($0, folder, merging, &work) }
            let before = work.misses
            try merge(plan, folder, &work)
            if plan.merges.isEmpty, work.misses == before { break }
        }
        try remove(folder, &work)
        let left = try records.read { try look($0, folder, .nothing, &work) }
        work.nameLeft()
        (work.outcome.kept, work.outcome.needed) = (left.kept, left.needed)
        if let failure = work.failure { throw failure }
        return work.outcome
    }
}

extension BackupPrune {
    /// Lets the vault remember a bundle.
    ///
    /// - Throws: As writing the vault does.
    internal func note(_ bundle: KnownBundle) throws {
        try records.write { writer in
            writer.transaction.isSilent = true
            let plan = try KnownBundle.collection.plan(writer)
            try writer.put(bundle.record, in: plan, existing: .update)
        }
    }

    /// So many are removed while others wait to write.
    private static let removedAtOnce = 32

    /// Removes what nothing needs, the newest first.
    ///
    /// What is needed is looked up while nobody else writes the vault, so that a bundle that
    /// another program has just made keeps what it continues.
    private func remove(_ folder: String, _ work: inout Work) throws {
        while true {
            let planned = try records.read { try look($0, folder, .nothing, &work) }
            guard !planned.removed.isEmpty else { return }
            let removed = try records.write { writer in
                writer.transaction.isSilent = true
                let plan = try look(writer.reader, folder, .nothing, &work)
                let gone = Array(plan.removed.prefix(Self.removedAtOnce))
                for bundle in gone {
                    do throws(DiskError) { try disk.remove(bundle.path) } catch {
                        guard error.kind == .notFound else { throw error }
                    }
                }
                try forget(gone, writer)
                return gone
            }
            work.outcome.removed += removed.map(\.path)
        }
    }

    private func forget(_ gone: [BundleReader], _ writer: RecordWriter) throws {
        guard !gone.isEmpty else { return }
        let contents = Set(gone.map(\.contentID))
        let plan = try KnownBundle.collection.plan(writer)
        var forgotten: [KnownBundle] = []
        for known in try writer.reader.knownBundles() where contents.contains(known.content) {
            // What was removed may have been a copy of the folder.
            guard !isThere(known) else { continue }
            guard let id = try? writer.reader.identify(known.bundle.description, in: plan) else {
                continue
            }
            try writer.delete(id, in: plan)
            forgotten.append(known)
        }
        try KnownRevisions.keep(forgotten, writer)
        try writer.transaction.audit(
            "backup-prune", [AuditEntry.Detail("bundles", "\(gone.count)")])
    }

    /// Whether a bundle may be where it was made.
    private func isThere(_ known: KnownBundle) -> Bool {
        let path = DiskPath.join(known.folder, known.name)
        do throws(BundleError) {
            return try BundleReader(at: path, on: disk).contentID == known.content
        } catch {
            guard case .disk(let failure) = error else { return false }
            return failure.kind == .io
        }
    }
}
