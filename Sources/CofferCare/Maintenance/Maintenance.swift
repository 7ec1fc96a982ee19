internal import CofferBundles
package import CofferDisk
package import CofferFormat
internal import CofferKeys
package import CofferRecords
internal import CofferStore

/// What a vault needs from time to time: bundles, room in their folders, a look at all of it, and
/// a trial of a restore.
package struct Maintenance {
    /// One thing that is due.
    package enum Task: Equatable, Sendable {
        /// A bundle into a folder.
        case backup(folder: String, isFull: Bool)
        /// Bundles that are not kept are removed from a folder.
        case prune(folder: String)
        /// The keys of records and persons are replaced, or a rotation of keys goes on.
        case rotate(JobPlan.Kind)
        /// The room of files that were removed for good is given back.
        case sweep
        /// All of the vault is verified.
        case check
        /// The newest bundles of a folder are restored on trial.
        case drill(folder: String)
    }

    /// How a task ended.
    package struct Done: Sendable {
        /// The task.
        package let task: Task
        /// What came of it, in a few words.
        package let result: String
        /// Whether it found something that somebody must see to.
        package let isBad: Bool
    }

    private static let day: Int64 = 86_400_000
    /// A timer may be early by this share of the time between two bundles.
    private static let timerShare: Int64 = 6

    private let records: Records
    private let disk: any FileSystem

    /// Looks after a vault.
    package init(_ records: Records, disk: any FileSystem = LocalFileSystem()) {
        self.records = records
        self.disk = disk
    }

    /// What is due.
    ///
    /// A folder that is not there, such as that of a disk which is not plugged in, is due all the
    /// same: its task fails by name.
    ///
    /// - Parameter isByTimer: Whether a timer asks, which comes around as often as bundles are due:
    ///   one that will be due soon is, then. It would otherwise wait for the next round whenever
    ///   that one is a moment earlier than the last.
    /// - Throws: As reading the vault does.
    package func due(isByTimer: Bool = false) throws -> [Task] {
        let rotating = try KeyRotation.underWay(records)?.kind
        return try records.read { reader in
            let settings = try VaultSettings(reader)
            let known = try reader.knownBundles()
            let now = records.store.environment.now()
            var tasks: [Task] = []
            for folder in settings.backup?.folders ?? [] {
                guard let policy = settings.backup else { continue }
                let mine = known.filter { $0.folder == folder }
                // What is from the future was made under a wrong clock: it says nothing of when the
                // last one was, and must not hold up others until its time has come.
                let past = mine.filter { $0.created <= now }
                let last = past.map(\.created).max()
                let lastFull = past.filter(\.isFull).map(\.created).max()
                let every = policy.every - (isByTimer ? policy.every / Self.timerShare : 0)
                guard last.map({ now - $0 >= every }) ?? true else { continue }
                // A bundle of nothing would say that there is something.
                guard
                    try mine.isEmpty
                        || reader.hasChanges(after: mine.map(\.sequence).max() ?? 0)
                else { continue }
                let isFull = lastFull.map { now - $0 >= policy.fullEvery } ?? true
                tasks.append(.backup(folder: folder, isFull: isFull))
                tasks.append(.prune(folder: folder))
            }
            if let rotating {
                tasks.append(.rotate(rotating))
            } else if try Self.isOld(reader, settings.keyAge, now) {
                tasks.append(.rotate(.data))
            }
            // Whoever said nothing about it is not told each day that something is due.
            guard settings.backup != nil else { return tasks }
            let bodies = try reader.state().bodies
            if [.chunk, .pack].contains(where: { bodies[VaultState.Body($0)]?.rows ?? 0 > 0 }),
                Self.isDue(settings.lastSweep, Self.day, now)
            {
                tasks.append(.sweep)
            }
            if Self.isDue(settings.lastCheck, Self.day, now) { tasks.append(.check) }
            if let folder = settings.backup?.folders.first,
                Self.isDue(settings.lastDrill, 30 * Self.day, now)
            {
                tasks.append(.drill(folder: folder))
            }
            return tasks
        }
    }

    /// Whether anybody has said what is to be done by itself.
    ///
    /// - Throws: As reading the vault does.
    package func hasPolicy() throws -> Bool {
        if try KeyRotation.underWay(records) != nil { return true }
        let settings = try records.read { try VaultSettings($0) }
        return settings.backup != nil || settings.keyAge != nil
    }

    /// Whether the key of records is older than it may become; those of persons are never older.
    ///
    /// A key from the future says that a clock was wrong, and costs nobody a rotation.
    private static func isOld(_ reader: RecordReader, _ limit: Int64?, _ now: Int64) throws -> Bool
    {
        guard let limit else { return false }
        let created = try reader.frame.keyring.active(.records).facts.created
        let (age, overflows) = now.subtractingReportingOverflow(created)
        return overflows ? now > created : age >= limit
    }

    private static func isDue(_ last: Int64?, _ span: Int64, _ now: Int64) -> Bool {
        last.map { now - $0 >= span || $0 > now } ?? true
    }

    /// Does one task.
    ///
    /// - Parameters:
    ///   - prepare: Is called before a rotation begins.
    ///   - progress: Hears how much is done; throws to cancel.
    /// - Throws: What the task throws; others can be done all the same.
    package func run(
        _ task: Task, prepare: () throws -> Void = {},
        progress: @escaping (UInt64, UInt64) throws -> Void
    ) throws -> Done {
        switch task {
        case .rotate(let kind):
            var rotation = KeyRotation(records, kind, progress: progress)
            let done = try rotation.run(skipsDamaged: false, prepare: prepare)
            let moved = "\(done.moved) rows sealed anew"
            return Done(
                task: task,
                result: done.isOver
                    ? done.isScrubbed ? moved : "\(moved); scrubbing waits for a reader"
                    : "\(moved); \(done.damaged.count) do not open and keep their keys",
                isBad: !done.isOver)
        case .backup(let folder, let isFull):
            let made = try BackupCreate(
                records, isFull: isFull, disk: disk, progress: progress
            ).run(into: folder)
            return Done(task: task, result: made.path, isBad: false)
        case .prune(let folder):
            guard let policy = try records.read({ try VaultSettings($0).backup }) else {
                return Done(task: task, result: "nothing to remove", isBad: false)
            }
            let done = try BackupPrune(
                records, policy, isThrifty: true, disk: disk, progress: progress
            ).run(folder)
            return Done(
                task: task,
                result: "\(done.removed.count) bundles removed"
                    + (done.merged.isEmpty ? "" : ", \(done.merged.count) merged")
                    + (done.refused.isEmpty
                        ? ""
                        : "; \(done.refused.count) stay as they are: "
                            + "coffer backup prune DIR --dry-run says why"),
                isBad: false)
        case .sweep:
            var sweep = FileSweep(records, on: disk, progress: progress)
            let done = try sweep.run()
            try note { $0.lastSweep = $1 }
            let copied = done.copied == 0 ? "" : ", \(done.copied) packs copied"
            let missing = done.missingRoom.map { "; \($0 >> 10) KiB of room are missing for more" }
            return Done(
                task: task,
                result: "\(done.chunks) chunks and \(done.packs) packs removed\(copied)"
                    + (missing ?? ""),
                isBad: missing != nil)
        case .check:
            let report = try VaultCheck(records) { _, _ in }.run()
            let errors = report.findings.count { $0.severity == .error }
            if errors == 0 { try note { $0.lastCheck = $1 } }
            return Done(
                task: task, result: errors == 0 ? "sound" : "\(errors) errors",
                isBad: errors > 0)
        case .drill(let folder):
            return try drill(folder, task, progress)
        }
    }

    private func drill(
        _ folder: String, _ task: Task, _ progress: @escaping (UInt64, UInt64) throws -> Void
    ) throws -> Done {
        let vault = records.store.header.vault
        let bundles = try BundleChain(in: folder, on: disk)
        let (chain, foreign) = try firstOpening(try bundles.candidates(of: vault, folder: folder))
        let missing = chain.passedOver(in: bundles).first { !foreign.contains($0.path) }
        if let missing {
            throw BackupError.damaged(path: missing.path, reason: missing.reason)
        }
        let result = try BackupDrill(
            chain, environment: records.store.environment, disk: disk, progress: progress
        ).run(in: DiskPath.parent(of: records.store.path))
        try note { $0.lastDrill = $1 }
        return Done(
            task: task,
            result: "\(result.records) records come back from \(chain.bundles.count) bundles"
                + (foreign.isEmpty ? "" : "; \(foreign.count) passed over: another root key"),
            isBad: false)
    }

    /// The first chain that the root of the vault opens, and the newest bundles of those before it:
    /// a copy of the vault may have another root.
    ///
    /// - Throws: `KeysError.wrongSecret` where it opens none; as verifying a chain does.
    private func firstOpening(
        _ chains: [[BundleReader]]
    ) throws -> (chain: VerifiedChain, foreign: Set<String>) {
        var foreign: Set<String> = []
        for chain in chains {
            do {
                let verified = try VerifiedChain(chain) { bundle in
                    try records.read { try BundleTrust(bundle, of: $0) }
                }
                return (verified, foreign)
            } catch KeysError.wrongSecret { foreign.insert(chain[0].path) }
        }
        throw KeysError.wrongSecret
    }

    /// Remembers when something was done.
    private func note(_ change: (inout VaultSettings, Int64) -> Void) throws {
        let now = records.store.environment.now()
        try records.write { writer in
            var settings = try VaultSettings(writer.reader)
            change(&settings, now)
            try settings.write(writer)
        }
    }
}
