internal import CofferBytes
internal import CofferCrypto
package import CofferFormat
package import CofferKeys
internal import CofferSQLite

extension Store {
    /// A slot that is to be stored.
    package struct NewSlot: ~Copyable {
        /// The slot.
        package let made: Slots.Made
        /// What its owner calls it.
        package let label: String

        /// Names a slot.
        package init(made: consuming Slots.Made, label: String) {
            self.made = made
            self.label = label
        }
    }

    /// What is proved of a slot in the words of its own row: the row's bytes as they were read
    /// back.
    package typealias Proof = (SlotRow) throws -> Void

    /// Stores a slot, and takes another one out in the same transaction.
    ///
    /// The slot is opened from its stored row before the commit, so that a slot which does not
    /// open costs nobody the one it replaces; after the commit the row is read again through
    /// another connection, with all that was sealed with it.
    ///
    /// - Parameters:
    ///   - number: The slot that goes; nil for none.
    ///   - act: The word on the audit log.
    ///   - prove: Opens the slot anew from its row; throws where it does not open.
    /// - Returns: The number of the new slot.
    /// - Throws: `StoreError.noSlot`, `.exhausted` for a slot too many, `.damaged` when it is not
    ///   what was stored, `.unproved` when it is stored and could not be read again; what `prove`
    ///   throws, and as ``write(_:)``.
    package func add(
        _ slot: borrowing NewSlot, removing number: UInt32?, act: String, prove: Proof
    ) throws -> UInt32 {
        var added: UInt32 = 0
        if number != nil { memory.noteScrub() }
        try write { transaction in
            var roster = try openRoster(transaction.frame.keyring.root)
            if let number { try transaction.removeSlot(number, from: &roster) }
            added = try transaction.addSlot(slot, to: &roster)
            try transaction.replaceRoster(roster)
            var details = [
                AuditEntry.Detail("slot", "\(added)"),
                AuditEntry.Detail("kind", slot.made.row.kind.word),
            ]
            if let number { details.append(AuditEntry.Detail("removed", "\(number)")) }
            try transaction.audit(act, details)
            guard let stored = try slots().first(where: { $0.number == added }),
                let row = try? SlotRow(parsing: stored.seal)
            else { throw StoreError.damaged("slot \(added)") }
            try prove(row)
        }
        do { try proveStored(added, slot.made.row.bytes) } catch {
            throw error as? StoreError ?? .unproved(added)
        }
        return added
    }

    /// Takes a slot out.
    ///
    /// - Throws: `StoreError.noSlot`, `.lastSlot` when nothing would open the vault any more, and
    ///   as ``write(_:)``.
    package func removeSlot(_ number: UInt32) throws {
        // Before the commit: whoever ends in the middle leaves work for the next one.
        memory.noteScrub()
        try write { transaction in
            var roster = try openRoster(transaction.frame.keyring.root)
            try transaction.removeSlot(number, from: &roster)
            guard !roster.entries.isEmpty else { throw StoreError.lastSlot }
            try transaction.replaceRoster(roster)
            try transaction.audit("key-remove", [AuditEntry.Detail("slot", "\(number)")])
        }
    }

    /// Gives a slot another label.
    ///
    /// - Throws: `StoreError.noSlot`, `.exhausted` for a label that is too long, and as
    ///   ``write(_:)``.
    package func label(_ number: UInt32, _ text: String) throws {
        guard text.utf8.count <= Roster.labelLimit else {
            throw StoreError.exhausted(Self.longLabel)
        }
        try write { transaction in
            var roster = try openRoster(transaction.frame.keyring.root)
            guard roster.entries.contains(where: { $0.number == number }) else {
                throw StoreError.noSlot(number)
            }
            roster.relabel(number: number, text)
            try transaction.replaceRoster(roster)
            try transaction.audit("key-label", [AuditEntry.Detail("slot", "\(number)")])
        }
    }

    fileprivate static let longLabel = "a label of more than \(Roster.labelLimit) bytes"

    /// Reads the vault anew through a connection of its own: roster, keys, state, sums and schema
    /// verify, and the row is the one that was proved.
    private func proveStored(_ number: UInt32, _ bytes: [UInt8]) throws {
        let unremembered = Environment(
            now: environment.now, randomness: environment.randomness, stateDirectory: nil,
            allowsOlder: true)
        // Where this connection has the database to itself, nobody else can look.
        let other = try? Store(opening: path, isReadOnly: true, environment: unremembered)
        let isThere: Bool
        let generation: UInt64
        if let other {
            defer { other.lock() }
            try other.unlock(root: try frame().keyring.root)
            isThere = try other.holds(number, bytes)
            generation = try other.state().generation
        } else {
            isThere = try read { _ in
                try verifyAgain()
                return try holds(number, bytes)
            }
            generation = try state().generation
        }
        // Somebody else may have taken it out since; then the state went on.
        guard try isThere || generation > state().generation else {
            throw StoreError.damaged("slot \(number)")
        }
    }

    private func holds(_ number: UInt32, _ bytes: [UInt8]) throws -> Bool {
        try slots().contains { $0.number == number && $0.seal == bytes }
    }
}

extension Store {
    /// Empties the log and writes its pages back, so that bytes which were deleted are nowhere.
    ///
    /// - Returns: Whether that was done; somebody who reads an older snapshot delays it, or a disk
    ///   that fails. What is left is tried again whenever the vault is closed.
    @discardableResult
    package func scrub() -> Bool {
        // A connection of our own that still stands at an older state would be in the way.
        secondConnection = nil
        return scrub(connection)
    }

    /// Tries again, without waiting for anybody, what an open reader has delayed.
    internal func scrubIfLeft() {
        guard verified != nil, !isReadOnly, !connection.inTransaction, memory.isScrubLeft(),
            !connection.hasMoved,
            let hasty = try? Connection(
                path: path + "/" + Self.databaseName, mode: .readWrite, busyTimeout: .zero)
        else { return }
        scrub(hasty)
    }

    @discardableResult
    private func scrub(_ connection: Connection) -> Bool {
        let isDone = (try? !connection.checkpoint(.truncate).busy) ?? false
        if isDone { memory.forgetScrub() } else { memory.noteScrub() }
        return isDone
    }
}

extension Transaction {
    /// Inserts a slot under the next number, into the sums and the roster.
    ///
    /// - Throws: `StoreError.exhausted`.
    internal func addSlot(
        _ slot: borrowing Store.NewSlot, to roster: inout Roster
    ) throws -> UInt32 {
        let row = slot.made.row
        guard roster.entries.count < SlotRow.countLimit else {
            throw StoreError.exhausted("more than \(SlotRow.countLimit) slots")
        }
        let passwords = roster.entries.count { $0.kind.hashesPassword }
        guard !row.kind.hashesPassword || passwords < SlotRow.passwordLimit else {
            throw StoreError.exhausted("more than \(SlotRow.passwordLimit) passwords")
        }
        guard slot.label.utf8.count <= Roster.labelLimit else {
            throw StoreError.exhausted(Store.longLabel)
        }
        let number = state.nextSlot
        guard number < .max else { throw StoreError.exhausted("slots") }
        state.nextSlot += 1
        let seal = row.bytes
        roster.append(
            Roster.Entry(
                number: number, digest: SHA256.hash(seal), slot: row.slot, kind: row.kind,
                publicKey: row.publicKey, created: now, label: slot.label),
            authKey: slot.made.authKey.duplicate())
        let statement = try connection.prepare("INSERT INTO slot(num, seal) VALUES(?1, ?2)")
        try statement.bind(Int64(number), at: 1)
        try statement.bind(blob: seal, at: 2)
        _ = try statement.step()
        enter(.slot, key: Int64(number).bigEndianBytes, seal: seal)
        return number
    }

    /// Deletes a slot from the table, the sums and the roster.
    fileprivate func removeSlot(_ number: UInt32, from roster: inout Roster) throws {
        let reading = try connection.prepare("SELECT seal FROM slot WHERE num = ?1")
        try reading.bind(Int64(number), at: 1)
        guard try reading.step() else { throw StoreError.noSlot(number) }
        let seal = reading.bytes(0)
        reading.reset()
        let statement = try connection.prepare("DELETE FROM slot WHERE num = ?1")
        try statement.bind(Int64(number), at: 1)
        _ = try statement.step()
        leave(.slot, key: Int64(number).bigEndianBytes, seal: seal)
        roster.remove(number: number)
    }

    /// Seals the roster anew, in the place of the one that is there.
    fileprivate func replaceRoster(_ roster: Roster) throws {
        let reading = try connection.prepare("SELECT seal FROM meta WHERE num = 2")
        guard try reading.step() else { throw StoreError.damaged("the list of slots") }
        let old = reading.bytes(0)
        reading.reset()
        let sealed = try RosterSeal.seal(
            roster, root: frame.keyring.root, vault: vault, randomness: randomness)
        let statement = try connection.prepare("UPDATE meta SET seal = ?1 WHERE num = 2")
        try statement.bind(blob: sealed, at: 1)
        _ = try statement.step()
        leave(.roster, key: Int64(2).bigEndianBytes, seal: old)
        enter(.roster, key: Int64(2).bigEndianBytes, seal: sealed)
    }
}
