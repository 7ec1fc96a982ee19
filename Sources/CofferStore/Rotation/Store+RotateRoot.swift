internal import CofferCrypto
package import CofferFormat
package import CofferKeys
internal import CofferSQLite

extension Store {
    /// What a change of the root key has done.
    package struct RootChange: Sendable {
        /// The vault's epoch from now on.
        package let epoch: UInt64
        /// The numbers of the slots, which lead to the new root.
        package let slots: [UInt32]
        /// How many persons got a new key.
        package let persons: Int
        /// The active keys that were not replaced, and since when they are, in milliseconds since
        /// 1970.
        package let kept: [(purpose: KeyRow.Purpose, created: Int64)]
        /// Whether this machine could take note of a signing key that is compromised.
        package internal(set) var isNoted = true
    }

    /// Gives the vault another root key and new active keys, in one transaction.
    ///
    /// Every slot opens the vault as before. Every row is counted on the way, and what was
    /// written is opened under the new root before the commit.
    ///
    /// - Parameters:
    ///   - skipsDamaged: Whether rows that are missing, doubled or do not open are passed over; they
    ///     stay as they are, and the audit log names their tables.
    ///   - progress: Is told how many rows were added up, of how many; may throw to stop.
    /// - Throws: `StoreError.damaged`, `StoreError.older`, `StoreError.locked`,
    ///   `StoreError.changedUnderneath`; `SQLiteError` when the commit fails. Everything is then
    ///   as it was.
    /// - Complexity: linear in the number of rows of the vault; fields are not read.
    package func rotateRoot(
        skipsDamaged: Bool = false, progress: @escaping (UInt64, UInt64) throws -> Void
    ) throws -> RootChange {
        try replaceRoot(by: try RootKey(environment.randomness), nil, skipsDamaged, progress)
    }

    /// Gives the vault another root key, new slots and new keys for everything but names, in one
    /// transaction that leaves a job behind, which moves what was written before.
    ///
    /// - Parameters:
    ///   - root: The new root key, which the new slots lead to.
    ///   - replacement: The new slots, every other one is gone, and the job, which says whether
    ///     what is damaged is passed over.
    ///   - progress: As for ``rotateRoot(skipsDamaged:progress:)``.
    /// - Throws: As ``rotateRoot(skipsDamaged:progress:)``.
    package func rotateAll(
        to root: RootKey, _ replacement: Replacement,
        progress: @escaping (UInt64, UInt64) throws -> Void
    ) throws -> RootChange {
        let key = try frame().keyring.active(.signing).signingKey()
        let half = try Ed25519.publicKey(of: key)
        var change = try replaceRoot(
            by: root, replacement, replacement.plan.skipsDamaged, progress)
        if let frame = verified?.frame { noteSigner(frame) }
        // The new one first: between the two, a machine that knew of a compromised key alone would
        // believe nobody.
        memory.keepSigner()
        change.isNoted = memory.noteCompromised([half])
        memory.save()
        return change
    }

    private func replaceRoot(
        by root: RootKey, _ replacement: Replacement?, _ skipsDamaged: Bool,
        _ progress: @escaping (UInt64, UInt64) throws -> Void
    ) throws -> RootChange {
        guard standing.isCurrent else { throw StoreError.older(standing) }
        guard verified != nil else { throw StoreError.locked }
        try checkIdentity()
        var outcome: (Verified, RootChange)?
        isWriting = true
        defer { isWriting = false }
        try connection.write { _ in
            try refresh()
            guard let before = verified else { throw StoreError.locked }
            let (transaction, change) = try RootRotation(
                self, before, root, replacement: replacement, skipsDamaged: skipsDamaged,
                progress: progress
            ).run()
            _ = try transaction.finish()
            outcome = (try verify(root), change)
            // Before the commit: whatever ends this program, somebody empties the log.
            memory.noteScrub()
        }
        guard let (after, change) = outcome else { throw StoreError.locked }
        verified = after
        memory.note(after.state, digest: after.digest, at: environment.now())
        return change
    }
}
