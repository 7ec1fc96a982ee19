package import CofferBytes
internal import CofferCrypto
internal import CofferDisk
package import CofferFormat
internal import CofferKeys
internal import CofferSQLite

extension Store {
    /// Whether something of the memory could not be read or written.
    package var memoryIsUnreliable: Bool { memory.isUnreliable }

    /// What is remembered of this copy.
    package func remembered() throws -> RememberedState? { memory.recall(try state().instance) }

    /// Compares the verified state with what this machine remembers.
    ///
    /// - Throws: `StoreError.older` when it is older or another line of history and the
    ///   environment does not allow that; the store stays locked then.
    internal func compareWithMemory() throws {
        guard let before = verified else { return }
        let isWary = !memory.compromisedSigners().isEmpty
        noteSigner(before.frame)
        noteCompromised(before.frame)
        let seen = memory.recall(before.state.instance)
        standing = try standing(before, seen)
        if !standing.isCurrent {
            // Another process may have committed between our look at the vault and at the memory.
            // What is remembered was committed before, so a later look at the vault must have it.
            let after = try connection.read { _ in try verify(before.frame.keyring.root) }
            verified = after
            standing = try standing(after, seen)
        }
        // Where a key was retired as compromised, somebody else may have put together what is
        // unlocked, and was restored here: good is what goes on from what was good.
        memory.vouchesForSigner = !isWary || (continues && seen?.signer.isEmpty == false)
        guard standing.isCurrent || environment.allowsOlder, let verified else {
            self.verified = nil
            throw StoreError.older(standing)
        }
        if standing.isCurrent {
            memory.note(verified.state, digest: verified.digest, at: environment.now())
        }
    }

    /// Whether this copy goes on from a state that was seen here, and was not put in its place.
    private var continues: Bool {
        switch standing {
        case .current: true
        case .newEpoch(let reason): reason == VaultState.EpochReason.rotated.rawValue
        default: false
        }
    }

    /// The public key that signs for the vault goes with the next state that is remembered.
    internal func noteSigner(_ frame: Frame) {
        guard let key = try? frame.keyring.active(.signing), key.facts.id != memory.signerID,
            let half = try? Ed25519.publicKey(of: key.signingKey())
        else { return }
        memory.signer = half
        memory.signerID = key.facts.id
        memory.knowsSigner =
            environment.stateDirectory.map {
                StateMemory.signers(of: header.vault, in: $0).contains(half)
            } ?? false
        memory.formerSigners = frame.keyring.all.compactMap { key in
            guard key.facts.purpose == .signing, key.facts.state == .archived else { return nil }
            return key.publicHalf()
        }
    }

    /// What the vault has archived as compromised goes on this machine's list, where it is missing:
    /// it was retired elsewhere, or this machine could not take note of it.
    private func noteCompromised(_ frame: Frame) {
        let archived = frame.keyring.compromisedSigners
        guard environment.stateDirectory != nil, !archived.isEmpty else { return }
        let known = Set(memory.compromisedSigners())
        let missing = archived.filter { !known.contains($0) }
        if !missing.isEmpty { memory.noteCompromised(missing) }
    }

    private func standing(_ verified: Verified, _ seen: RememberedState?) throws -> Standing {
        let state = verified.state
        if let instance = memory.instanceAtPath(), instance != state.instance {
            return .otherInstance
        }
        guard let seen, seen.instance == state.instance else { return .current }
        if state.epoch < seen.epoch { return .older(behind: nil, remembered: seen.seen) }
        // A restored or accepted copy goes on from another point; a rotation goes on from what
        // was there.
        let isNew = state.epoch > seen.epoch
        if isNew, state.epochReason != .rotated {
            return .newEpoch(reason: state.epochReason.rawValue)
        }
        if state.generation < seen.generation {
            return .older(behind: seen.generation - state.generation, remembered: seen.seen)
        }
        if state.generation == seen.generation {
            return !isNew && verified.digest == seen.digest ? .current : .forked
        }
        if try auditHead(after: seen.auditCount) != seen.auditHead { return .auditForked }
        for (device, generation) in seen.devices {
            // A device may have been dropped for a newer one; then nothing can be said of it.
            if let now = state.devices[device], now < generation {
                return .missingChanges(device: device)
            }
        }
        return isNew ? .newEpoch(reason: state.epochReason.rawValue) : .current
    }

    /// The head of the audit log after its first `count` entries.
    private func auditHead(after count: UInt64) throws -> [UInt8] {
        var head = [UInt8](repeating: 0, count: 32)
        let rows = try connection.prepare("SELECT seal FROM audit WHERE num < ?1 ORDER BY num")
        try rows.bind(Int64(bitPattern: count), at: 1)
        while try rows.step() { head = AuditSeal.head(after: head, seal: rows.bytes(0)) }
        return head
    }

    /// Makes this older copy the current one: a new epoch, on the record.
    ///
    /// - Throws: As ``write(_:)``; the environment must allow older copies.
    package func acceptOlder() throws {
        let remembered = memory.recall(try state().instance)?.epoch ?? 0
        let was = standing
        try writeWhateverItsStanding { transaction in
            transaction.state.epoch = max(transaction.state.epoch, remembered) + 1
            transaction.state.epochReason = .acceptedOlder
            try transaction.audit("accept-older", [AuditEntry.Detail("was", "\(was)")])
        }
        guard let verified else { return }
        memory.accept(verified.state, digest: verified.digest, at: environment.now())
        standing = .current
    }
}

extension Store {
    /// Counts a failed unlock, to be told of at the next one.
    package func countFailedUnlock() { memory.countFailure() }

    /// How many unlocks have failed since they were last told of.
    package func failedUnlocks() -> UInt64 { memory.failures() }

    /// Forgets the failed unlocks: they were told of.
    package func forgetFailedUnlocks() { memory.forgetFailures() }

    /// Since when something waits for the vault to be unlocked, in milliseconds since 1970.
    package func dueSince() -> Int64? { memory.dueSince() }

    /// Takes note that something waits for the vault to be unlocked.
    package func noteDue() { memory.noteDue(at: environment.now()) }

    /// Nothing waits any more.
    package func forgetDue() { memory.forgetDue() }

    /// The bundles that were hashed and found whole not long ago.
    package func provedFiles() -> [ProvedFile] { memory.proved(at: environment.now()) }

    /// Takes note of bundles that were found whole.
    package func noteProved(_ files: [ProvedFile]) {
        memory.noteProved(files, at: environment.now())
    }

    /// Forgets what lay at a path: something else is put there with intent.
    package static func forget(path: String, in directory: String?) {
        guard let directory else { return }
        StateMemory.forget(path: path, in: directory)
    }

    /// The vault that this machine remembers at a path; nil when none is known.
    package static func rememberedVault(at path: String, in directory: String) -> Identifier? {
        StateMemory.vault(at: path, in: directory)
    }

    /// The vaults that this machine remembers under a state directory: their paths.
    package static func rememberedPaths(in directory: String) -> [String] {
        StateMemory.paths(in: directory)
    }

    /// The public keys that this machine remembers of a vault, whichever copy they were read of.
    ///
    /// Each comes from a vault that was unlocked here, never from bytes in the clear.
    package static func rememberedSigners(
        of vault: Identifier, in directory: String
    ) -> [[UInt8]] {
        let files = LocalFileSystem()
        let names = (try? files.list(directory)) ?? []
        let spent = StateMemory.compromisedSigners(of: vault, in: directory)
        let copies = names.filter { $0.hasPrefix("\(vault)-") }.compactMap { name -> [UInt8]? in
            guard
                let bytes = try? files.read(
                    directory + "/" + name, limit: RememberedState.sizeLimit),
                let state = try? RememberedState(parsing: bytes), !state.signer.isEmpty
            else { return nil }
            return state.signer
        }
        let all = copies + StateMemory.signers(of: vault, in: directory)
        return Set(all).subtracting(spent).sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// The public keys of a vault that were retired as compromised on this machine.
    package static func compromisedSigners(
        of vault: Identifier, in directory: String
    ) -> [[UInt8]] {
        StateMemory.compromisedSigners(of: vault, in: directory)
    }

    /// The public keys of this vault that were retired as compromised on this machine.
    package func compromisedSigners() -> Set<[UInt8]> { Set(memory.compromisedSigners()) }

    /// Whether the key that signs for the unlocked vault was retired as compromised on this
    /// machine: an older copy, or a bundle that was restored, has brought it back.
    package var hasCompromisedSigner: Bool {
        guard let key = try? frame().keyring.active(.signing),
            let half = try? Ed25519.publicKey(of: key.signingKey())
        else { return false }
        return memory.compromisedSigners().contains(half)
    }

    /// The highest epoch and generation that this machine remembers of the vault at a path.
    package static func remembered(
        at path: String, vault: Identifier, in directory: String
    ) -> RememberedState? {
        let memory = StateMemory(directory: directory, vault: vault, path: path)
        return memory.instanceAtPath().flatMap { memory.recall($0) }
    }
}
