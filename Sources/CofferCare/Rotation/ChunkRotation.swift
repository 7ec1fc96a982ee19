internal import CofferBytes
internal import CofferChunks
internal import CofferDisk
internal import CofferFormat
internal import CofferRecords
internal import CofferSQLite
internal import CofferStore

/// Moves the chunks of files under the active key: rows that hold their bytes are sealed anew, and
/// packs are copied into others, one after the other.
///
/// It holds no place: what is left to do is what is under another key.
internal struct ChunkRotation {
    /// So many rows are looked at in one transaction.
    private static let batch = 1_024

    private let records: Records
    private let skipsDamaged: Bool
    private let tidy: PackTidy
    /// What does not open and was passed over: where it is.
    private(set) var damaged: [String] = []
    /// Whether every row has opened that was looked at last.
    private var isWhole = true
    /// Whether the last look for readers of an older state has found none.
    private var isScrubbing = true

    init(_ records: Records, skipsDamaged: Bool) {
        self.records = records
        self.skipsDamaged = skipsDamaged
        tidy = PackTidy(records.store.path)
    }

    /// How many rows there are to be looked at.
    func count() throws -> UInt64 { try records.read { try $0.count(rowsOf: "chunk") } }

    /// Moves everything that is not under the active key.
    ///
    /// - Parameter step: Is given how many rows were sealed anew, and how many were looked at.
    /// - Throws: `ChunkError`, unless damage is passed over; `StoreError.damaged` where packs are
    ///   named by rows that do not name a piece of them; `SQLiteError`; what `step` throws.
    mutating func run(step: (UInt64, UInt64) throws -> Void) throws {
        guard let keys = try records.read({ try? ChunkKeys($0.frame.keyring) }) else { return }
        try moveRows(keys, step)
        var before: [Int64: UInt64]?
        while true {
            let (packs, waiting) = try packs(keys)
            if packs.isEmpty {
                guard waiting else { return }
                // One that somebody writes to is looked at again when that is over.
                try step(0, 0)
                Connection.pause()
                continue
            }
            let left = Dictionary(packs.map { ($0.number, $0.rows) }, uniquingKeysWith: { $1 })
            guard left != before else {
                guard !skipsDamaged else { return }
                throw StoreError.damaged("packs: rows name what is not in them")
            }
            before = left
            try move(packs, keys, step)
        }
    }

    /// Removes the packs that were left, when nobody reads a state that names them: the log of the
    /// database is empty then.
    ///
    /// - Returns: Whether none is left that has bytes under a key of before.
    /// - Throws: `StoreError.damaged`, `ChunkError.damagedPack` where it cannot be said which packs
    ///   are named.
    func removePacks() throws -> Bool {
        guard let keys = try records.read({ try? ChunkKeys($0.frame.keyring) }) else { return true }
        let unnamed = try self.unnamed(keys)
        _ = try tidy.remove(unnamed) { try NamedPacks(records, keys).ids.contains($0) }
        return try self.unnamed(keys).allSatisfy { id, size in
            try size == 0
                || PackScan.begins(
                    PackRow(id: id, length: size), keys.activeOnly, vault: records.store.path)
        }
    }

    private func unnamed(_ keys: ChunkKeys) throws -> [(id: Identifier, size: UInt64)] {
        let found = try tidy.found()
        let named = try NamedPacks(records, keys).ids
        return found.filter { !named.contains($0.id) }
    }

    /// Seals rows anew that have the bytes of their chunk in them.
    private mutating func moveRows(
        _ keys: ChunkKeys, _ step: (UInt64, UInt64) throws -> Void
    ) throws {
        var last: [UInt8] = []
        var wrong: [String] = []
        while true {
            var (looked, moved, next): (UInt64, UInt64, [UInt8]?) = (0, 0, nil)
            let passes = skipsDamaged
            try records.store.writePatiently { transaction in
                transaction.isSilent = true
                (looked, moved, next, wrong) = (0, 0, nil, [])
                try keys.expect(transaction.frame.keyring)
                let out = ChunkRowWriter(transaction, keys)
                var rows = ChunkRows(transaction.connection, keys)
                for (name, seal) in try rows.sealed(after: last, limit: Self.batch) {
                    next = name
                    guard ChunkRows.key(of: seal) != keys.number else {
                        looked += 1
                        continue
                    }
                    do {
                        let place = try rows.open(seal, name).place
                        guard case .row = place.spot else { continue }
                        try out.replace(name, place)
                        moved += 1
                    } catch let error as ChunkError {
                        guard passes else { throw error }
                        wrong.append("chunk \(Hex.encode(Array(name.prefix(8))))")
                    }
                    looked += 1
                }
            }
            damaged += wrong
            try step(moved, looked)
            guard let next else { return }
            last = next
        }
    }

    /// A pack that is to be left.
    private struct Pack {
        let number: Int64
        let row: PackRow
        let rows: UInt64
        /// Where others could write to it; under a key of before nobody commits anything more.
        let lock: (any DiskLock)?
    }

    /// The packs that have anything under another key than the active one; and whether somebody
    /// writes to one of those.
    private mutating func packs(_ keys: ChunkKeys) throws -> (packs: [Pack], isWaiting: Bool) {
        var (use, mixed) = try look(keys)
        let (all, fresh) = try records.read { reader in
            try keys.expect(reader.frame.keyring)
            var rows = ChunkRows(records.store.connection, keys)
            let skips = skipsDamaged
            return (
                try rows.packs(skipping: skips),
                Set(try rows.packs(under: keys.number, skipping: skips).map(\.number))
            )
        }
        var (locks, isWaiting): ([Int64: any DiskLock], Bool) = ([:], false)
        for (number, pack) in all
        where fresh.contains(number)
            && (mixed.contains(number) || !isUnder(keys.activeOnly, pack))
        {
            guard let lock = tidy.lock(pack.id) else {
                isWaiting = true
                continue
            }
            locks[number] = lock
        }
        // What is counted before a lock is there may be more by now.
        if !locks.isEmpty { (use, mixed) = try look(keys) }
        let left = all.filter { !fresh.contains($0.number) || locks[$0.number] != nil }
        return (
            left.map {
                Pack(
                    number: $0.number, row: $0.pack, rows: use[$0.number].rows,
                    lock: locks[$0.number])
            }, isWaiting
        )
    }

    /// What rows name of each pack, and the packs that are named under a key of before.
    private mutating func look(_ keys: ChunkKeys) throws -> (use: PackUse, mixed: Set<Int64>) {
        isWhole = true
        return try records.read { reader in
            try keys.expect(reader.frame.keyring)
            var (use, mixed): (PackUse, Set<Int64>) = (PackUse(), [])
            var rows = ChunkRows(records.store.connection, keys)
            var last: [UInt8] = []
            while true {
                let batch = try rows.sealed(after: last, limit: Self.batch)
                guard let end = batch.last?.name else { return (use, mixed) }
                last = end
                for (name, seal) in batch {
                    guard let place = try? rows.open(seal, name).place else {
                        guard skipsDamaged else {
                            throw ChunkError.damaged(name: name, "its row")
                        }
                        isWhole = false
                        continue
                    }
                    use.take(place)
                    guard case .pack(let number, _, _) = place.spot,
                        ChunkRows.key(of: seal) != keys.number
                    else { continue }
                    mixed.insert(number)
                }
            }
        }
    }

    private func isUnder(_ keys: ChunkKeys, _ pack: PackRow) -> Bool {
        // What cannot be read is damaged, and is told of by who moves it.
        (try? PackScan.opens(pack, keys, vault: records.store.path)) ?? false
    }

    private mutating func move(
        _ packs: [Pack], _ keys: ChunkKeys, _ step: (UInt64, UInt64) throws -> Void
    ) throws {
        let dead = packs.filter { $0.rows == 0 }
        // What does not open may name any of them.
        if !dead.isEmpty, isWhole {
            try records.store.writePatiently { transaction in
                transaction.isSilent = true
                try keys.expect(transaction.frame.keyring)
                let rows = ChunkRowWriter(transaction, keys)
                for pack in dead { _ = try rows.removePack(pack.number) }
            }
        }
        for pack in packs where pack.rows > 0 {
            let mover = PackMover(
                records.store, keys, avoiding: Set(packs.map(\.number)), skipsDamaged: skipsDamaged)
            var known: UInt64 = 0
            try mover.empty(pack.number, pack.row, rows: pack.rows, lock: pack.lock) {
                let moved = mover.outcome.moved
                try step(moved - known, $0)
                known = moved
            }
            try mover.finish()
            try step(mover.outcome.moved - known, 0)
            damaged += mover.outcome.damaged.map(Self.place(of:))
            if mover.outcome.emptied > 0 { try giveRoomBack() }
        }
    }

    /// Removes packs that were left as it goes on, so that no more room is needed than for a few.
    private mutating func giveRoomBack() throws {
        // Where damage is passed over, what no row names may be what a lost row did; and waiting
        // for the same reader again and again would take longer than the work.
        guard !skipsDamaged, isScrubbing else { return }
        isScrubbing = records.store.scrub()
        if isScrubbing { _ = try removePacks() }
    }

    private static func place(of error: ChunkError) -> String {
        switch error {
        case .damaged(let name, let what): "chunk \(Hex.encode(Array(name.prefix(8)))): \(what)"
        case .brokenPack(let id, let offset, let what): "packs/\(id).pack, byte \(offset): \(what)"
        default: "\(error)"
        }
    }
}
