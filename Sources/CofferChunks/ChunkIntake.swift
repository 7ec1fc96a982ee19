package import CofferDisk
package import CofferFormat
package import CofferStore

/// Stores single chunks in a transaction that is under way: those that are not there, and those
/// whose bytes do not verify any more, which are whole again then wherever they are used.
///
/// Memory: one batch of 32 MiB.
package final class ChunkIntake {
    private let transaction: Transaction
    private let keys: ChunkKeys
    private let line: ChunkLine
    private let packs: PackWriter
    private let out: ChunkRowWriter
    private let vault: String
    private let disk: any FileSystem
    private let limit: Int
    private var jobs: [(job: ChunkJob, done: (ChunkList.Item) -> Void)] = []
    private var idle: [ChunkJob] = []
    private var pieces: [PackWriter.Piece] = []
    private var pendingBytes = 0
    private var seen: Set<[UInt8]> = []

    private static let batchBytes = 32 << 20
    private static let depth = 8

    /// An intake for a transaction of a store; the vault gets keys for files where it has none.
    ///
    /// - Throws: `KeysError`; as `Transaction.key(for:)`.
    package init(
        _ store: Store, _ transaction: Transaction, threads: Int,
        on disk: any FileSystem = LocalFileSystem()
    ) throws {
        self.transaction = transaction
        if (try? ChunkKeys(transaction.frame.keyring)) == nil {
            try ChunkKeys.make(in: transaction)
        }
        keys = try ChunkKeys(transaction.frame.keyring)
        line = ChunkLine(keys, knowing: [], threads: threads, store.environment.randomness)
        packs = PackWriter(store, keys, on: disk)
        out = ChunkRowWriter(transaction, keys)
        vault = store.path
        self.disk = disk
        limit = Self.depth * (threads + 1)
    }

    deinit { line.stop() }

    /// Whether a chunk is there, for good, and gives its bytes.
    ///
    /// - Throws: `ChunkError.disk`; `SQLiteError`.
    package func has(_ item: ChunkList.Item) throws -> Bool {
        var rows = ChunkRows(transaction.connection, keys)
        guard try rows.isThere(item.name, without: []) else { return false }
        // Its own reader each time: the packs that this transaction writes to grow.
        let reader = ChunkReader(transaction.connection, keys, vault: vault, on: disk)
        do { _ = try reader.bytes(of: item) } catch let error as ChunkError {
            if case .disk(let failure) = error, failure.kind != .io { throw error }
            return false
        }
        return true
    }

    /// Takes a chunk.
    ///
    /// - Parameter done: Is told how a file names it, at the latest by ``finish()``.
    /// - Throws: As writing packs and rows does.
    package func take(_ plain: [UInt8], done: @escaping (ChunkList.Item) -> Void) throws {
        while jobs.count >= limit { try collect() }
        let job = idle.popLast() ?? ChunkJob()
        job.plain = plain
        line.submit(job)
        jobs.append((job, done))
    }

    /// Writes what is left.
    ///
    /// - Throws: As ``take(_:done:)``.
    package func finish() throws {
        while !jobs.isEmpty { try collect() }
        try flush()
    }

    private func collect() throws {
        let (job, done) = jobs.removeFirst()
        line.finish(job)
        // Two whose names only begin alike.
        if !job.isNew, !seen.contains(job.name) { line.sealAnyway(job) }
        if let failure = job.failure { throw failure }
        let item = ChunkList.Item(name: job.name, size: job.size)
        if seen.insert(job.name).inserted, try !has(item) { try keep(job) }
        job.plain.removeAll(keepingCapacity: true)
        idle.append(job)
        done(item)
        if pendingBytes >= Self.batchBytes { try flush() }
    }

    private func keep(_ job: ChunkJob) throws {
        let bytes = job.takeStored()
        guard job.isPiece else {
            _ = try out.remove(job.name)
            return try out.insert(
                job.name,
                ChunkPlace(
                    coding: job.coding, plainSize: job.size, generation: out.generation,
                    spot: .row(bytes)))
        }
        pendingBytes += bytes.count
        pieces.append(
            PackWriter.Piece(
                PackBatch.Entry(
                    name: job.name, coding: job.coding, plainSize: job.size, length: bytes.count),
                bytes))
    }

    private func flush() throws {
        guard !pieces.isEmpty else { return }
        let connection = transaction.connection
        try packs.write(&pieces) {
            var rows = ChunkRows(connection, keys)
            return try rows.packs(under: keys.number)
        }
        let pack = try packs.enter(out)
        for piece in pieces {
            _ = try out.remove(piece.entry.name)
            try out.insert(
                piece.entry.name,
                ChunkPlace(
                    coding: piece.entry.coding, plainSize: piece.entry.plainSize,
                    generation: out.generation,
                    spot: .pack(
                        pack, offset: piece.offset, length: UInt32(clamping: piece.entry.length))))
        }
        packs.committed(as: pack)
        pieces.removeAll(keepingCapacity: true)
        pendingBytes = 0
    }
}
