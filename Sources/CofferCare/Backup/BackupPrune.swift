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
        /// Those that could not be merged with what they continue, and why.
        package internal(set) var refused: [(path: String, reason: String)] = []
        /// How many stay for their own sake.
        package internal(set) var kept = 0
        /// How many stay because others continue them.
        package internal(set) var needed = 0
    }

    private let records: Records
    private let policy: BackupPolicy
    private let merging: PrunePlan.Merging
    private let disk: any FileSystem
    private let merge: BundleMerge

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
    /// go, everything that stays is read: what is damaged counts as gone, and is left alone, too.
    ///
    /// - Throws: `DiskError`; as reading the vault does.
    package func plan(_ folder: String) throws -> Outcome {
        var work = Work()
        _ = try proved(folder, &work)
        let plan = try records.read { try look($0, folder, merging, &work) }
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
        (work.outcome.kept, work.outcome.needed) = (left.kept, left.needed)
        if let failure = work.failure { throw failure }
        return work.outcome
    }

    /// What is known of a folder in which something is done.
    private struct Work {
        var outcome = Outcome()
        /// Those that were read and are whole, by content id.
        var whole: Set<[UInt8]> = []
        /// Those that cannot be merged, or cannot be made to continue another.
        var refused: Set<[UInt8]> = []
        /// Those that the vault has not noted, and that are proved to be what they stand in for.
        var proved: Set<[UInt8]> = []
        /// How often something was gone that had been there.
        var misses = 0
        /// Why there is no room for what would be written.
        var failure: BundleError?

        /// Says once what is wrong with a bundle.
        mutating func refuse(_ path: String, _ reason: String) {
            guard !outcome.refused.contains(where: { $0.path == path }) else { return }
            outcome.refused.append((path, reason))
        }
    }

    /// The bundles of a folder that this vault has signed.
    private struct Signed {
        /// One that it knows.
        struct Own {
            let bundle: BundleReader
            let known: KnownBundle
        }

        /// What it knows, the oldest first, one of each.
        var own: [Own] = []
        /// What is of the same instant as one that it knows.
        var merged: [Own] = []
        /// What it does not know.
        var others: [BundleReader] = []
        /// What has an older keyring than it has written.
        var older: [BundleReader] = []
    }
}

extension BackupPrune {
    /// Sorts what this vault has signed.
    private func signed(_ reader: RecordReader, _ chain: BundleChain) throws -> Signed {
        let known = try reader.knownBundles()
        let signers = try VaultSigners(reader.frame.keyring)
        let byContent = Dictionary(known.map { ($0.content, $0) }) { $1 }
        let byInstant = Dictionary(known.map { (KnownBundle.Instant($0), $0) }) { $1 }
        var places: [[UInt8]: Int] = [:]
        var signed = Signed()
        for bundle in chain.bundles where signers.hasSigned(bundle) {
            let known = byContent[bundle.contentID]
            guard let facts = known, signers.vouches(for: bundle, as: facts) else {
                let isNew = known == nil && !signers.isSpent(bundle)
                if isNew, let facts = byInstant[KnownBundle.Instant(bundle.manifest)] {
                    signed.merged.append(Signed.Own(bundle: bundle, known: facts))
                } else {
                    signed.others.append(bundle)
                }
                continue
            }
            guard bundle.keyring.revision >= facts.revision else {
                signed.older.append(bundle)
                continue
            }
            let found = Signed.Own(bundle: bundle, known: facts)
            guard let place = places[bundle.contentID] else {
                places[bundle.contentID] = signed.own.count
                signed.own.append(found)
                continue
            }
            // Of copies the one under its own name counts.
            if DiskPath.name(of: bundle.path) == facts.name { signed.own[place] = found }
        }
        return signed
    }

    private func look(
        _ reader: RecordReader, _ folder: String, _ merging: PrunePlan.Merging,
        _ work: inout Work
    ) throws -> PrunePlan {
        let chain = try BundleChain(in: folder, on: disk)
        let signed = try signed(reader, chain)
        for bundle in signed.older {
            work.refuse(bundle.path, "its keyring is older than the newest one of this bundle")
        }
        var mine = signed.own.map(\.bundle)
        var others = signed.others + signed.older
        for one in signed.merged.map(\.bundle) {
            if work.proved.contains(one.contentID) { mine.append(one) } else { others.append(one) }
        }
        if !work.proved.isEmpty { mine = chain.sorted(mine) }
        while true {
            let plan = PrunePlan(
                mine, others: others, chain, policy, merging, refused: work.refused)
            guard !plan.removed.isEmpty else { return plan }
            let read = Set(plan.merges.flatMap(\.bundles).map(\.contentID))
            let gone = Set(plan.removed.map(\.contentID)).subtracting(read)
            var bad: Set<[UInt8]> = []
            for bundle in mine {
                let content = bundle.contentID
                guard !gone.contains(content), !work.whole.contains(content) else { continue }
                if (try? bundle.verifyMembers()) != nil {
                    work.whole.insert(content)
                } else {
                    bad.insert(content)
                }
            }
            if bad.isEmpty { return plan }
            mine.removeAll { bad.contains($0.contentID) }
        }
    }

    /// The bundles that were merged when the program ended before the vault could note it, as it
    /// shall remember them: those that hold what their newest one promises.
    private func proved(_ folder: String, _ work: inout Work) throws -> [KnownBundle] {
        let root = try records.store.frame().keyring.root
        let chain = try BundleChain(in: folder, on: disk)
        var proved: [KnownBundle] = []
        for one in try records.read({ try signed($0, chain).merged }) {
            do {
                let bundles = try chain.chain(of: one.bundle)
                try ChainProof.prove(
                    try VerifiedChain(bundles) { try BundleTrust($0, root: root) })
            } catch {
                work.refuse(one.bundle.path, "it is not what it was merged from")
                continue
            }
            work.proved.insert(one.bundle.contentID)
            proved.append(one.known.standIn(one.bundle, in: folder, on: disk))
        }
        return proved
    }

    private func note(_ bundle: KnownBundle) throws {
        try records.write { writer in
            writer.transaction.isSilent = true
            let plan = try KnownBundle.collection.plan(writer)
            try writer.put(bundle.record, in: plan, existing: .update)
        }
    }
}

extension BackupPrune {
    /// Merges what is to be merged, and makes what continued the old ones continue the new.
    private func merge(_ plan: PrunePlan, _ folder: String, _ work: inout Work) throws {
        var standIns = plan.standIns
        for step in plan.merges {
            let newest = step.bundles[0]
            let isThere = try attempt(newest, &work) {
                let chain = try BundleChain(in: folder, on: disk)
                let base = step.base.map { standIns[$0.contentID] ?? $0 }
                let ancestors = try base.map { try chain.chain(of: $0) } ?? []
                let known = try records.read { reader in
                    try signed(reader, chain).own.first {
                        $0.bundle.contentID == newest.contentID
                    }
                }
                guard let known else { throw Missing() }
                let made = try merge.run(
                    step.bundles, onto: ancestors, known: known.known, folder: folder)
                try note(made)
                let path = DiskPath.join(folder, made.name)
                standIns[newest.contentID] = try BundleReader(
                    at: path, on: disk, isKeptOpen: false)
                return path
            }
            guard isThere else { return }
        }
        for bundle in plan.staying where !work.refused.contains(bundle.contentID) {
            guard let parent = bundle.manifest.parent, let other = standIns[parent] else {
                continue
            }
            let isThere = try attempt(bundle, &work) {
                try hang(bundle, onto: other)
                return nil
            }
            guard isThere else { return }
        }
    }

    /// Something has gone since it was looked up.
    private struct Missing: Error {}

    /// So often another program may have removed what was planned with.
    private static let missLimit = 16

    /// Does something with a bundle; where that cannot be done, the bundle stays as it is.
    ///
    /// - Returns: Whether everything was still there; if not, what to do is to be planned anew.
    private func attempt(
        _ bundle: BundleReader, _ work: inout Work, _ body: () throws -> String?
    ) throws -> Bool {
        do {
            if let path = try body() { work.outcome.merged.append(path) }
            return true
        } catch {
            let isGone =
                switch error {
                case is Missing: true
                case let failure as DiskError: failure.kind == .notFound
                case BundleError.disk(let failure): failure.kind == .notFound
                default: false
                }
            if isGone, work.misses < Self.missLimit {
                work.misses += 1
                return false
            }
            let reason: String
            switch error {
            case let refusal as MergeRefused: reason = refusal.reason
            case is Missing: reason = "it is not there any more"
            case BackupError.damaged(let path, let why): reason = "\(path): \(why)"
            case BackupError.untrusted(let path): reason = "\(path) is not signed by this vault"
            case BackupError.promiseBroken, BackupError.brokenChain:
                reason = "together they are not what the newest promises"
            case BundleError.disk(let failure) where failure.kind == .full:
                reason = "there is no room"
                work.failure = .disk(failure)
            default: throw error
            }
            work.refused.insert(bundle.contentID)
            work.outcome.refused.append((bundle.path, reason))
            return true
        }
    }

    /// Makes a bundle continue another one of the same instant, while nobody prunes or backs up.
    private func hang(_ bundle: BundleReader, onto parent: BundleReader) throws {
        try records.write { writer in
            writer.transaction.isSilent = true
            let now = try BundleReader(at: bundle.path, on: disk)
            guard now.contentID == bundle.contentID, now.sums == bundle.sums,
                try disk.exists(parent.path)
            else { throw Missing() }
            try merge.hang(now, onto: parent)
            for var known in try writer.reader.knownBundles()
            where known.content == bundle.contentID {
                known.parent = parent.contentID
                let plan = try KnownBundle.collection.plan(writer)
                try writer.put(known.record, in: plan, existing: .update)
            }
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
        for known in try writer.reader.knownBundles() where contents.contains(known.content) {
            // What was removed may have been a copy of the folder.
            let path = DiskPath.join(known.folder, known.name)
            if let left = try? BundleReader(at: path, on: disk), left.contentID == known.content {
                continue
            }
            guard let id = try? writer.reader.identify(known.bundle.description, in: plan) else {
                continue
            }
            try writer.delete(id, in: plan)
        }
        try writer.transaction.audit(
            "backup-prune", [AuditEntry.Detail("bundles", "\(gone.count)")])
    }
}
