internal import CofferBundles
internal import CofferBytes
internal import CofferCare
internal import CofferDisk
internal import CofferFormat
internal import CofferKeys
internal import CofferRecords
internal import CofferStore

extension Vault {
    /// What happens with records that a vault has already, when they are fetched from bundles.
    public enum FetchRule: String, CaseIterable, Sendable {
        /// They become as the bundle has them; the version before is kept.
        case update
        /// They are left alone.
        case skip
        /// Those that differ come beside them; only for records without a key of their own.
        case copy
    }

    /// What was fetched from bundles.
    public struct Fetched: Sendable {
        /// Records or files that were gone and are back.
        public let created: UInt64
        /// Records or files that are again as the bundle has them.
        public let updated: UInt64
        /// Records or files that were as the bundle has them.
        public let unchanged: UInt64
        /// Records or files that were left alone.
        public let skipped: UInt64
        /// Records whose person was erased.
        public let withheld: UInt64
        /// When the newest bundle that they are from was made, in milliseconds since 1970.
        public let time: Int64
        /// Bundles that look newer and cannot be used, and why.
        public let passedOver: [(path: String, reason: String)]
    }

    /// Fetches one collection, or one record of it, from bundles; one transaction, which can be
    /// undone.
    ///
    /// - Parameters:
    ///   - plan: What ``Bundles/plan(from:of:until:)`` has found.
    ///   - collection: The collection; it is made as the bundle has it where it is gone.
    ///   - record: The record's own key or its UUID; nil for the whole collection.
    ///   - rule: What happens with records that are there.
    ///   - isTried: Whether nothing is written.
    ///   - progress: Hears how many entries are read, and how many there are; false cancels.
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/noRecord``,
    ///   ``VaultError/Code/foreign``, ``VaultError/Code/wrongPassword`` where the bundle has other
    ///   keys, ``VaultError/Code/older`` for a copy from before its keyring was written anew,
    ///   ``VaultError/Code/untrusted``, ``VaultError/Code/damaged``,
    ///   ``VaultError/Code/invalid``, ``VaultError/Code/cancelled``.
    public func fetch(
        _ collection: String, record: String? = nil, from plan: Bundles.RestorePlan,
        rule: FetchRule = .update, isTried: Bool = false,
        progress: @escaping (UInt64, UInt64) -> Bool = { _, _ in true }
    ) throws(VaultError) -> Fetched {
        try fetch(from: plan, rule, progress) { chain, existing, progress in
            try RestoreRecords(chain, into: records, progress: progress).run(
                collection, record, existing: existing, isTried: isTried)
        }
    }

    /// Fetches a file, or all files below a folder, from bundles; one transaction, which can be
    /// undone.
    ///
    /// Bytes of a file that the vault has damaged are whole again then, also where nothing else of
    /// it changes.
    ///
    /// - Parameters:
    ///   - name: The name of the file, or of the folder.
    ///   - plan: What ``Bundles/plan(from:of:until:)`` has found.
    ///   - rule: What happens with files that are there; ``FetchRule/copy`` gives the other the
    ///     name with a number, as `map (2).png`.
    ///   - isTried: Whether nothing is written.
    ///   - progress: Hears how many entries are read, and how many there are; false cancels.
    /// - Throws: ``VaultError/Code/noFile``; ``VaultError/Code/exists`` for a file whose name is a
    ///   folder of the vault; otherwise as ``fetch(_:record:from:rule:isTried:progress:)``.
    /// - Complexity: linear in what the bundles hold: the bytes of other files are passed over.
    public func fetchFiles(
        _ name: String, from plan: Bundles.RestorePlan, rule: FetchRule = .update,
        isTried: Bool = false, progress: @escaping (UInt64, UInt64) -> Bool = { _, _ in true }
    ) throws(VaultError) -> Fetched {
        try fetch(from: plan, rule, progress) { chain, existing, progress in
            let name = try Files.folder(name)
            do {
                return try RestoreFiles(chain, into: records, progress: progress).run(
                    name, existing: existing, isTried: isTried)
            } catch FileError.noFile {
                throw VaultError(.noFile, "the bundles have no file \(name), and no folder of it")
            }
        }
    }

    /// Verifies bundles of this vault, and fetches something from them.
    private func fetch(
        from plan: Bundles.RestorePlan, _ rule: FetchRule,
        _ progress: @escaping (UInt64, UInt64) -> Bool,
        _ body: (
            VerifiedChain, RecordWriter.Existing, @escaping (UInt64, UInt64) throws -> Void
        ) throws -> RestoreRecords.Outcome
    ) throws(VaultError) -> Fetched {
        try holding {
            guard plan.chain[0].manifest.vault == store.header.vault else {
                throw BackupError.foreign(path: path)
            }
            let bundles = Bundles(in: surroundings)
            let settled = try bundles.settle(plan) { bundle in
                try records.read { try BundleTrust(bundle, of: $0) }
            }
            let (plan, chain) = (settled.plan, settled.chain)
            try records.read { try KnownRevisions.check(plan.chain, $0) }
            let existing: RecordWriter.Existing =
                switch rule {
                case .update: .update
                case .skip: .skip
                case .copy: .copy
                }
            let outcome = try body(chain, existing) { done, total in
                guard progress(done, total) else { throw BackupError.cancelled }
            }
            return Fetched(
                created: outcome.created, updated: outcome.updated,
                unchanged: outcome.unchanged, skipped: outcome.skipped,
                withheld: outcome.withheld, time: plan.newest.created,
                passedOver: plan.passedOver)
        }
    }

    /// What became of a bundle whose keyring was to be written anew.
    public struct Rekeyed: Sendable {
        /// The path of the bundle.
        public let path: String
        /// The revision of its keyring now; nil where it was left alone.
        public let revision: UInt64?
        /// Why it was left alone.
        public let reason: String?
    }

    /// Writes the keyrings of the bundles in a folder anew: they open with today's passwords and
    /// recovery keys, and with no others.
    ///
    /// - Parameters:
    ///   - folder: The folder of bundles.
    ///   - each: Hears of each bundle of this vault.
    /// - Throws: ``VaultError/Code/locked``, ``VaultError/Code/storage``,
    ///   ``VaultError/Code/noFile``.
    public func rekeyBundles(
        in folder: String, each: (Rekeyed) -> Void
    ) throws(VaultError) {
        try Bundles.refuseFile(folder)
        try holding {
            let rekey = BackupRekey(records)
            for item in try BundleChain(in: folder).items where item.kind == .bundle {
                guard let bundle = item.bundle else {
                    each(Rekeyed(path: item.path, revision: nil, reason: item.problem))
                    continue
                }
                guard bundle.manifest.vault == store.header.vault else { continue }
                switch try rekey.run(bundle) {
                case .done(let revision):
                    each(Rekeyed(path: item.path, revision: revision, reason: nil))
                case .refused(let reason):
                    each(Rekeyed(path: item.path, revision: nil, reason: reason))
                }
            }
        }
    }

    /// What is removed of a folder of bundles, and what stays.
    public struct Pruning: Sendable {
        /// The paths of those that go.
        public let removed: [String]
        /// The paths of those that were written in the place of several, so that these could go;
        /// when nothing is done, of those in whose place they would come.
        public let merged: [String]
        /// Those that could not be merged with what they continue, and why; all of that stays.
        public let refused: [(path: String, reason: String)]
        /// How many stay for their own sake.
        public let kept: Int
        /// How many stay because others continue them.
        public let needed: Int
    }

    /// Removes the bundles of a folder that a policy does not keep; chains stay whole.
    ///
    /// Where a bundle stays and what it continues does not, one bundle that holds both is written
    /// first, verified and read back; what continues the old one continues the new one then.
    ///
    /// - Parameters:
    ///   - folder: The folder of bundles.
    ///   - policy: What stays.
    ///   - isTried: Whether nothing is removed.
    ///   - progress: Hears how many entries of a merging are read, and how many there are; false
    ///     cancels.
    /// - Throws: ``VaultError/Code/locked``, ``VaultError/Code/noFile``,
    ///   ``VaultError/Code/cancelled``, ``VaultError/Code/full``, ``VaultError/Code/storage``.
    public func pruneBundles(
        in folder: String, by policy: BackupPolicy, isTried: Bool = false,
        progress: @escaping (UInt64, UInt64) -> Bool = { _, _ in true }
    ) throws(VaultError) -> Pruning {
        try Bundles.refuseFile(folder)
        return try holding {
            let prune = BackupPrune(records, policy.stored) { done, total in
                guard progress(done, total) else { throw BackupError.cancelled }
            }
            let done = isTried ? try prune.plan(folder) : try prune.run(folder)
            return Pruning(
                removed: done.removed, merged: done.merged, refused: done.refused,
                kept: done.kept, needed: done.needed)
        }
    }
}

extension Bundles {
    /// What came of a trial of a restore.
    public struct Drilled: Sendable {
        /// How many records come back.
        public let records: UInt64
        /// The bundles that they come from, those that are passed over because what was given does
        /// not open them, and those that somebody else may have made.
        public let plan: RestorePlan
    }

    /// Restores a chain of bundles on trial: into a temporary place, checked there as a whole,
    /// held against what the newest promises, and removed.
    ///
    /// - Parameters:
    ///   - plan: What ``plan(from:of:until:)`` has found.
    ///   - folder: Where there is room for the vault while it lasts.
    ///   - key: A password or recovery key of the time of the newest bundle.
    ///   - progress: Hears how many entries are read, and how many there are; false cancels.
    /// - Returns: How many records come back, and of which bundles.
    /// - Throws: What ``restore(_:to:key:isReplacing:progress:)`` throws; that says why the bundles
    ///   would not have saved the vault.
    public func drill(
        _ plan: RestorePlan, in folder: String, key: borrowing Key,
        progress: @escaping (UInt64, UInt64) -> Bool = { _, _ in true }
    ) throws(VaultError) -> Drilled {
        try Bundles.refuseFile(folder)
        do {
            let settled = try settle(plan, with: key, isTrial: true)
            let done = try BackupDrill(
                settled.chain, environment: surroundings.environment
            ) { done, total in
                guard progress(done, total) else { throw BackupError.cancelled }
            }.run(in: folder)
            return Drilled(records: done.records, plan: settled.plan)
        } catch { throw VaultError(error) }
    }
}
