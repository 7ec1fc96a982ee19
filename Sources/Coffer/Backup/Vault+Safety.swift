internal import CofferBundles
internal import CofferBytes
internal import CofferCare
internal import CofferDisk
internal import CofferFormat
internal import CofferRecords
internal import CofferStore

extension Vault {
    /// The folder of this vault's safety bundles; nil where there is no state directory, then none
    /// are taken.
    ///
    /// One is taken before collections with records get another definition, before a restore puts
    /// the vault aside, and before the keys of records or indexes, or all keys, are replaced;
    /// whatever the backup policy says. The newest three stay. They are bundles like any other.
    public var safetyFolder: String? {
        surroundings.stateDirectory.map { Self.safetyFolder(of: store.header.vault, in: $0) }
    }

    internal static func safetyFolder(of vault: Identifier, in directory: String) -> String {
        DiskPath.join(DiskPath.join(directory, "safety"), vault.description)
    }

    /// Takes a safety bundle: all of the vault, into ``safetyFolder``.
    ///
    /// A transaction that changes what a collection with records holds needs one of the vault as
    /// it is; ``apply(_:)`` takes it by itself.
    ///
    /// - Returns: The path of the bundle; nil where there is no state directory.
    /// - Throws: ``VaultError/Code/locked``, ``VaultError/Code/damaged``,
    ///   ``VaultError/Code/full`` or ``VaultError/Code/storage`` naming the folder,
    ///   ``VaultError/Code/older``, ``VaultError/Code/readOnly``, ``VaultError/Code/busy``.
    @discardableResult
    public func takeSafetyBundle() throws(VaultError) -> String? {
        try holding { try takeSafetyBundleInside() }
    }

    /// Writes the keyrings of the safety bundles anew, so that none opens with what was just given
    /// up; one that cannot be rewritten is removed.
    ///
    /// - Parameters:
    ///   - vouched: The content ids of those that a signing key has signed which was replaced
    ///     since.
    ///   - gone: The content ids of those that may be removed; nil for all.
    internal func renewSafetyBundles(
        vouched: Set<[UInt8]> = [], removing gone: Set<[UInt8]>? = nil
    ) throws {
        guard let folder = safetyFolder, let chain = try? BundleChain(in: folder) else { return }
        // What the key of today has signed lies in the user's own folder: it stays, even where that
        // key was retired as compromised and an older copy has brought it back.
        let rekey = BackupRekey(records, vouched: vouched.union(try signedSafetyBundles()))
        for item in chain.items where item.kind == .bundle {
            if let bundle = item.bundle, case .done = try rekey.run(bundle) { continue }
            if let gone {
                guard let bundle = item.bundle, gone.contains(bundle.contentID) else { continue }
            }
            try LocalFileSystem().remove(item.path)
        }
    }

    /// Does what ``renewSafetyBundles(vouched:)`` has left after a change of the signing key: each
    /// that it has written is signed by the new one.
    internal func renewLeftSafetyBundles() throws {
        guard let folder = safetyFolder, let chain = try? BundleChain(in: folder) else { return }
        let signed = try signedSafetyBundles()
        let isDone = chain.items.filter { $0.kind == .bundle }.allSatisfy { item in
            item.bundle.map { signed.contains($0.contentID) } ?? false
        }
        if !isDone { try renewSafetyBundles(vouched: signed) }
    }

    /// The content ids of the safety bundles that the vault's signing key has signed.
    internal func signedSafetyBundles() throws -> Set<[UInt8]> {
        guard let folder = safetyFolder, let chain = try? BundleChain(in: folder) else { return [] }
        let keyring = try store.frame().keyring
        return Set(
            chain.items.compactMap(\.bundle)
                .filter { BackupVerify.isSigned($0, by: keyring) }.map(\.contentID))
    }

    /// Takes one, for whoever is using the vault; no transaction may be open.
    internal func takeSafetyBundleInside() throws -> String? {
        guard let folder = safetyFolder else { return nil }
        let made: BackupCreate.Made
        do {
            made = try BackupCreate(records, isFull: true).runForSafety(into: folder)
        } catch let error as DiskError {
            throw SafetyUnwritten(folder: folder, reason: error)
        } catch BundleError.disk(let error) {
            throw SafetyUnwritten(folder: folder, reason: error)
        }
        safety = Safety(generation: made.bundle.generation, path: made.path)
        return made.path
    }

    /// Holds schemas that were put in force against the safety bundle that they need; the
    /// transaction that has done it is still open.
    ///
    /// - Returns: The bundle; nil where none is needed.
    /// - Throws: ``SafetyMissing``, after which the transaction must not be committed.
    internal func requireSafety(for applied: [RecordWriter.Applied]) throws -> String? {
        guard safetyFolder != nil else { return nil }
        // What was committed before this transaction.
        let state = try store.state()
        let catalog = try store.frame().catalog
        let isNeeded = applied.contains { change in
            guard change.isChanged, let before = catalog.named(change.name) else { return false }
            let body = VaultState.Body(.records, collection: before.collection)
            return (state.bodies[body]?.rows ?? 0) > 0
        }
        guard isNeeded else { return nil }
        guard let safety, safety.generation == state.generation else { throw SafetyMissing() }
        return safety.path
    }

    /// A safety bundle, and what it holds.
    internal struct Safety {
        /// The generation of the vault in it.
        let generation: UInt64
        /// Where it lies.
        let path: String
    }

    /// Schemas would change records that no safety bundle holds as they are.
    internal struct SafetyMissing: Error {}

    /// The folder takes no safety bundle.
    internal struct SafetyUnwritten: Error {
        /// The folder.
        let folder: String
        /// What the disk has answered.
        let reason: DiskError
    }
}

extension VaultError {
    /// Always a failure of storage, whatever the folder answers.
    internal static func from(_ error: Vault.SafetyUnwritten) -> VaultError {
        VaultError(
            error.reason.kind == .full ? .full : .storage,
            "no safety bundle could be written to \(error.folder), so nothing was changed: "
                + from(error.reason).message)
    }
}
