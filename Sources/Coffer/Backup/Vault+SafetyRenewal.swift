internal import CofferBundles
internal import CofferBytes
internal import CofferCare
internal import CofferCrypto
internal import CofferDisk
internal import CofferFormat
internal import CofferStore

/// Safety bundles that are to be written anew because keys change, and who keeps others away until
/// that is done.
///
/// They are noted in the state directory before the change is committed: whatever ends the program
/// in between, whoever unlocks the vault next does it. What was given up would open them else.
internal struct SafetyRenewal {
    /// A bundle in the note.
    private struct Noted {
        let content: [UInt8]
        let isSigned: Bool
    }

    /// The size of a content id: a SHA-256.
    private static let idSize = 32

    private let bundles: [Noted]
    /// The generation of the vault before the change.
    internal let generation: UInt64
    private let lock: (any DiskLock)?

    /// Notes all safety bundles, and those among them that the key of today has signed.
    internal init(
        _ all: [BundleReader], signed: Set<[UInt8]>, generation: UInt64, lock: (any DiskLock)?
    ) {
        bundles = Set(all.map(\.contentID)).map {
            Noted(content: $0, isSigned: signed.contains($0))
        }
        self.generation = generation
        self.lock = lock
    }

    /// Reads a note.
    internal init(parsing bytes: [UInt8], lock: any DiskLock) {
        bundles = stride(from: 0, to: bytes.count - Self.idSize, by: Self.idSize + 1).map {
            Noted(
                content: Array(bytes[($0 + 1)...($0 + Self.idSize)]), isSigned: bytes[$0] == 1)
        }
        generation = 0
        self.lock = lock
    }

    /// The note: for each bundle a byte that says whether it is signed, and its content id.
    internal var bytes: [UInt8] {
        bundles.flatMap { [$0.isSigned ? 1 : 0] + $0.content }
    }

    /// The content ids of those that a key has signed which may be another one by now.
    internal var signed: Set<[UInt8]> {
        Set(bundles.lazy.filter(\.isSigned).map(\.content))
    }

    /// The content ids of all that were there.
    internal var all: Set<[UInt8]> { Set(bundles.map(\.content)) }

    /// Whether there is nothing to do.
    internal var isEmpty: Bool { bundles.isEmpty }
}

extension Vault {
    /// How long another program may take with the safety bundles before nobody waits for it.
    private static let renewalPatience: Duration = .seconds(2)

    /// Changes keys, and then writes the safety bundles anew.
    ///
    /// - Throws: What `body` throws; where the bundles cannot be written, a `VaultError` that says
    ///   that the keys are changed. The next unlock tries again.
    internal func renewing<Result>(_ body: () throws -> Result) throws -> Result {
        let renewal = try beginRenewal()
        let result: Result
        do { result = try body() } catch {
            cancel(renewal)
            throw error
        }
        do { try finish(renewal) } catch { throw unfinished(VaultError(error)) }
        return result
    }

    /// The change is made, whatever became of the safety bundles.
    private func unfinished(_ error: VaultError) -> VaultError {
        let reason = error.code == .full ? "the disk is full" : error.message
        return VaultError(
            error.code,
            "the keys are changed, but the safety bundles in \(safetyFolder ?? "") still open with "
                + "what was given up (\(reason)); the next unlock writes them anew")
    }

    /// Takes note of the safety bundles that a change of keys leaves behind, before it is
    /// committed.
    internal func beginRenewal() throws -> SafetyRenewal {
        let lock = store.lockRenewal(timeout: Self.renewalPatience)
        let bundles = safetyFolder.flatMap { try? BundleChain(in: $0).bundles } ?? []
        let renewal = SafetyRenewal(
            bundles, signed: try signedSafetyBundles(),
            generation: try store.state().generation, lock: lock)
        if !renewal.isEmpty { store.noteRenewal(renewal.bytes) }
        return renewal
    }

    /// Writes the safety bundles anew after the change.
    internal func finish(_ renewal: SafetyRenewal) throws {
        try renewSafetyBundles(vouched: renewal.signed)
        store.forgetRenewal()
    }

    /// Drops the note where nothing was changed.
    internal func cancel(_ renewal: SafetyRenewal) {
        if (try? store.state().generation) == renewal.generation { store.forgetRenewal() }
    }

    /// Does what another program has left because it was ended after it had changed keys.
    ///
    /// It is for whoever has just unlocked the vault. What fails waits for the next one.
    internal func renewIfLeft() {
        guard store.renewalLeft() != nil, let lock = store.lockRenewal(timeout: .zero),
            // Whoever had the lock may have done it.
            let note = store.renewalLeft()
        else { return }
        let renewal = SafetyRenewal(parsing: note, lock: lock)
        do {
            try renewSafetyBundles(vouched: renewal.signed, removing: renewal.all)
        } catch { return }
        store.forgetRenewal()
    }
}
