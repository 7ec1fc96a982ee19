internal import CofferFormat
internal import CofferRecords
internal import CofferStore

extension Vault {
    /// The changes after `number` and all that come, from this process and others.
    ///
    /// It gives the newest change of each record that was changed after `number`, and the removals
    /// since then, in their order, and waits at the end for more. A record that is changed several
    /// times between two looks comes once, as it is then. To go on another time, keep the
    /// ``Change/number`` of the last change.
    ///
    ///     for try await change in vault.changes(since: 0) {
    ///         print(change.collection, change.id, change.kind)
    ///     }
    ///
    /// While it waits it asks every 100 milliseconds whether anything was committed, which reads
    /// one page that is in memory. The readings run outside of the caller's actor, up to 256
    /// changes at once, and keep the vault for that long.
    ///
    /// It ends when its task is cancelled and when the vault is locked.
    ///
    /// - Parameter number: The last change that is known; 0 for all.
    public func changes(since number: UInt64) -> Changes {
        Changes(vault: self, number: number)
    }

    /// The changes of a vault as they come; ``changes(since:)`` makes it.
    public struct Changes: AsyncSequence, Sendable {
        /// A change.
        public typealias Element = Change
        /// Errors are the vault's.
        public typealias Failure = VaultError

        private let vault: Vault
        private let number: UInt64

        internal init(vault: Vault, number: UInt64) {
            self.vault = vault
            self.number = number
        }

        /// Begins after the number that was asked for.
        public func makeAsyncIterator() -> Iterator { Iterator(vault, after: number) }
    }
}

extension Vault.Changes {
    /// One going through the changes of a vault.
    public struct Iterator: AsyncIteratorProtocol {
        private let vault: Vault
        private var last: UInt64
        private var mark: Vault.ChangeMark?
        /// What was read and not given yet, the first one last.
        private var waiting: [Vault.Change] = []
        private var hasLooked = false

        internal init(_ vault: Vault, after number: UInt64) {
            self.vault = vault
            last = number
        }

        /// The next change, as soon as there is one; nil when the task is cancelled or the vault
        /// was locked.
        ///
        /// - Throws: ``VaultError/Code/damaged`` for one that does not verify,
        ///   ``VaultError/Code/locked`` when the vault was locked from the beginning,
        ///   ``VaultError/Code/changedUnderneath``, ``VaultError/Code/storage``.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(VaultError) -> Vault.Change? {
            while !Task.isCancelled {
                if let change = waiting.popLast() {
                    last = change.number
                    return change
                }
                do throws(VaultError) {
                    if let found = try await vault.changes(after: last, unlessAt: mark) {
                        waiting = found.changes.reversed()
                        mark = found.mark
                    }
                } catch {
                    guard hasLooked, error.code == .locked else { throw error }
                    return nil
                }
                hasLooked = true
                guard waiting.isEmpty else { continue }
                guard (try? await Task.sleep(for: .milliseconds(100))) != nil else { return nil }
            }
            return nil
        }
    }
}

extension Vault {
    /// What moves with every commit that changes records: of other connections, and of this one.
    internal struct ChangeMark: Equatable, Sendable {
        let others: Int64
        let ours: UInt64
    }

    /// The most changes that are read at once.
    private static let changesPage = 256

    /// The next changes and the mark that they belong to.
    ///
    /// Nil when the vault still stands at the mark, or is in use: then nobody waits for it.
    @concurrent
    internal func changes(
        after number: UInt64, unlessAt mark: ChangeMark?
    ) async throws(VaultError) -> (changes: [Change], mark: ChangeMark?)? {
        try catching {
            try exclusivelyIfFree { () -> (changes: [Change], mark: ChangeMark?)? in
                // Taken before the reading: what is committed meanwhile is looked for again.
                let now = ChangeMark(
                    others: try store.commitMark(), ours: try store.state().sequence)
                guard now != mark else { return nil }
                var found: [Change] = []
                try records.read { reader in
                    try reader.changes(after: number) { change in
                        found.append(Change(change))
                        return found.count < Self.changesPage
                    }
                }
                return (found, found.count < Self.changesPage ? now : nil)
            } ?? nil
        }
    }
}
