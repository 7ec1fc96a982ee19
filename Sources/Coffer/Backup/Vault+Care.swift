internal import CofferBundles
internal import CofferBytes
internal import CofferCare
internal import CofferDisk
internal import CofferFormat
internal import CofferKeys
internal import CofferRecords
internal import CofferStore

extension Vault {
    /// How often the vault is backed up, where to, and which bundles stay.
    public struct BackupPolicy: Equatable, Sendable {
        /// The folders; each has bundles of its own.
        public var folders: [String]
        /// How much time passes between two bundles, in milliseconds; an hour.
        public var every: Int64
        /// How much time passes between two full ones, in milliseconds; 30 days.
        public var fullEvery: Int64
        /// How many of the newest stay; 24.
        public var keepLast: UInt64
        /// The newest of each of this many hours stay; 168.
        public var keepHourly: UInt64
        /// The newest of each of this many days stay; 30.
        public var keepDaily: UInt64
        /// The newest of each of this many weeks stay; 12.
        public var keepWeekly: UInt64

        /// A policy with the usual times and numbers.
        public init(folders: [String]) {
            self.init(CofferCare.BackupPolicy(folders: folders))
        }

        internal init(_ policy: CofferCare.BackupPolicy) {
            folders = policy.folders
            every = policy.every
            fullEvery = policy.fullEvery
            keepLast = policy.keepLast
            keepHourly = policy.keepHourly
            keepDaily = policy.keepDaily
            keepWeekly = policy.keepWeekly
        }

        internal var stored: CofferCare.BackupPolicy {
            var policy = CofferCare.BackupPolicy(folders: folders)
            policy.every = max(0, every)
            policy.fullEvery = max(0, fullEvery)
            policy.keepLast = keepLast
            policy.keepHourly = keepHourly
            policy.keepDaily = keepDaily
            policy.keepWeekly = keepWeekly
            return policy
        }
    }

    /// How the vault was cared for last.
    public struct CareStatus: Sendable {
        /// When the last bundle was made, in milliseconds since 1970.
        public let lastBackup: Int64?
        /// When all of it was checked last.
        public let lastCheck: Int64?
        /// When a restore was tried last, and succeeded.
        public let lastDrill: Int64?
        /// What is due, each in a word: `backup`, `prune`, `sweep`, `check`, `drill`, or `rotate` with
        /// what it is about.
        public let due: [String]
    }

    /// Something that ``Vault/maintain(isByTimer:progress:each:)`` does.
    public struct Task: Sendable {
        /// In a word: `backup`, `prune`, `sweep`, `check`, `drill`, or `rotate` with
        /// what it is about.
        public let kind: String
        /// The folder that it is about; nil for `sweep`, `check` and the rotations.
        public let folder: String?
        fileprivate let it: Maintenance.Task
    }

    /// How a task ended.
    public struct TaskResult: Sendable {
        /// The task.
        public let task: Task
        /// What came of it, in a few words.
        public let result: String
        /// Whether somebody must see to it.
        public let isBad: Bool
    }

    /// How the vault is backed up; nil where nobody has said.
    ///
    /// - Throws: ``VaultError/Code/locked``, ``VaultError/Code/damaged``.
    public func backupPolicy() throws(VaultError) -> BackupPolicy? {
        try holding { try records.read { try VaultSettings($0).backup }.map { BackupPolicy($0) } }
    }

    /// Says how the vault is backed up from now on; nil ends it.
    ///
    /// - Throws: ``VaultError/Code/locked``, ``VaultError/Code/damaged``,
    ///   ``VaultError/Code/storage``.
    public func setBackupPolicy(_ policy: BackupPolicy?) throws(VaultError) {
        for folder in policy?.folders ?? [] {
            try Bundles.refuseFile(folder)
            try OutputFile.refuseVault(around: folder, folder)
        }
        try holding {
            try records.write { writer in
                var settings = try VaultSettings(writer.reader)
                settings.backup = policy?.stored
                try settings.write(writer)
                try writer.transaction.audit("backup-policy")
            }
        }
    }

    /// How the vault was cared for, and what is due.
    ///
    /// - Throws: ``VaultError/Code/locked``, ``VaultError/Code/damaged``.
    public func careStatus() throws(VaultError) -> CareStatus {
        try holding {
            let due = try Maintenance(records).due()
            return try records.read { reader in
                let settings = try VaultSettings(reader)
                let last = try BackupTimes.last(reader)
                return CareStatus(
                    lastBackup: last, lastCheck: settings.lastCheck,
                    lastDrill: settings.lastDrill, due: due.map { Task($0).kind })
            }
        }
    }

    /// Since when maintenance waits for the vault to be unlocked, in milliseconds since 1970; nil
    /// where none does.
    ///
    /// It works on a locked vault.
    public func dueSince() -> Int64? { exclusivelyOrInside { _ in store.dueSince() } }

    /// Takes note, in the state directory, that maintenance has found the vault locked; the first
    /// time counts.
    public func noteDue() { exclusivelyOrInside { _ in store.noteDue() } }

    /// Does what maintenance has left because it found the vault locked: all that is due now.
    ///
    /// Nothing is done where none was left, or nobody has said how the vault is backed up or how old
    /// its keys may become. What fails goes on waiting.
    ///
    /// - Parameters:
    ///   - progress: Hears how much of a task is done, and how much there is; false cancels.
    ///   - each: Hears how each task ended.
    /// - Throws: ``VaultError/Code/locked``, ``VaultError/Code/damaged``,
    ///   ``VaultError/Code/cancelled``.
    public func catchUp(
        progress: @escaping (UInt64, UInt64) -> Bool = { _, _ in true },
        each: (TaskResult) -> Void
    ) throws(VaultError) {
        guard dueSince() != nil else { return }
        guard try holding({ try Maintenance(records).hasPolicy() }) else {
            return exclusivelyOrInside { _ in store.forgetDue() }
        }
        try maintain(progress: progress, each: each)
    }

    /// What is due.
    ///
    /// - Throws: ``VaultError/Code/locked``, ``VaultError/Code/damaged``.
    public func dueTasks() throws(VaultError) -> [Task] {
        try holding { try Maintenance(records).due().map { Task($0) } }
    }

    /// Does what is due: bundles, room in their folders, new keys where they are too old, the room
    /// of files that were removed for good and a check each day, a trial of a restore each 30 days.
    ///
    /// A rotation that is under way goes on.
    /// A task that fails keeps none of the others from being done. When none has failed, nothing
    /// waits for the vault to be unlocked any more.
    ///
    /// - Parameters:
    ///   - isByTimer: Whether a timer asks, which comes around as often as bundles are due: it may
    ///     be a little early.
    ///   - progress: Hears how much of a task is done, and how much there is; false cancels.
    ///   - each: Hears how each task ended.
    /// - Throws: ``VaultError/Code/locked``, ``VaultError/Code/cancelled``.
    public func maintain(
        isByTimer: Bool = false,
        progress: @escaping (UInt64, UInt64) -> Bool = { _, _ in true },
        each: (TaskResult) -> Void
    ) throws(VaultError) {
        let tasks = try holding {
            try Maintenance(records).due(isByTimer: isByTimer).map { Task($0) }
        }
        var isFine = true
        for task in tasks {
            do {
                let done = try holding {
                    try Maintenance(records).run(task.it) {
                        _ = try takeSafetyBundleInside()
                    } progress: { done, total in
                        guard progress(done, total) else { throw BackupError.cancelled }
                    }
                }
                isFine = isFine && !done.isBad
                each(TaskResult(task: task, result: done.result, isBad: done.isBad))
            } catch {
                if error.code == .cancelled || error.code == .locked { throw error }
                isFine = false
                each(TaskResult(task: task, result: error.message, isBad: true))
            }
        }
        if isFine { exclusivelyOrInside { _ in store.forgetDue() } }
    }
}

extension Vault.Task {
    fileprivate init(_ task: Maintenance.Task) {
        it = task
        switch task {
        case .backup(let folder, _): (kind, self.folder) = ("backup", folder)
        case .prune(let folder): (kind, self.folder) = ("prune", folder)
        case .rotate(let keys): (kind, folder) = ("rotate \(keys.word)", nil)
        case .sweep: (kind, folder) = ("sweep", nil)
        case .check: (kind, folder) = ("check", nil)
        case .drill(let folder): (kind, self.folder) = ("drill", folder)
        }
    }
}
