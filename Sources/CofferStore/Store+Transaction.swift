internal import CofferFormat
internal import CofferKeys
internal import CofferSQLite
internal import Glibc

extension Store {
    /// Runs `body` on one snapshot, verified against the state.
    ///
    /// - Throws: What `body` throws; `StoreError.locked`; `StoreError.damaged` when state or frame
    ///   moved and do not verify; `StoreError.changedUnderneath`.
    package func read<Result>(_ body: (Frame) throws -> Result) throws -> Result {
        guard verified != nil else { throw StoreError.locked }
        try checkPlace()
        return try connection.transaction(.readAtOnce) { _ in
            try refresh()
            return try body(try frame())
        }
    }

    /// A number that moves with every commit of another connection.
    ///
    /// - Throws: `StoreError.changedUnderneath`, `SQLiteError`.
    package func commitMark() throws -> Int64 {
        try checkPlace()
        return try connection.dataVersion()
    }

    /// Runs `body` in one transaction and commits it with a new state.
    ///
    /// - Throws: What `body` throws, after a rollback that leaves everything as it was;
    ///   `StoreError.changedUnderneath`, `StoreError.older`; `SQLiteError` when the commit fails.
    package func write<Result>(_ body: (Transaction) throws -> Result) throws -> Result {
        // Reading an older copy may be allowed; writing to it would in time make it pass for
        // the newest.
        guard standing.isCurrent else { throw StoreError.older(standing) }
        return try writeWhateverItsStanding(body)
    }

    /// Runs `body` as ``write(_:)`` does, on an older copy too: only to accept it.
    internal func writeWhateverItsStanding<Result>(
        _ body: (Transaction) throws -> Result
    ) throws -> Result {
        guard verified != nil else { throw StoreError.locked }
        try checkIdentity()
        var outcome: (Verified, Result)?
        isWriting = true
        defer { isWriting = false }
        try connection.write { _ in
            try refresh()
            guard let verified else { throw StoreError.locked }
            let transaction = try Transaction(
                store: self, frame: verified.frame, state: verified.state)
            let result = try body(transaction)
            outcome = (try transaction.finish(), result)
        }
        guard let (after, result) = outcome else { throw StoreError.locked }
        verified = after
        noteSigner(after.frame)
        memory.note(after.state, digest: after.digest, at: environment.now())
        return result
    }

    /// Whether the vault is as the last transaction saw it; a snapshot of its own, over at once.
    package func isUnchanged() throws -> Bool {
        guard let verified else { throw StoreError.locked }
        let statement = try connection.cached(Self.stateText)
        guard try statement.step(), statement.byteCount(0) > StateSeal.digestSize else {
            throw StoreError.damaged("the state")
        }
        return unsafe statement.unsafelyBorrowBytes(0).starts(with: verified.digest)
    }

    private static let stateText = StatementText("SELECT seal FROM meta WHERE num = 1")

    /// Verifies a frame that moved: under the root at hand, or under the one that replaced it and
    /// that somebody has told this machine meanwhile.
    private func verifyMoved(_ root: RootKey) throws -> Verified {
        do { return try verify(root) } catch KeysError.wrongSecret {
            var looks = 0
            while let other = rootAfresh() {
                if other.id != root.id, let verified = try unlessWrong(other) { return verified }
                guard looks < Self.rootLooks else { break }
                looks += 1
                Self.pauseForRoot()
            }
            throw StoreError.rootChanged
        }
    }

    /// Nil where it is another root's.
    private func unlessWrong(_ root: RootKey) throws -> Verified? {
        do { return try verify(root) } catch KeysError.wrongSecret { return nil }
    }

    /// How often somebody looks whether a new root has been told, at most: half a second in all.
    package static let rootLooks = 25

    /// Waits before the next look.
    package static func pauseForRoot() { _ = usleep(20_000) }

    /// Compares the state in this snapshot with the one last verified, and opens and verifies
    /// what moved.
    internal func refresh() throws {
        guard var now = verified else { throw StoreError.locked }
        let statement = try connection.cached(Self.stateText)
        guard try statement.step(), statement.byteCount(0) > StateSeal.digestSize else {
            throw StoreError.damaged("the state")
        }
        let isSame = unsafe statement.unsafelyBorrowBytes(0).starts(with: now.digest)
        guard !isSame else { return }
        let row = statement.bytes(0)
        let digest = Array(row.prefix(StateSeal.digestSize))
        if let state = try? StateSeal.open(row, frame: now.frame), state.frame == now.state.frame {
            now.state = state
            now.digest = digest
            verified = now
        } else {
            verified = try verifyMoved(now.frame.keyring.root)
        }
        let state = try self.state()
        noteSigner(try frame())
        let seen = now.state
        if state.instance == seen.instance,
            (state.epoch, state.generation) < (seen.epoch, seen.generation)
        {
            throw StoreError.changedUnderneath
        }
        if standing.isCurrent { memory.note(state, digest: digest, at: environment.now()) }
    }
}
