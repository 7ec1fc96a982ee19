internal import CofferBytes
internal import CofferCrypto
package import CofferDisk
package import CofferFormat
package import CofferStore

/// Writes chunks that were carried here into a vault that is being rebuilt: each is expanded, its
/// name compared, and sealed, by all cores.
package final class ChunkLoader {
    private let transaction: Transaction
    private let keys: ChunkKeys
    private let line: ChunkLine
    private let packs: PackWriter
    private let limit: Int
    private var jobs: [ChunkJob] = []
    private var idle: [ChunkJob] = []
    private var pieces: [PackWriter.Piece] = []
    private var generations: [UInt64] = []
    private var pendingBytes = 0
    private var seen: Set<[UInt8]> = []

    private static let batchBytes = 32 << 20
    private static let depth = 8

    /// A loader for a transaction of a store.
    ///
    /// - Throws: `KeysError.damaged` where the vault has no keys for files.
    package init(
        _ store: Store, _ transaction: Transaction, threads: Int,
        on disk: any FileSystem = LocalFileSystem()
    ) throws {
        self.transaction = transaction
        keys = try ChunkKeys(transaction.frame.keyring)
        line = ChunkLine(
            keys, knowing: [], threads: threads, store.environment.randomness)
        packs = PackWriter(store, keys, on: disk)
        limit = Self.depth * (threads + 1)
    }

    deinit { line.stop() }

    /// Takes a chunk; one that is there already is left as it is.
    ///
    /// - Throws: `ChunkError.damaged` for one that does not give what its name says; as writing
    ///   packs and rows does.
    package func load(_ chunk: StreamChunk) throws {
        guard seen.insert(chunk.name).inserted else { return }
        while jobs.count >= limit { try collect() }
        let job = idle.popLast() ?? ChunkJob()
        job.given = chunk
        line.submit(job)
        jobs.append(job)
    }

    /// Writes what is left.
    ///
    /// - Throws: As ``load(_:)``.
    package func finish() throws {
        while !jobs.isEmpty { try collect() }
        try flush()
    }

    private func collect() throws {
        let job = jobs.removeFirst()
        line.finish(job)
        guard let chunk = job.given else { return }
        if let failure = job.failure {
            guard failure == .authenticationFailed else { throw failure }
            throw ChunkError.damaged(name: chunk.name, "its name")
        }
        if job.isPiece {
            let bytes = job.takeStored()
            pendingBytes += bytes.count
            generations.append(chunk.generation)
            pieces.append(
                PackWriter.Piece(
                    PackBatch.Entry(
                        name: chunk.name, coding: chunk.coding, plainSize: chunk.plainSize,
                        length: bytes.count), bytes))
        } else {
            try ChunkRowWriter(transaction, keys).insert(
                chunk.name,
                ChunkPlace(
                    coding: chunk.coding, plainSize: chunk.plainSize,
                    generation: chunk.generation, spot: .row(chunk.stored)))
        }
        job.given = nil
        idle.append(job)
        if pendingBytes >= Self.batchBytes { try flush() }
    }

    private func flush() throws {
        guard !pieces.isEmpty else { return }
        let connection = transaction.connection
        try packs.write(&pieces) {
            var rows = ChunkRows(connection, keys)
            return try rows.packs(under: keys.number)
        }
        let rows = ChunkRowWriter(transaction, keys)
        let pack = try packs.enter(rows)
        for (piece, generation) in zip(pieces, generations) {
            try rows.insert(
                piece.entry.name,
                ChunkPlace(
                    coding: piece.entry.coding, plainSize: piece.entry.plainSize,
                    generation: generation,
                    spot: .pack(
                        pack, offset: piece.offset, length: UInt32(clamping: piece.entry.length))))
        }
        packs.committed(as: pack)
        pieces.removeAll(keepingCapacity: true)
        generations.removeAll(keepingCapacity: true)
        pendingBytes = 0
    }
}
