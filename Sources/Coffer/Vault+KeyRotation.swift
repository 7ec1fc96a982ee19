internal import CofferBytes
internal import CofferCare
internal import CofferChunks
internal import CofferDisk
internal import CofferFormat
internal import CofferRecords
internal import CofferStore

extension Vault {
    /// Which keys a rotation changes that moves rows under new ones.
    public enum KeyRotationKind: String, Sendable {
        /// The keys of records and persons.
        case data
        /// The key of blind indexes: what fields are found by that are not readable.
        case index
        /// The key of the chunks of files: packs are copied into others.
        case chunks
        /// All of them, after a compromise, as
        /// ``Vault/rotateAll(to:keyfile:hasRecoveryKey:options:skippingDamaged:progress:)`` begins
        /// it.
        case all
    }

    /// What a rotation of keys has done.
    public struct KeyRotation: Sendable {
        /// The id of the job that did it, as a UUID; status and audit log name it.
        public let job: String
        /// Which keys it changed.
        public let kind: KeyRotationKind
        /// How many rows were sealed anew since it was started or resumed.
        public let moved: UInt64
        /// How many rows there were to be looked at.
        public let total: UInt64
        /// What does not open, or is missing, and was passed over: records and older versions by
        /// collection and id, deletions, entries of the audit log, keys of persons.
        public let damaged: [String]
        /// Whether nothing is left under the keys of before, and they are gone.
        public let isOver: Bool
        /// Whether what was replaced is in no file of the vault any more; a reader that is under
        /// way delays it, and the rotation stays under way until then.
        public let isScrubbed: Bool
        /// The safety bundle that was taken before it began; nil where it went on, where what is
        /// damaged keeps one from being taken, or without a state directory.
        public let safetyBundle: String?
    }

    /// How far a rotation of keys is that is under way.
    public struct KeyRotationStatus: Sendable {
        /// The id of the job, as a UUID.
        public let job: String
        /// Which keys it changes.
        public let kind: KeyRotationKind
        /// `running` or `scrubbing`.
        public let phase: String
        /// When it was started, in milliseconds since 1970.
        public let started: Int64
        /// How many rows are still under keys of before.
        public let left: UInt64
    }

    /// Gives the records and every person new keys, or the blind indexes or the chunks of files a new
    /// one, and moves everything under them, while others read and write.
    ///
    /// One that is under way goes on, after whatever has ended it. A safety bundle is taken before
    /// a new one begins. Numbers, versions and times stay as they are. While indexes are moved a
    /// value is found under both keys, and what must be unique is. A call holds this vault for as
    /// long as it takes; another vault on the same path reads and writes meanwhile.
    ///
    /// - Parameters:
    ///   - kind: Which keys are changed.
    ///   - skipsDamaged: Whether what does not open, or is missing, is passed over; the keys of
    ///     before then stay, and nothing is under way any more.
    ///   - progress: Is given the rows looked at so far, and how many there are; what it throws
    ///     pauses the rotation.
    /// - Throws: ``VaultError/Code/locked``, ``VaultError/Code/older``; ``VaultError/Code/damaged``
    ///   for what does not verify: no key goes then; ``VaultError/Code/usage`` for all of them
    ///   where that is not under way; ``VaultError/Code/busy``, also while keys of another kind are
    ///   changed, ``VaultError/Code/full`` and ``VaultError/Code/storage``: it is paused then.
    /// - Complexity: linear in the size of the vault; in that of its files, which are read three
    ///   times, where the key of chunks is changed.
    public func rotateKeys(
        _ kind: KeyRotationKind, skippingDamaged skipsDamaged: Bool = false,
        progress: (UInt64, UInt64) throws -> Void = { _, _ in }
    ) throws(VaultError) -> KeyRotation {
        do throws(VaultError) {
            return try rotate(kind, skipsDamaged, progress)
        } catch { throw paused(kind, error) }
    }

    private func rotate(
        _ kind: KeyRotationKind, _ skipsDamaged: Bool,
        _ progress: (UInt64, UInt64) throws -> Void
    ) throws(VaultError) -> KeyRotation {
        try holding {
            // What the change of everything could not do, as its disk was full.
            if kind == .all, try CofferCare.KeyRotation.underWay(records)?.kind == .all {
                try renewLeftSafetyBundles()
            }
            var safety: String?
            let done = try withoutActuallyEscaping(progress) { progress in
                var rotation = CofferCare.KeyRotation(records, kind.plan, progress: progress)
                return try rotation.run(skipsDamaged: skipsDamaged) {
                    safety = try prepareRotation(skipsDamaged, movesFiles: kind.plan.movesChunks)
                }
            }
            return KeyRotation(
                job: done.job?.description ?? "", kind: kind, moved: done.moved, total: done.total,
                damaged: done.damaged,
                isOver: done.isOver, isScrubbed: done.isScrubbed, safetyBundle: safety)
        }
    }

    /// What a disk has ended has done a part of its work, and goes on.
    private func paused(_ kind: KeyRotationKind, _ error: VaultError) -> VaultError {
        guard [.full, .storage, .busy].contains(error.code),
            (try? keyRotationUnderWay()) ?? nil == kind
        else { return error }
        let reason = error.code == .full ? "the disk is full" : error.message
        return VaultError(
            error.code, "\(reason); what is moved stays so, go on with: coffer rotate resume")
    }

    /// Takes the safety bundle before rows are moved.
    ///
    /// - Returns: Its path; nil without a state directory, or where it cannot be taken for what is
    ///   damaged and is passed over.
    /// - Throws: ``VaultError/Code/full`` where the disk of the vault has too little room.
    internal func prepareRotation(_ skipsDamaged: Bool, movesFiles: Bool) throws -> String? {
        try expectRoom(movesFiles: movesFiles)
        // What does not open is in no bundle either; it stays as it is.
        do { return try takeSafetyBundleInside() } catch {
            switch error {
            case RecordsError.damaged where skipsDamaged,
                RecordsError.incomplete where skipsDamaged,
                StoreError.damaged where skipsDamaged:
                return nil
            default: throw error
            }
        }
    }

    /// A rotation that would stop half-way for want of room is not begun.
    ///
    /// Rows keep their size, so what is needed is room for the log between two looks at it: several
    /// transactions, or all of a small vault. Packs are copied one by one.
    private func expectRoom(movesFiles: Bool) throws {
        let files = LocalFileSystem()
        let size = try files.status(path + "/" + Store.databaseName).map { UInt64($0.size) } ?? 0
        let packs = movesFiles ? try PackTidy(path).found().map(\.size) : []
        let needed = min(size, Self.roomForLog) + (packs.max() ?? 0)
        // Where that cannot be told, the disk says so itself when it is full.
        guard let there = try? files.volume(path).available, there < needed else { return }
        throw VaultError(
            .full,
            "\(path): changing keys needs about \(needed >> 10) KiB of room there, and "
                + "\(there >> 10) KiB are free; nothing was changed")
    }

    private static let roomForLog: UInt64 = 32 << 20

    /// Which keys are being changed; nil where none are.
    ///
    /// - Throws: ``VaultError/Code/locked``; ``VaultError/Code/damaged`` where the plan does not
    ///   verify.
    /// - Complexity: O(1).
    public func keyRotationUnderWay() throws(VaultError) -> KeyRotationKind? {
        try holding {
            try CofferCare.KeyRotation.underWay(records).map { KeyRotationKind($0.kind) }
        }
    }

    /// How far a rotation of keys is; nil where none is under way.
    ///
    /// - Throws: As ``keyRotationUnderWay()``.
    /// - Complexity: linear in the number of rows of the vault, as for ``keyCensus()``.
    public func keyRotationStatus() throws(VaultError) -> KeyRotationStatus? {
        try holding {
            guard let plan = try CofferCare.KeyRotation.underWay(records) else { return nil }
            let left = try records.read { reader -> UInt64 in
                var census = KeyCensus(reader, store)
                _ = try census.run()
                switch plan.kind {
                case .data: return census.left.data
                case .index: return census.left.index
                case .chunks: return census.left.chunks
                case .all:
                    return max(census.left.data, census.left.index) + census.left.chunks
                }
            }
            return KeyRotationStatus(
                job: plan.id.description, kind: KeyRotationKind(plan.kind),
                phase: plan.phase == .moving ? "running" : "scrubbing", started: plan.started,
                left: left)
        }
    }
}

extension Vault.KeyRotationKind {
    fileprivate init(_ kind: JobPlan.Kind) {
        switch kind {
        case .data: self = .data
        case .index: self = .index
        case .all: self = .all
        case .chunks: self = .chunks
        }
    }

    fileprivate var plan: JobPlan.Kind {
        switch self {
        case .data: .data
        case .index: .index
        case .all: .all
        case .chunks: .chunks
        }
    }
}
