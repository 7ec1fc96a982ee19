internal import CofferBundles
internal import CofferBytes
internal import CofferChunks
internal import CofferFormat
internal import CofferKeys
internal import CofferRecords
internal import CofferStore

/// Writes what a chain holds into a vault that is being rebuilt.
internal final class RestoreFilling: ChainReader.Receiver {
    private let transaction: Transaction
    private let loader: RecordLoader
    private let floor: BackupRestore.Floor
    private let instance: Identifier
    private let rows: Store.KeyRows
    private var standing: StreamStanding?
    private let store: Store
    private var chunks: ChunkLoader?

    init(
        _ store: Store, _ transaction: Transaction, _ trust: BundleTrust,
        floor: BackupRestore.Floor, instance: Identifier
    ) throws {
        self.transaction = transaction
        self.floor = floor
        self.instance = instance
        self.store = store
        rows = trust.rows
        loader = try RecordLoader(store, transaction, subjects: trust.rows.subjects)
    }

    func begin(_ standing: StreamStanding, _ definitions: [Definition]) throws {
        self.standing = standing
        var state = standing.state
        state.frame = transaction.state.frame
        state.bodies = transaction.state.bodies
        state.nextAudit = transaction.state.nextAudit
        state.auditHead = transaction.state.auditHead
        state.instance = instance
        state.epoch = max(standing.state.epoch, floor.epoch) + 1
        state.epochReason = .restored
        state.generation = max(standing.state.generation, floor.generation)
        state.sequence = max(standing.state.sequence, floor.sequence)
        // A keyring that was written anew has keys and slots from after the bundle.
        state.nextKey = max(state.nextKey, after(rows.keys + rows.subjects))
        state.nextSlot = max(state.nextSlot, after(rows.slots))
        transaction.state = state
        // Nothing that it writes is a change that somebody could undo.
        transaction.isSilent = true
        try loader.define(definitions)
    }

    /// The number after the highest one that is in use.
    private func after(_ rows: [Store.KeyRows.Row]) -> UInt32 {
        let highest = rows.map(\.number).max() ?? 0
        return highest == .max ? .max : highest + 1
    }

    func record(_ record: StreamRecord, key: Identifier?, collection: UInt32) throws {
        try loader.load(record, key: key, collection: collection)
    }

    func version(_ record: StreamRecord, key: Identifier?, collection: UInt32) throws {
        try loader.loadHistory(record, key: key, collection: collection)
    }

    func tombstone(_ tombstone: Tombstone, sequence: UInt64) throws {
        try transaction.restore(tombstone, sequence: sequence)
    }

    func audit(_ number: UInt64, seal: [UInt8]) throws {
        try transaction.restoreAudit(number, seal: seal)
    }

    func chunk(_ chunk: StreamChunk) throws {
        try chunkLoader().load(chunk)
    }

    /// Takes the chunks of files from a vault that opens with the same root; from another one
    /// none, and the check says then which files are not whole.
    func takeChunks(of path: String, root: RootKey, _ environment: Environment) throws {
        guard let other = try? Store(lookingAt: path, environment: environment),
            (try? other.unlock(root: root)) != nil
        else { return }
        defer { other.lock() }
        let frame = try other.frame()
        guard let keys = try? ChunkKeys(frame.keyring) else { return }
        try other.read { _ in
            var chunks = try ChunkCarrier(other.connection, keys, vault: path, after: 0)
            try chunks.each { try chunk($0) }
        }
    }

    private func chunkLoader() throws -> ChunkLoader {
        if let chunks { return chunks }
        let made = try ChunkLoader(store, transaction, threads: WorkThread.cores - 1)
        chunks = made
        return made
    }

    /// Inserts the rest, holds the audit log against the standing, and says in it what was done.
    ///
    /// - Throws: `BackupError.promiseBroken`; `StoreError`, `SQLiteError`.
    func finish(_ chain: [BundleReader]) throws {
        try loader.finish()
        try chunks?.finish()
        guard let standing, transaction.state.nextAudit == standing.state.nextAudit,
            transaction.state.auditHead == standing.state.auditHead
        else { throw BackupError.promiseBroken("the audit log") }
        try transaction.audit(
            "restore",
            [
                AuditEntry.Detail("bundle", chain[0].manifest.bundle.description),
                AuditEntry.Detail("bundles", "\(chain.count)"),
            ])
    }

    /// Ends the second thread whatever happened.
    func stop() { loader.stop() }
}
