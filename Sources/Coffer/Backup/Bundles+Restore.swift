internal import CofferBundles
internal import CofferBytes
internal import CofferCare
internal import CofferDisk
internal import CofferFormat
internal import CofferKeys
internal import CofferRecords
internal import CofferStore

extension Bundles {
    /// What a restore makes, and of what.
    public struct RestorePlan: Sendable {
        /// The bundles that it takes, the newest first.
        public let bundles: [String]
        /// What the newest says of itself.
        public let newest: Facts
        /// Bundles that look newer and cannot be used, and why; the newest that can is taken.
        ///
        /// Before anything is verified only times say so, and a clock may have been wrong; what
        /// ``Bundles/tryRestore(_:to:key:isReplacing:)`` gives goes by the vault's own order.
        public let passedOver: [(path: String, reason: String)]
        /// Those of its bundles that somebody else may have made, because a signing key of the
        /// vault was retired as compromised on this machine; known after
        /// ``Bundles/tryRestore(_:to:key:isReplacing:)``.
        public internal(set) var doubtful: [String] = []
        internal let chain: [BundleReader]
        internal let isNamed: Bool
        /// Whether a folder was named, and not one bundle of it.
        internal let isOfFolder: Bool
        internal let time: Int64?
        /// What is tried in turn where the chain turns out to be damaged or not signed.
        internal let others: [[BundleReader]]
        internal let folder: BundleChain
    }

    /// What was restored.
    public struct Restored: Sendable {
        /// The path of the vault.
        public let path: String
        /// The vault, a UUID.
        public let vault: String
        /// How many records it has.
        public let records: UInt64
        /// How many older versions of records.
        public let history: UInt64
        /// How many entries were left out because the person that they are about was erased.
        public let withheld: UInt64
        /// The bundles that it was made of, the newest first.
        public let bundles: [String]
        /// Bundles that look newer and cannot be used, and why.
        public let passedOver: [(path: String, reason: String)]
        /// Those of its bundles that no key has signed which this machine remembers, where one of
        /// the vault was retired as compromised here: somebody else may have made them.
        public let doubtful: [String]
        /// Whether the key that signs for the restored vault was retired as compromised on this
        /// machine: ``Vault/rotateSigning(isCompromised:)`` gives it another one.
        public let hasCompromisedSigner: Bool
        /// The instant that it shows, in milliseconds since 1970.
        public let created: Int64
        /// Where the vault that was there lies now; nil where there was none.
        public let replaced: String?
        /// The safety bundle of the vault that was there; nil where there was none, it could not
        /// be opened, or there is no state directory.
        public let safetyBundle: String?
    }

    /// Finds the bundles for a restore: those of the newest complete chain in a folder, or of the
    /// one bundle that is named.
    ///
    /// - Parameters:
    ///   - place: A folder of bundles, or a bundle.
    ///   - vault: Whose, as a UUID; nil where the folder holds bundles of one vault.
    ///   - time: Only bundles made until then, in milliseconds since 1970.
    /// - Throws: ``VaultError/Code/noFile``, ``VaultError/Code/noBundle``,
    ///   ``VaultError/Code/usage`` for a folder with the bundles of several vaults,
    ///   ``VaultError/Code/damaged``, ``VaultError/Code/brokenChain``.
    public func plan(
        from place: String, of vault: String? = nil, until time: Int64? = nil
    ) throws(VaultError) -> RestorePlan {
        try catching {
            let wanted = vault.map(Identifier.init(text:))
            if case .some(.none) = wanted {
                throw VaultError(.usage, "\(vault ?? "") is not the id of a vault")
            }
            let files = LocalFileSystem()
            guard let found = try files.status(place) else {
                throw DiskError(.open, place, .notFound)
            }
            let isFile = found.kind == .regular
            let folder = isFile ? DiskPath.parent(of: place) : place
            let bundles = try BundleChain(in: folder)
            guard !isFile else {
                let bundle: BundleReader
                do throws(BundleError) { bundle = try BundleReader(at: place) } catch {
                    guard error == .notABundle else { throw error }
                    throw VaultError(
                        .damaged, "\(place) is no bundle; name one, or the folder of bundles")
                }
                let chain = try bundles.chain(of: bundle)
                return RestorePlan([chain], bundles, passedOver: [], isOfFolder: false)
            }
            let chains = try bundles.candidates(of: wanted ?? nil, until: time, folder: folder)
            return RestorePlan(
                chains, bundles, passedOver: bundles.passedOver(for: chains[0], until: time),
                isOfFolder: true, until: time)
        }
    }

    /// Verifies, and says what a restore to a place would do, without doing any of it.
    ///
    /// - Returns: The plan with the chain that would be taken.
    /// - Throws: As ``restore(_:to:key:isReplacing:progress:)``.
    public func tryRestore(
        _ plan: RestorePlan, to path: String, key: borrowing Key, isReplacing: Bool = false
    ) throws(VaultError) -> RestorePlan {
        do {
            let settled = try settle(
                plan, with: key, inPlaceOf: isReplacing ? path : nil)
            let (plan, chain) = (settled.plan, settled.chain)
            _ = try floor(plan, path, chain.trust, isReplacing: isReplacing)
            return plan
        } catch { throw VaultError(error) }
    }

    /// Makes a vault of a chain of bundles.
    ///
    /// Everything is verified before anything is made. The vault is built beside its place, opened
    /// and checked there, and gets its name when it is complete and on the disk. A vault that was
    /// there is kept under another name, and where it can be opened, a safety bundle of it goes to
    /// its ``Vault/safetyFolder`` before.
    ///
    /// - Parameters:
    ///   - plan: What ``plan(from:of:until:)`` has found.
    ///   - path: Where the vault comes.
    ///   - key: A password or recovery key of the time of the newest bundle.
    ///   - isReplacing: Whether a copy of this vault that is there may be put aside.
    ///   - progress: Hears how many entries are read, and how many there are; false cancels.
    /// - Throws: ``VaultError/Code/exists``, ``VaultError/Code/wrongPassword``,
    ///   ``VaultError/Code/untrusted``, ``VaultError/Code/damaged``, ``VaultError/Code/foreign``
    ///   where another vault is in the place, ``VaultError/Code/older`` where the vault in the
    ///   place is newer, or another copy, and the bundle was not named,
    ///   ``VaultError/Code/cancelled``, ``VaultError/Code/full``, ``VaultError/Code/storage``.
    public func restore(
        _ plan: RestorePlan, to path: String, key: borrowing Key, isReplacing: Bool = false,
        progress: @escaping (UInt64, UInt64) -> Bool = { _, _ in true }
    ) throws(VaultError) -> Restored {
        do {
            let settled = try settle(
                plan, with: key, inPlaceOf: isReplacing ? path : nil)
            let (plan, chain) = (settled.plan, settled.chain)
            try OutputFile.refuseVault(around: DiskPath.parent(of: path), path)
            let floor = try floor(plan, path, chain.trust, isReplacing: isReplacing)
            let restore = BackupRestore(chain, environment: surroundings.environment) {
                done, total in
                guard progress(done, total) else { throw BackupError.cancelled }
            }
            var safety: String?
            let made = try restore.run(to: path, isReplacing: isReplacing, above: floor) {
                safety = try self.safety(of: path, chain.trust, key)
            }
            let isSpent = remember(path, chain.trust)
            return Restored(
                path: path, vault: plan.newest.vault, records: made.records,
                history: made.history, withheld: made.withheld, bundles: made.bundles,
                passedOver: plan.passedOver,
                doubtful: plan.doubtful, hasCompromisedSigner: isSpent,
                created: made.created, replaced: made.replaced, safetyBundle: safety)
        } catch { throw VaultError(error) }
    }

    /// Opened at its own path, the vault is remembered there; where that fails, the next opening
    /// does it.
    ///
    /// - Returns: Whether its signing key was retired as compromised on this machine.
    private func remember(_ path: String, _ trust: BundleTrust) -> Bool {
        Store.forget(path: path, in: surroundings.stateDirectory)
        guard
            let store = try? Store(
                opening: path, isReadOnly: false, environment: surroundings.environment)
        else { return false }
        defer { store.lock() }
        guard (try? store.unlock(root: trust.root)) != nil else { return false }
        return store.hasCompromisedSigner
    }

    /// Takes a safety bundle of the vault that is to be replaced.
    ///
    /// - Returns: Its path; nil where the vault cannot be opened or read: then there is nothing to
    ///   be had of it, and it is kept as it is.
    /// - Throws: `Vault.SafetyUnwritten`; what says that another program is writing to the vault.
    private func safety(
        of path: String, _ trust: BundleTrust, _ key: borrowing Key
    ) throws -> String? {
        var around = surroundings
        around.allowsOlder = true
        guard let vault = try? Vault(at: path, in: around), unlock(vault, trust, key) else {
            return nil
        }
        do {
            return try vault.exclusively { try vault.takeSafetyBundleInside() }
        } catch {
            guard error is Vault.SafetyUnwritten || VaultError(error).code == .busy else {
                return nil
            }
            throw error
        }
    }

    /// Unlocks a vault with the keys of a bundle, with those that the kernel keeps, or with what
    /// has opened the bundle.
    private func unlock(
        _ vault: Vault, _ trust: BundleTrust, _ key: borrowing Key
    ) -> Bool {
        if (try? vault.store.unlock(root: trust.root)) != nil { return true }
        if (try? vault.unlockFromCache()) == true { return true }
        return Self.unlock(vault, key)
    }

    /// How far a restored vault would fall behind where the one in its place cannot be opened.
    private static let unknownChanges: UInt64 = 1 << 32

    /// What the restored vault goes on above, from the vault in its place.
    private func floor(
        _ plan: RestorePlan, _ path: String, _ trust: BundleTrust, isReplacing: Bool
    ) throws -> BackupRestore.Floor {
        var floor = BackupRestore.Floor()
        guard isReplacing, try LocalFileSystem().exists(path) else { return floor }
        let manifest = plan.chain[0].manifest
        if let directory = surroundings.stateDirectory,
            let seen = Store.remembered(at: path, vault: manifest.vault, in: directory)
        {
            floor.instance = seen.instance
            floor.epoch = seen.epoch
            floor.generation = seen.generation
            floor.sequence = manifest.sequence + Self.unknownChanges
        }
        let isVault = try LocalFileSystem().exists(path + "/" + Store.databaseName)
        guard isVault || floor.instance != nil else { throw BackupError.exists(path: path) }
        // A refusal leaves no trace, in what is remembered neither.
        var surroundings = surroundings
        surroundings.stateDirectory = nil
        surroundings.allowsOlder = true
        guard
            let store = try? Store(lookingAt: path, environment: surroundings.environment)
        else { return floor }
        guard store.header.vault == manifest.vault else { throw BackupError.foreign(path: path) }
        guard (try? store.unlock(root: trust.root)) != nil, let state = try? store.state() else {
            return floor
        }
        defer { store.lock() }
        try Records(store).read { try KnownRevisions.check(plan.chain, $0) }
        guard plan.isNamed || state.instance == manifest.instance else {
            throw BackupError.otherCopy(path: path)
        }
        // An unlock or a restore is on the audit log, and no change that somebody would lose.
        let isNewer = try Records(store).read { try $0.hasChanges(after: manifest.sequence) }
        guard plan.isNamed || !isNewer else { throw BackupError.older(path: path) }
        // What is there may be an older copy of what was there.
        let isBehind =
            floor.instance == state.instance
            && (floor.epoch, floor.generation) > (state.epoch, state.generation)
        floor.instance = state.instance
        floor.epoch = max(floor.epoch, state.epoch)
        floor.generation = max(floor.generation, state.generation)
        floor.sequence =
            isBehind ? max(floor.sequence, state.sequence + Self.unknownChanges) : state.sequence
        return floor
    }
}
