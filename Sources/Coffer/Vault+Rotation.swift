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
            let change = try withoutActuallyEscaping(progress) { progress in
                try store.rotateRoot(progress: progress)
            }
            try refreshKeptKey()
            try renewSafetyBundles()
            return RootRotation(
                epoch: change.epoch, slots: change.slots, persons: change.persons,
                kept: change.kept.map { kept in
                    RootRotation.KeptKey(purpose: Self.word(kept.purpose), created: kept.created)
                },
                isScrubbed: store.scrub())
        }
    }

    /// What a rotation of the data keys has done.
    public struct DataRotation: Sendable {
        /// How many rows were sealed anew since it was started or resumed.
        public let moved: UInt64
        /// What does not open and was passed over, by collection and id.
        public let damaged: [String]
        /// Whether nothing is left under the keys of before, and they are gone.
        public let isOver: Bool
        /// Whether what was replaced is in no file of the vault any more; a reader that is under
        /// way delays it, and the rotation stays under way until then.
        public let isScrubbed: Bool
    }

    /// How far a rotation of the data keys is that is under way.
    public struct RotationStatus: Sendable {
        /// `moving` or `scrubbing`.
        public let phase: String
        /// When it was started, in milliseconds since 1970.
        public let started: Int64
        /// How many rows are still under keys of before.
        public let left: UInt64
    }

    /// Gives the records and every person new keys, and moves everything under them, while others
    /// read and write.
    ///
    /// One that is under way goes on, after whatever has ended it. A safety bundle is taken before
    /// a new one begins. Numbers, versions and times stay as they are. A call holds this vault for
    /// as long as it takes; another vault on the same path reads and writes meanwhile.
    ///
    /// - Parameters:
    ///   - skipsDamaged: Whether rows that do not open are passed over; their keys then stay.
    ///   - progress: Is given the rows looked at so far, and how many there are; what it throws
    ///     pauses the rotation.
    /// - Throws: ``VaultError/Code/locked``, ``VaultError/Code/older``; ``VaultError/Code/damaged``
    ///   for what does not verify: no key goes then; ``VaultError/Code/busy``,
    ///   ``VaultError/Code/full`` and ``VaultError/Code/storage``: it is paused then.
    /// - Complexity: linear in the size of the vault.
    public func rotateData(
        skippingDamaged skipsDamaged: Bool = false,
        progress: (UInt64, UInt64) throws -> Void = { _, _ in }
    ) throws(VaultError) -> DataRotation {
        try holding {
            let done = try withoutActuallyEscaping(progress) { progress in
                var rotation = CofferCare.DataRotation(records, progress: progress)
                return try rotation.run(skipsDamaged: skipsDamaged) {
                    // What does not open is in no bundle either; it stays as it is.
                    do { _ = try takeSafetyBundleInside() } catch RecordsError.damaged {
                        guard skipsDamaged else { throw StoreError.damaged("a record") }
                    }
                }
            }
            return DataRotation(
                moved: done.moved, damaged: done.damaged.map { VaultError($0).message },
                isOver: done.isOver, isScrubbed: done.isScrubbed)
        }
    }

    /// How far a rotation of the data keys is; nil where none is under way.
    ///
    /// - Throws: ``VaultError/Code/locked``; ``VaultError/Code/damaged`` where its plan does not
    ///   verify.
    public func rotationStatus() throws(VaultError) -> RotationStatus? {
        try holding {
            guard let plan = try CofferCare.DataRotation.underWay(records) else { return nil }
            let left = try records.read { reader in
                var census = KeyCensus(reader, store)
                return try census.run()
                    .filter { $0.facts.state == .retiring && $0.facts.purpose != .audit }
                    .reduce(UInt64(0)) { $0 + $1.records + $1.versions + $1.entries }
            }
            return RotationStatus(
                phase: plan.phase == .moving ? "moving" : "scrubbing", started: plan.started,
                left: left)
        }
    }

    /// The word for what a key is for.
    private static func word(_ purpose: KeyRow.Purpose) -> String {
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

    /// One key of the vault and what is under it.
    public struct KeyCount: Sendable {
        /// Its number.
        public let number: UInt32
        /// What it is for, such as `records`.
        public let purpose: String
        /// `active`, `retiring` or `archived`.
        public let state: String
        /// Since when it is in use, in milliseconds since 1970.
        public let created: Int64
        /// Records that have fields under it.
        public let records: UInt64
        /// Older versions that have fields under it.
        public let versions: UInt64
        /// Deletions, notes of older versions and entries of the audit log that it sealed.
        public let entries: UInt64
        /// Known bundles whose contents are under it.
        public let bundles: UInt64
    }

    /// Counts what is under each key, in the vault as it is now.
    ///
    /// - Throws: ``VaultError/Code/locked``; ``VaultError/Code/damaged`` for a row that opens under
    ///   no key.
    /// - Complexity: linear in the number of rows of the vault; their fields are not read.
    public func keyCensus() throws(VaultError) -> [KeyCount] {
        try holding {
            try records.read { reader in
                var census = KeyCensus(reader, store)
                return try census.run().map { count in
                    KeyCount(
                        number: count.number, purpose: Self.word(count.facts.purpose),
                        state: Self.word(count.facts.state), created: count.facts.created,
                        records: count.records, versions: count.versions, entries: count.entries,
                        bundles: count.bundles)
                }
            }
        }
    }

    private static func word(_ state: KeyRow.State) -> String {
        switch state {
        case .active: "active"
        case .retiring: "retiring"
        case .archived: "archived"
        }
    }
}
