package import CofferBytes
package import CofferCrypto
package import CofferFormat
internal import CofferKeys
package import CofferSQLite

/// A write transaction: rows enter and leave the sums, and the state goes with them.
///
/// Whoever changes a counted row tells the transaction; the commit then seals one new state, so
/// that rows and state can only change together.
package final class Transaction {
    /// The connection to write on.
    package let connection: Connection
    /// Keys and catalog.
    package internal(set) var frame: Frame
    /// The state that will be sealed.
    package var state: VaultState
    /// The time of this transaction, in milliseconds since 1970.
    package let now: Int64
    /// The device that writes.
    package let device: Identifier
    /// The first sequence number of what this transaction changes: the number of its change set.
    package let change: UInt64
    /// Whether what this transaction changes can be undone.
    package var isUndoable = true
    /// Whether it changes only what Coffer keeps for itself; what was undone before still can be.
    package var isSilent = false
    internal let store: Store
    /// Authenticates rows, ready for many; and the message of the row at hand.
    private let authenticator: HMACSHA256.Authenticator
    private var message: [UInt8] = []

    internal init(store: Store, frame: Frame, state: VaultState) throws {
        self.store = store
        self.frame = frame
        self.state = state
        connection = store.connection
        change = state.sequence + 1
        now = store.environment.now()
        device = try store.memory.device(store.environment.randomness)
        authenticator = HMACSHA256.Authenticator(frame.stateMAC)
    }

    /// Where nonces and keys come from.
    package var randomness: Randomness { store.environment.randomness }

    /// The vault's id.
    package var vault: Identifier { frame.keyring.vault }

    /// A row enters its sum.
    package func enter(_ table: RowTable, collection: UInt32 = 0, key: [UInt8], seal: [UInt8]) {
        change(table, collection, key, seal, isLeaving: false)
    }

    /// Rows of a body enter its sum, which somebody else has added up.
    package func enter(_ rows: VaultState.Tally, _ table: RowTable, collection: UInt32) {
        let body = VaultState.Body(table, collection: collection)
        state.bodies[body, default: VaultState.Tally()].rows &+= rows.rows
        state.bodies[body, default: VaultState.Tally()].sum.add(rows.sum)
    }

    /// Rows of a body leave its sum, which somebody else has added up.
    package func leave(_ rows: VaultState.Tally, _ table: RowTable, collection: UInt32) {
        let body = VaultState.Body(table, collection: collection)
        state.bodies[body, default: VaultState.Tally()].rows &-= rows.rows
        state.bodies[body, default: VaultState.Tally()].sum.subtract(rows.sum)
    }

    /// A row leaves its sum.
    package func leave(_ table: RowTable, collection: UInt32 = 0, key: [UInt8], seal: [UInt8]) {
        change(table, collection, key, seal, isLeaving: true)
    }

    private func change(
        _ table: RowTable, _ collection: UInt32, _ key: [UInt8], _ seal: [UInt8],
        isLeaving: Bool
    ) {
        message.removeAll(keepingCapacity: true)
        table.appendMessage(collection: collection, key: key, seal: seal, to: &message)
        let whole = message
        var delta = Sum256()
        authenticator.withCode(of: whole.span) { code in
            if isLeaving { delta.subtract(code) } else { delta.add(code) }
        }
        let rows = isLeaving ? UInt64.max : 1
        if table.isFrame {
            state.frame.add(delta)
        } else if table == .job {
            state.jobs.rows &+= rows
            state.jobs.sum.add(delta)
        } else {
            let body = VaultState.Body(table, collection: collection)
            state.bodies[body, default: VaultState.Tally()].rows &+= rows
            state.bodies[body, default: VaultState.Tally()].sum.add(delta)
        }
    }

    /// The number of the next change of a record.
    package func nextSequence() -> UInt64 {
        state.sequence += 1
        return state.sequence
    }

    /// Writes a definition: the next version of a collection, in force from now on.
    ///
    /// - Throws: `StoreError.exhausted` for one that is too large or that no reader would take:
    ///   it would lock its own vault.
    package func put(_ definition: Definition) throws {
        var catalog = frame.catalog
        try catalog.put(definition)
        let bytes = definition.bytes
        guard bytes.count <= Definition.sizeLimit else { throw StoreError.exhausted("schema size") }
        guard let again = try? Definition(parsing: bytes), again == definition else {
            throw StoreError.exhausted("a definition of this kind")
        }
        let seal = try Cobblestone.seal(
            bytes, under: frame.catalogKey,
            context: CatalogSeal.context(vault, definition.collection, definition.version),
            randomness: randomness)
        let statement = try connection.prepare(
            "INSERT INTO cat(num, ver, seal) VALUES(?1, ?2, ?3)")
        try statement.bind(Int64(definition.collection), at: 1)
        try statement.bind(Int64(definition.version), at: 2)
        try statement.bind(blob: seal, at: 3)
        _ = try statement.step()
        let key =
            Int64(definition.collection).bigEndianBytes + Int64(definition.version).bigEndianBytes
        enter(.catalog, key: key, seal: seal)
        frame = try frame.with(catalog)
    }

    /// The number of the active key for a purpose that not every vault has; made at first use.
    ///
    /// - Throws: `StoreError.exhausted`, `KeysError`, `SQLiteError`.
    package func key(for purpose: KeyRow.Purpose) throws -> UInt32 {
        if let key = try? frame.keyring.active(purpose) { return key.number }
        let number = state.nextKey
        guard number < .max else { throw StoreError.exhausted("keys") }
        state.nextKey += 1
        let seal = try Keyring.make(
            number: number, purpose: purpose, subject: nil, created: now,
            root: frame.keyring.root, vault: vault, randomness: randomness)
        let statement = try connection.prepare("INSERT INTO dkey(num, seal) VALUES(?1, ?2)")
        try statement.bind(Int64(number), at: 1)
        try statement.bind(blob: seal, at: 2)
        _ = try statement.step()
        enter(.key, key: Int64(number).bigEndianBytes, seal: seal)
        var keyring = frame.keyring
        try keyring.add(number: number, who: nil, seal: seal)
        frame = try Frame(keyring: keyring, catalog: frame.catalog)
        return number
    }

    /// Holds the database's schema against the catalog as this transaction leaves it.
    ///
    /// - Throws: `StoreError.damaged`.
    package func checkLayout() throws {
        try SchemaFingerprint.check(connection, against: frame.catalog, state: state)
    }

    /// Leaves a tombstone under a new sequence number.
    package func bury(_ tombstone: Tombstone) throws {
        try insert(tombstone, sequence: nextSequence())
    }

    /// Leaves a tombstone under a number that it has already.
    internal func insert(_ tombstone: Tombstone, sequence: UInt64) throws {
        let seal = try Cobblestone.seal(
            tombstone.bytes, under: frame.catalogKey,
            context: SealContext.make(
                "coffer/v1/tomb", vault.bytes, sequence.bigEndianBytes),
            randomness: randomness)
        let statement = try connection.cached("INSERT INTO tomb(seq, seal) VALUES(?1, ?2)")
        try statement.bind(Int64(bitPattern: sequence), at: 1)
        try statement.bind(blob: seal, at: 2)
        _ = try statement.step()
        enter(.tombstone, key: sequence.bigEndianBytes, seal: seal)
    }

    /// Seals the note of a version that this transaction moves into the history.
    package func note(
        _ reason: HistoryNote.Reason, number: UInt64, collection: UInt32, seal: [UInt8]
    ) throws -> [UInt8] {
        try sealNote(
            HistoryNote(change: change, time: now, reason: reason, digest: SHA256.hash(seal)),
            number: number, collection: collection)
    }

    /// Seals the note of an older version, as it is.
    package func sealNote(
        _ note: HistoryNote, number: UInt64, collection: UInt32
    ) throws -> [UInt8] {
        try Cobblestone.seal(
            note.bytes, under: frame.catalogKey,
            context: HistorySeal.context(vault, collection, number), randomness: randomness)
    }

    /// Makes a new key for a person and gives its number.
    package func makeSubjectKey(_ subject: Identifier) throws -> UInt32 {
        let number = state.nextKey
        guard number < .max else { throw StoreError.exhausted("keys") }
        state.nextKey += 1
        let seal = try Keyring.make(
            number: number, purpose: .subject, subject: subject, created: now,
            root: frame.keyring.root, vault: vault, randomness: randomness)
        let statement = try connection.prepare(
            "INSERT INTO dkey(num, who, seal) VALUES(?1, ?2, ?3)")
        try statement.bind(Int64(number), at: 1)
        try statement.bind(blob: subject.bytes, at: 2)
        try statement.bind(blob: seal, at: 3)
        _ = try statement.step()
        enter(.subjectKey, key: Int64(number).bigEndianBytes, seal: seal)
        return number
    }

    /// Seals and writes the new state; the last thing before the commit.
    internal func finish() throws -> Store.Verified {
        state.generation += 1
        if state.sequence >= change, !isSilent { state.change = isUndoable ? change : 0 }
        if state.devices[device] == nil, state.devices.count >= VaultState.deviceLimit,
            let oldest = state.devices.min(by: { $0.value < $1.value })?.key
        {
            state.devices[oldest] = nil
        }
        state.devices[device] = state.generation
        // Where a row was replaced or added behind the vault's back and is gone since, the sum of
        // none is not nothing, or there are fewer than none: no reader would take such a state, and
        // all would be locked.
        for (body, tally) in state.bodies where tally.rows == 0 || tally.rows > UInt64(Int64.max) {
            state.bodies[body] = VaultState.Tally()
        }
        let row = try StateSeal.seal(state, frame: frame, randomness: randomness)
        let statement = try connection.cached("UPDATE meta SET seal = ?1 WHERE num = 1")
        try statement.bind(blob: row, at: 1)
        _ = try statement.step()
        return Store.Verified(
            frame: frame, state: state, digest: Array(row.prefix(StateSeal.digestSize)))
    }
}
