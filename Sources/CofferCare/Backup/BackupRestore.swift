internal import CofferBundles
package import CofferBytes
internal import CofferCrypto
package import CofferDisk
internal import CofferFormat
internal import CofferKeys
internal import CofferRecords
internal import CofferSQLite
package import CofferStore

/// Makes a vault of a chain of bundles, beside the place that it is for, and puts it there when
/// it is complete, checked and on the disk.
package struct BackupRestore {
    /// What the restored vault goes on above: the vault in whose place it comes, or what is
    /// remembered of one.
    package struct Floor: Sendable {
        /// The instance that goes on; nil makes a new one.
        package var instance: Identifier?
        /// The highest epoch.
        package var epoch: UInt64 = 0
        /// The highest generation.
        package var generation: UInt64 = 0
        /// The highest number of a change.
        package var sequence: UInt64 = 0

        /// Nothing was there.
        package init() {}
    }

    /// What was restored.
    package struct Restored: Sendable {
        /// How many records the vault has.
        package let records: UInt64
        /// How many older versions.
        package let history: UInt64
        /// How many entries were left out because the key of their person is gone.
        package let withheld: UInt64
        /// The bundles that were used, the newest first.
        package let bundles: [String]
        /// The instant that the vault is restored to, in milliseconds since 1970.
        package let created: Int64
        /// Where the vault that was there lies now.
        package let replaced: String?
    }

    private let chain: [BundleReader]
    private let trust: BundleTrust
    private let environment: Environment
    private let disk: any FileSystem
    private let progress: (UInt64, UInt64) throws -> Void

    /// Prepares one.
    ///
    /// - Parameters:
    ///   - chain: The bundles, verified.
    ///   - progress: Hears how many entries are read, and how many there are; throws to cancel.
    package init(
        _ chain: VerifiedChain, environment: Environment,
        disk: any FileSystem = LocalFileSystem(),
        progress: @escaping (UInt64, UInt64) throws -> Void = { _, _ in }
    ) {
        self.chain = chain.bundles
        trust = chain.trust
        self.environment = environment
        self.disk = disk
        self.progress = progress
    }

    /// Restores to a path.
    ///
    /// - Parameters:
    ///   - path: Where the vault comes.
    ///   - isReplacing: Whether a vault that is there is put aside; it is kept.
    ///   - floor: What the vault goes on above.
    ///   - beforeReplacing: Runs when the restored vault is complete and checked, before it takes
    ///     the place of the one that is there; what it throws keeps that from happening.
    /// - Throws: `BackupError`; `BundleError`; what writing a vault throws. Nothing at the path
    ///   has changed then.
    package func run(
        to path: String, isReplacing: Bool, above floor: Floor,
        beforeReplacing: () throws -> Void = {}
    ) throws -> Restored {
        if !isReplacing, try disk.exists(path) { throw BackupError.exists(path: path) }
        let parent = DiskPath.parent(of: path)
        try disk.createDirectories(parent)
        try RestorePlace(path, disk).sweep()
        let suffix = Hex.encode(try environment.randomness.bytes(4))
        let staging = path + RestorePlace.mark + suffix
        let place = RestorePlace(path, disk)
        try disk.makeDirectory(staging)
        do {
            let lock = try disk.lock(
                staging + "/" + RestorePlace.marker, .exclusive, timeout: .zero)
            defer { withExtendedLifetime(lock) {} }
            let facts = try fill(
                staging, above: floor, beside: isReplacing ? path : nil)
            try disk.synchronizeTree(staging)
            if isReplacing, try disk.exists(path) { try beforeReplacing() }
            let replaced = try place.put(staging, isReplacing: isReplacing)
            return Restored(
                records: facts.records, history: facts.history, withheld: facts.withheld,
                bundles: chain.map(\.path), created: chain[0].manifest.created,
                replaced: replaced)
        } catch {
            place.discard(staging, isOurs: true)
            throw error
        }
    }
}

extension BackupRestore {
    /// What was written.
    internal struct Facts {
        var records: UInt64 = 0
        var history: UInt64 = 0
        var withheld: UInt64 = 0
    }

    /// Writes and checks the vault in a directory that is empty but for its lock.
    ///
    /// - Parameter neighbour: The vault in whose place it comes: a safety bundle leaves the bytes of
    ///   files there.
    /// - Throws: As ``run(to:isReplacing:above:)``.
    internal func fill(
        _ staging: String, above floor: Floor, beside neighbour: String? = nil
    ) throws -> Facts {
        let vault = chain[0].manifest.vault
        var unremembered = Environment(
            now: environment.now, randomness: environment.randomness, stateDirectory: nil)
        unremembered.allowsOlder = true
        let instance = try floor.instance ?? environment.randomness.identifier()
        var reader: ChainReader?
        do {
            try Store.rebuild(
                in: staging, vault: vault, rows: trust.rows, root: trust.root,
                state: VaultState(instance: instance), environment: unremembered
            ) { store, transaction in
                let filling = try RestoreFilling(
                    store, transaction, trust, floor: floor, instance: instance)
                defer { filling.stop() }
                let chainReader = try ChainReader(chain, trust, filling, progress: progress)
                reader = chainReader
                try chainReader.read()
                if let neighbour, !chain.contains(where: { $0.manifest.entries.chunks > 0 }) {
                    try filling.takeChunks(of: neighbour, root: trust.root, unremembered)
                }
                try filling.finish(chain)
            }
        } catch let error as SQLiteError where error.code.primary == .constraint {
            // Records that no vault has together; references are looked at by the check.
            throw BackupError.promiseBroken(error.message)
        }
        guard let reader else { throw BackupError.promiseBroken("the stream") }
        return try prove(staging, reader, unremembered)
    }

    /// Opens the vault as it will be opened, checks all of it, and holds it against the promise.
    private func prove(
        _ staging: String, _ reader: ChainReader, _ environment: Environment
    ) throws -> Facts {
        let store = try Store(opening: staging, isReadOnly: false, environment: environment)
        try store.unlock(root: trust.root)
        defer { store.lock() }
        let records = Records(store)
        let report = try VaultCheck(records) { _, _ in }.run()
        if let finding = report.findings.first(where: { $0.severity == .error }) {
            throw BackupError.promiseBroken("\(finding.place): \(finding.code)")
        }
        let keys = try trust.keys(of: chain[0])
        let promise = reader.promise
        let live = try records.read {
            try RecordStream.live($0, key: keys.mac, audits: promise.live.audit)
        }
        if reader.withheld == 0, live.live != promise.live || live.liveCode != promise.liveCode {
            throw BackupError.promiseBroken("the records that the newest bundle counts")
        }
        return Facts(
            records: try records.read { try $0.count() }, history: live.live.history,
            withheld: reader.withheld)
    }
}
