internal import CofferBytes
internal import CofferCrypto
package import CofferDisk
package import CofferFormat
internal import CofferSQLite
package import CofferStore

/// Copies what rows name out of packs into others, under the active key: pieces first, durably and
/// read back, then the rows, in one transaction.
///
/// A pack that is left by all goes with the last of its rows; its file stays until nobody reads a
/// state that names it (``PackTidy``).
package final class PackMover {
    /// What was done.
    package struct Outcome: Sendable {
        /// How many chunks have another place.
        package fileprivate(set) var moved: UInt64 = 0
        /// How many bytes were written to packs.
        package fileprivate(set) var written: UInt64 = 0
        /// How many packs have no row any more.
        package fileprivate(set) var emptied = 0
        /// What does not open and was passed over.
        package fileprivate(set) var damaged: [ChunkError] = []
    }

    /// A pack that is being left.
    private struct Source {
        let number: Int64
        let lock: (any DiskLock)?
        /// How many rows name it, and how many of them were dealt with.
        let rows: UInt64
        var done: UInt64 = 0
        var isRead = false
    }

    /// A chunk on its way.
    private struct Item {
        let name: [UInt8]
        let place: ChunkPlace
        let source: Int64
    }

    /// So many sealed bytes make a batch.
    package static let batchBytes: UInt64 = 32 << 20
    /// So many packs are left at once: each is held open.
    private static let sourceLimit = 64

    private let store: Store
    private let keys: ChunkKeys
    private let packs: PackWriter
    private let disk: any FileSystem
    private let skipsDamaged: Bool
    private let sealing: SealingKey
    private var sources: [Int64: Source] = [:]
    private var items: [Item] = []
    private var pieces: [PackWriter.Piece] = []
    private var pending: UInt64 = 0
    /// What was done so far.
    package private(set) var outcome = Outcome()

    /// A mover for a vault.
    ///
    /// - Parameters:
    ///   - avoided: The packs that are to be left, and get nothing.
    ///   - skipsDamaged: Whether what does not open stays where it is.
    package init(
        _ store: Store, _ keys: ChunkKeys, avoiding avoided: Set<Int64>, skipsDamaged: Bool,
        on disk: any FileSystem = LocalFileSystem()
    ) {
        self.store = store
        self.keys = keys
        self.disk = disk
        self.skipsDamaged = skipsDamaged
        packs = PackWriter(store, keys, avoiding: avoided, on: disk)
        sealing = keys.sealing()
    }

    /// Copies what a pack holds, or has it wait for the next batch.
    ///
    /// - Parameters:
    ///   - rows: How many rows name the pack.
    ///   - lock: Kept until the pack is left; nil where nobody can write to it any more.
    ///   - progress: Is given how many chunks were looked at.
    /// - Throws: `ChunkError`: unless damage is passed over, nothing of its batch is moved then;
    ///   `StoreError`, `SQLiteError`; what `progress` throws.
    package func empty(
        _ number: Int64, _ pack: PackRow, rows: UInt64, lock: (any DiskLock)?,
        progress: (UInt64) throws -> Void
    ) throws {
        sources[number] = Source(number: number, lock: lock, rows: rows)
        do {
            var scan = try PackScan(pack, keys, vault: store.path, on: disk)
            while let batch = try scan.next() {
                for (found, row) in try named(batch, number) {
                    try take(found, row, number, &scan)
                    if pending >= Self.batchBytes { try flush() }
                    try progress(1)
                }
            }
        } catch let error as ChunkError {
            guard case .brokenPack = error, skipsDamaged else { throw error }
            outcome.damaged.append(error)
        }
        sources[number]?.isRead = true
        if sources.count >= Self.sourceLimit { try flush() }
    }

    /// Writes what is left.
    ///
    /// - Throws: As ``empty(_:_:rows:lock:progress:)``.
    package func finish() throws {
        guard !sources.isEmpty else { return }
        try flush()
    }

    /// The pieces of a batch that rows name, with what these say.
    private func named(
        _ batch: [PackScan.Found], _ number: Int64
    ) throws -> [(PackScan.Found, (place: ChunkPlace, key: SealingKey))] {
        try store.read { frame in
            try keys.expect(frame.keyring)
            var rows = ChunkRows(store.connection, keys)
            return try batch.compactMap { found in
                guard let row = try row(of: found.entry.name, &rows),
                    case .pack(number, found.offset, let length) = row.place.spot,
                    Int(length) == found.entry.length
                else { return nil }
                return (found, row)
            }
        }
    }

    /// What the row of a chunk says; nil where there is none, or one that is passed over.
    private func row(
        of name: [UInt8], _ rows: inout ChunkRows
    ) throws -> (place: ChunkPlace, key: SealingKey)? {
        do { return try rows.place(of: name) } catch let error as ChunkError {
            guard skipsDamaged else { throw error }
            outcome.damaged.append(error)
            return nil
        }
    }

    private func take(
        _ found: PackScan.Found, _ row: (place: ChunkPlace, key: SealingKey), _ number: Int64,
        _ scan: inout PackScan
    ) throws {
        let name = found.entry.name
        let context = keys.piece(name)
        guard
            let stored = try? Cobblestone.open(
                scan.bytes(of: found), under: row.key, context: context)
        else {
            let error = ChunkError.damaged(name: name, "its bytes")
            guard skipsDamaged else { throw error }
            return outcome.damaged.append(error)
        }
        let sealed = try Cobblestone.seal(
            stored, under: sealing, context: context, randomness: store.environment.randomness)
        items.append(Item(name: name, place: row.place, source: number))
        pieces.append(
            PackWriter.Piece(
                PackBatch.Entry(
                    name: name, coding: row.place.coding, plainSize: row.place.plainSize,
                    length: sealed.count), sealed))
        pending += UInt64(sealed.count)
    }

    private func flush() throws {
        if !pieces.isEmpty {
            try packs.write(&pieces) {
                try store.read { _ in
                    var rows = ChunkRows(store.connection, keys)
                    return try rows.packs(under: keys.number)
                }
            }
            try packs.proveBatch(pieces)
        }
        var (pack, moved, done): (Int64?, UInt64, [Int64: UInt64]) = (nil, 0, [:])
        var left: [Int64] = []
        try store.writePatiently { transaction in
            transaction.isSilent = true
            try keys.expect(transaction.frame.keyring)
            (pack, moved, done, left) = (nil, 0, [:], [])
            let rows = ChunkRowWriter(transaction, keys)
            if !pieces.isEmpty { pack = try packs.enter(rows) }
            var known = ChunkRows(transaction.connection, keys)
            for (item, piece) in zip(items, pieces) {
                done[item.source, default: 0] += 1
                guard let pack, let now = try known.place(of: item.name)?.place,
                    now.spot == item.place.spot
                else { continue }
                try rows.replace(
                    item.name,
                    ChunkPlace(
                        coding: now.coding, plainSize: now.plainSize, generation: now.generation,
                        spot: .pack(
                            pack, offset: piece.offset,
                            length: UInt32(clamping: piece.bytes.count)),
                        noted: now.noted))
                moved += 1
            }
            for source in sources.values where source.isRead {
                guard source.done + done[source.number, default: 0] >= source.rows,
                    try rows.removePack(source.number)
                else { continue }
                left.append(source.number)
            }
        }
        if let pack {
            packs.committed(as: pack)
            outcome.written += packs.batchSize
        }
        outcome.moved += moved
        outcome.emptied += left.count
        for (number, count) in done { sources[number]?.done += count }
        sources = sources.filter { !$0.value.isRead }
        items.removeAll(keepingCapacity: true)
        pieces.removeAll(keepingCapacity: true)
        pending = 0
    }
}
