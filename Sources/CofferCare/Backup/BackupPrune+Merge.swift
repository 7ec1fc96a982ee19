internal import CofferBundles
internal import CofferBytes
internal import CofferDisk
internal import CofferFormat
internal import CofferKeys
internal import CofferRecords
internal import CofferStore

extension BackupPrune {
    /// Merges what is to be merged, and makes what continued the old ones continue the new.
    ///
    /// - Throws: `BackupError.cancelled`; what ends the pruning: a disk that fails, and what writing
    ///   the vault throws.
    internal func merge(_ plan: PrunePlan, _ folder: String, _ work: inout Work) throws {
        var standIns = plan.standIns
        for step in plan.merges {
            let newest = step.bundles[0]
            let isThere = try attempt(newest, &work) {
                let chain = try BundleChain(in: folder, on: disk)
                let base = step.base.map { standIns[$0.contentID] ?? $0 }
                let ancestors = try base.map { try chain.chain(of: $0) } ?? []
                let known = try records.read { reader in
                    try signed(reader, chain, try reader.knownBundles()).own.first {
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

    /// So often another program may have removed what was planned with.
    internal static let missLimit = 16

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
            if case BundleError.disk(let failure) = error, failure.kind == .full {
                work.failure = .disk(failure)
            }
            guard let reason = Self.reason(for: error) else { throw error }
            work.refused.insert(bundle.contentID)
            work.refuse(bundle.path, reason)
            return true
        }
    }

    /// Why a bundle cannot be merged or written anew, in words; nil for what ends the pruning.
    internal static func reason(for error: any Error) -> String? {
        switch error {
        case let refusal as MergeRefused: refusal.reason
        case is Missing: "it is not there any more"
        case KeysError.wrongSecret:
            "it opens with the root key of before; give it today's: coffer backup rekey DIR"
        case KeysError.damaged(let part): "\(part) is missing or does not verify"
        case BackupError.damaged(let path, let why): "\(path): \(why)"
        case BackupError.untrusted(let path): "\(path) is not signed by this vault"
        case BackupError.promiseBroken, BackupError.brokenChain:
            "together they are not what the newest promises"
        case BundleError.disk(let failure) where failure.kind == .full: "there is no room"
        default: nil
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
}
