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
    /// - Parameter progress: Is given the rows counted so far, and how many there are; what it
    ///   throws stops the rotation, and everything is as it was.
    /// - Throws: ``VaultError/Code/locked``, ``VaultError/Code/older``; ``VaultError/Code/damaged``
    ///   where a row is missing, doubled or does not verify; ``VaultError/Code/busy`` while another
    ///   program writes; ``VaultError/Code/storage``. Everything is then as it was.
    /// - Complexity: linear in the number of rows of the vault; their fields are not read.
    public func rotateRoot(
        progress: (UInt64, UInt64) throws -> Void = { _, _ in }
    ) throws(VaultError) -> RootRotation {
        try holding {
            let change = try renewing {
                let change = try withoutActuallyEscaping(progress) { progress in
                    try store.rotateRoot(progress: progress)
                }
                try refreshKeptKey()
                return change
            }
            return RootRotation(
                epoch: change.epoch, slots: change.slots.count, persons: change.persons,
                kept: change.kept.map { kept in
                    RootRotation.KeptKey(purpose: Self.word(kept.purpose), created: kept.created)
                },
                isScrubbed: store.scrub())
        }
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
