internal import CofferCare
internal import CofferFormat
internal import CofferRecords
internal import CofferStore

extension Vault {
    /// What a change of the root key has done.
    public struct RootRotation: Sendable {
        /// A key that was not replaced.
        public struct KeptKey: Sendable {
            /// What it is for: `names`, `index` or `signing`.
            public let purpose: String
            /// Since when it is in use, in milliseconds since 1970.
            public let created: Int64
        }

        /// The vault's epoch from now on.
        public let epoch: UInt64
        /// How many ways to unlock the vault lead to the new root.
        public let slots: Int
        /// How many persons have a new key.
        public let persons: Int
        /// The keys that were not replaced.
        public let kept: [KeptKey]
        /// What does not open, or is missing, and was passed over, as for
        /// ``Vault/KeyRotation/damaged``.
        public let damaged: [String]
        /// Whether what was replaced is in no file of the vault any more; a reader that is under
        /// way delays it.
        public let isScrubbed: Bool
    }

    /// Gives the vault another root key and new active keys: who held the old root opens nothing
    /// that is written from now on.
    ///
    /// Every password, keyfile and recovery key opens the vault as before, and what was written
    /// before stays as it is. Other programs that have the vault open go on where the vault is kept
    /// unlocked on this machine, and have to unlock it again where it is not. The safety bundles
    /// open with the new root only.
    ///
    /// - Parameters:
    ///   - skipsDamaged: Whether rows that are missing or do not open are passed over: they stay as
    ///     they are, under the keys that they are under.
    ///   - progress: Is given the rows counted so far, and how many there are; what it throws stops
    ///     the rotation, and everything is as it was.
    /// - Throws: ``VaultError/Code/locked``, ``VaultError/Code/older``; ``VaultError/Code/damaged``
    ///   where a row is missing, doubled or does not verify; ``VaultError/Code/busy`` while another
    ///   program writes; ``VaultError/Code/storage``. Everything is then as it was.
    /// - Complexity: linear in the number of rows of the vault; their fields are read only where
    ///   something is passed over.
    public func rotateRoot(
        skippingDamaged skipsDamaged: Bool = false,
        progress: (UInt64, UInt64) throws -> Void = { _, _ in }
    ) throws(VaultError) -> RootRotation {
        do throws(VaultError) {
            return try rotateRoot(skipsDamaged, progress)
        } catch { throw wayOut(error, skipsDamaged, "rotate root") }
    }

    private func rotateRoot(
        _ skipsDamaged: Bool, _ progress: (UInt64, UInt64) throws -> Void
    ) throws(VaultError) -> RootRotation {
        try holding {
            let damaged = skipsDamaged ? try CofferCare.KeyRotation.damages(records) : []
            let change = try renewing {
                let change = try withoutActuallyEscaping(progress) { progress in
                    try store.rotateRoot(skipsDamaged: skipsDamaged, progress: progress)
                }
                try refreshKeptKey()
                return change
            }
            return RootRotation(
                epoch: change.epoch, slots: change.slots.count, persons: change.persons,
                kept: change.kept.map { kept in
                    RootRotation.KeptKey(purpose: Self.word(kept.purpose), created: kept.created)
                },
                damaged: damaged, isScrubbed: store.scrub())
        }
    }

    /// Says of damage that keeps keys from being changed how they can be changed all the same; not
    /// where it cannot be passed over.
    internal func wayOut(
        _ error: VaultError, _ skipsDamaged: Bool, _ command: String
    ) -> VaultError {
        guard error.code == .damaged, !skipsDamaged,
            let damages = try? holding({ try CofferCare.KeyRotation.damages(records) }),
            !damages.isEmpty
        else { return error }
        return VaultError(
            error.code,
            error.message + "; all that is damaged or missing says: coffer check; to pass over it, "
                + "and keep the keys that it may be under: coffer \(command) --skip-damaged")
    }

    /// The word for what a key is for.
    internal static func word(_ purpose: KeyRow.Purpose) -> String {
        switch purpose {
        case .records: "records"
        case .subject: "person"
        case .naming: "names"
        case .index: "index"
        case .catalog: "catalog"
        case .state: "state"
        case .audit: "audit"
        case .jobs: "jobs"
        case .chunk: "chunks"
        case .chunkNames: "chunk names"
        case .chunker: "chunker"
        case .bundle: "bundles"
        case .suppression: "erasures"
        case .signing: "signing"
        }
    }
}
