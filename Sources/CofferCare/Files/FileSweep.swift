internal import CofferBytes
internal import CofferChunks
package import CofferDisk
internal import CofferFormat
package import CofferRecords
internal import CofferSQLite
internal import CofferStore

/// Gives back the room of what no file needs any more: chunks, and packs that hold little else.
///
/// Nothing goes at once. A chunk is noted first; its row goes when it is still needed by nobody and
/// was noted before whoever adds files just now has begun (`Docs/Format.md`, section 20.2). What is
/// needed is read from the records anew each time, and where anything of the vault is damaged or
/// missing, nothing goes at all.
package struct FileSweep {
    /// What was done.
    package struct Outcome: Equatable, Sendable {
        /// How many chunks are gone.
        package fileprivate(set) var chunks: UInt64 = 0
        /// How many are needed by nobody and wait for those who add files just now.
        package fileprivate(set) var waiting: UInt64 = 0
        /// How many packs are gone.
        package fileprivate(set) var packs = 0
        /// How many packs were left, and their chunks copied into others.
        package fileprivate(set) var copied = 0
        /// How many bytes of packs were given back to the disk.
        package fileprivate(set) var freed: UInt64 = 0
        /// How many bytes were written for that.
        package fileprivate(set) var written: UInt64 = 0
        /// How many packs wait for somebody who reads an older state, or who writes to them.
        package fileprivate(set) var held = 0
        /// How many bytes of room are missing to copy more; nil where all is done.
        package fileprivate(set) var missingRoom: UInt64?

        /// Nothing was done.
        package init() {}
    }

    /// How many rows are written in one transaction at most.
    private static let batch = 1_024
    /// What a transaction may need of the disk besides the pack.
    private static let spareRoom: UInt64 = 4 << 20
    /// So many packs are held open at once.
    private static let packLimit = 256

    private let records: Records
    private let disk: any FileSystem
    private let tidy: PackTidy
    private let progress: (UInt64, UInt64) throws -> Void
    private var outcome = Outcome()
    private var (done, total): (UInt64, UInt64) = (0, 0)

    /// A sweep of an unlocked vault.
    ///
    /// - Parameter progress: Is given how much was looked at so far, and how much there is; what
    ///   it throws ends the sweep, and what was done stays.
    package init(
        _ records: Records, on disk: any FileSystem = LocalFileSystem(),
        progress: @escaping (UInt64, UInt64) throws -> Void
    ) {
        self.records = records
        self.disk = disk
        self.progress = progress
        tidy = PackTidy(records.store.path, on: disk)
    }

    /// Sweeps once.
    ///
    /// - Throws: `StoreError.damaged`, `FileError.damaged`, `RecordsError`, `ChunkError` where
    ///   something does not verify or is missing: then nothing went; `ChunkError.disk`,
    ///   `.keysChanged`; `SQLiteError`; what `progress` throws.
    /// - Complexity: linear in the number of files and chunks, and of the bytes that are copied;
    ///   where anything is to be done, in the size of the database.
    package mutating func run() throws -> Outcome {
        guard let keys = try records.read({ try? ChunkKeys($0.frame.keyring) }) else {
            return outcome
        }
        var (live, found) = try records.read { reader in
            try keys.expect(reader.frame.keyring)
            let live = try LiveChunks(reader)
            return (live, try look(reader, keys, live))
        }
        guard found.hasWork else { return outcome }
        // What does not open may be what would say that a chunk is needed.
        let report = try VaultCheck(records, opensOnly: true).run()
        if let first = report.findings.first(where: { $0.severity != .info }) {
            throw StoreError.damaged("\(first.code), \(first.place)")
        }
        total += UInt64(found.unused.count + found.reused.count)
        try note(found.unused, isUnused: true, keys, &live)
        try note(found.reused, isUnused: false, keys, &live)
        try remove(found.unused, keys, &live)
        try givePacksBack(keys)
        return outcome
    }

    /// Names of chunks, one after the other: half a million of them take 16 MiB.
    private struct Names {
        private var bytes: [UInt8] = []

        var count: Int { bytes.count / ChunkLimits.nameSize }

        mutating func append(_ name: [UInt8]) { bytes += name }

        subscript(index: Int) -> [UInt8] {
            let start = index * ChunkLimits.nameSize
            return Array(bytes[start..<start + ChunkLimits.nameSize])
        }
    }

    /// What the rows of chunks and packs say.
    private struct Found {
        /// Needed by nobody.
        var unused = Names()
        /// Noted, and needed all the same.
        var reused = Names()
        var hasWork = false
    }

    private mutating func look(
        _ reader: RecordReader, _ keys: ChunkKeys, _ live: LiveChunks
    ) throws -> Found {
        var found = Found()
        var use = PackUse()
        var rows = ChunkRows(records.store.connection, keys)
        var there: Set<UInt64> = []
        total = try reader.count(rowsOf: "chunk")
        try rows.each { name, place, _ in
            guard name.count == ChunkLimits.nameSize else {
                throw ChunkError.damaged(name: name, "its name")
            }
            use.take(place)
            if live.contains(name) {
                there.insert(LiveChunks.beginning(name))
                if place.noted != nil { found.reused.append(name) }
            } else {
                found.unused.append(name)
            }
            try step(1)
        }
        guard there.count == live.count else {
            throw StoreError.damaged("chunks of files: some that files need are missing")
        }
        let packs = try rows.packs()
        let lying = Dictionary(
            try tidy.found().map { ($0.id, $0.size) }, uniquingKeysWith: { $1 })
        found.hasWork =
            found.unused.count + found.reused.count > 0 || lying.count > packs.count
            || packs.contains { number, pack in
                use[number].rows == 0 || use.isMostlyDead(number, pack)
                    || lying[pack.id] ?? 0 > pack.length
            }
        return found
    }

    private mutating func step(_ count: UInt64) throws {
        done += count
        if done % 256 == 0 || done == total { try progress(min(done, total), total) }
    }

    /// What became of rows that were looked at again.
    private struct Counts {
        var removed: UInt64 = 0
        var waiting: UInt64 = 0
    }

    /// A row that is looked at again, inside a transaction.
    private struct Row {
        let name: [UInt8]
        let place: ChunkPlace
        let isLive: Bool
        let rows: ChunkRowWriter
    }

    /// Notes chunks as unused, or as used again.
    private mutating func note(
        _ names: Names, isUnused: Bool, _ keys: ChunkKeys, _ live: inout LiveChunks
    ) throws {
        try write(names, keys, &live) { row, _ in
            guard row.isLive != isUnused, (row.place.noted == nil) == isUnused else { return }
            var place = row.place
            place.noted = isUnused ? row.rows.generation : nil
            try row.rows.replace(row.name, place)
        }
    }

    /// Removes the rows of chunks that were noted and are unused still.
    private mutating func remove(
        _ names: Names, _ keys: ChunkKeys, _ live: inout LiveChunks
    ) throws {
        guard names.count > 0 else { return }
        let horizon = try AddingMark.horizon(of: records.store.path, on: disk)
        total += UInt64(names.count)
        try write(names, keys, &live) { row, counts in
            guard !row.isLive, let noted = row.place.noted else { return }
            guard noted <= horizon else { return counts.waiting += 1 }
            if try row.rows.remove(row.name) { counts.removed += 1 }
        }
    }

    /// Looks at rows again, in transactions that nobody has to wait for long, knowing by then what
    /// is needed.
    private mutating func write(
        _ names: Names, _ keys: ChunkKeys, _ live: inout LiveChunks,
        each: (Row, inout Counts) throws -> Void
    ) throws {
        for start in stride(from: 0, to: names.count, by: Self.batch) {
            let range = start..<min(start + Self.batch, names.count)
            var (known, counts) = (live, Counts())
            try patiently {
                try records.write { writer in
                    writer.transaction.isSilent = true
                    try keys.expect(writer.transaction.frame.keyring)
                    counts = Counts()
                    try known.advance(writer.reader)
                    let out = ChunkRowWriter(writer.transaction, keys)
                    var rows = ChunkRows(writer.transaction.connection, keys)
                    for index in range {
                        let name = names[index]
                        guard let place = try rows.place(of: name)?.place else { continue }
                        let row = Row(
                            name: name, place: place, isLive: known.contains(name), rows: out)
                        try each(row, &counts)
                    }
                }
            }
            live = known
            outcome.chunks += counts.removed
            outcome.waiting += counts.waiting
            try step(UInt64(range.count))
        }
    }

    private func patiently(_ body: () throws -> Void) throws {
        for _ in 1..<Self.attempts {
            do { return try body() } catch let error as SQLiteError
                where error.code.primary == .busy
            { continue }
        }
        try body()
    }

    /// How often five seconds of waiting are begun.
    private static let attempts = 24
}

extension FileSweep {
    /// A pack, and what rows name of it.
    private struct Pack {
        let number: Int64
        let row: PackRow
        let use: PackUse.Use
    }

    /// Packs that nobody needs go first: they make the room in which others are copied.
    private mutating func givePacksBack(_ keys: ChunkKeys) throws {
        while try giveSomeBack(keys), outcome.missingRoom == nil {}
        for (number, pack) in try packs(keys) {
            outcome.freed += try tidy.cut(pack.id) {
                try records.read { reader in
                    try keys.expect(reader.frame.keyring)
                    var rows = ChunkRows(records.store.connection, keys)
                    return try rows.pack(number)?.length
                }
            }
        }
    }

    /// Does so with as many packs as can be held open, the emptiest first.
    ///
    /// - Returns: Whether there are more.
    private mutating func giveSomeBack(_ keys: ChunkKeys) throws -> Bool {
        var held: [Int64: any DiskLock] = [:]
        let all = try waste(keys)
        for pack in all where held.count < Self.packLimit {
            held[pack.number] = tidy.lock(pack.row.id)
        }
        let before = outcome
        // Whoever writes to a pack has its lock: under ours nothing is added to it.
        let found = try held.isEmpty ? [] : waste(keys).filter { held[$0.number] != nil }
        try forget(found.filter { $0.use.rows == 0 }, keys)
        held = held.filter { number, _ in
            found.contains { $0.number == number && $0.use.rows > 0 }
        }
        try removeUnnamed(keys)
        try copyForward(found.filter { $0.use.rows > 0 }, &held, keys)
        held = [:]
        try removeUnnamed(keys)
        return all.count > Self.packLimit && outcome != before
    }

    private func packs(_ keys: ChunkKeys) throws -> [(number: Int64, pack: PackRow)] {
        try records.read { reader in
            try keys.expect(reader.frame.keyring)
            var rows = ChunkRows(records.store.connection, keys)
            return try rows.packs()
        }
    }

    /// The packs of which little or nothing is needed.
    private func waste(_ keys: ChunkKeys) throws -> [Pack] {
        try records.read { reader in
            try keys.expect(reader.frame.keyring)
            var use = PackUse()
            var rows = ChunkRows(records.store.connection, keys)
            try rows.each { _, place, _ in use.take(place) }
            return try rows.packs().filter {
                use[$0.number].rows == 0 || use.isMostlyDead($0.number, $0.pack)
            }.map { Pack(number: $0.number, row: $0.pack, use: use[$0.number]) }
                .sorted { ($0.use.sizeAlone, $0.number) < ($1.use.sizeAlone, $1.number) }
        }
    }

    /// Removes the rows of packs that no chunk is in.
    private func forget(_ dead: [Pack], _ keys: ChunkKeys) throws {
        guard !dead.isEmpty else { return }
        try records.store.writePatiently { transaction in
            transaction.isSilent = true
            try keys.expect(transaction.frame.keyring)
            let rows = ChunkRowWriter(transaction, keys)
            for pack in dead { _ = try rows.removePack(pack.number) }
        }
    }

    /// Removes the files that no row names, when nobody reads a state in which one did.
    private mutating func removeUnnamed(_ keys: ChunkKeys) throws {
        let named = try NamedPacks(records, keys).ids
        let unnamed = try tidy.found().filter { !named.contains($0.id) }
        outcome.held = 0
        guard !unnamed.isEmpty else { return }
        guard records.store.scrub() else { return outcome.held = unnamed.count }
        let removed = try tidy.remove(unnamed) { id in
            try NamedPacks(records, keys).ids.contains(id)
        }
        outcome.packs += removed.packs
        outcome.freed += removed.bytes
        outcome.held = unnamed.count - removed.packs
    }

    /// Copies out of packs what is still needed of them, the emptiest first.
    private mutating func copyForward(
        _ packs: [Pack], _ held: inout [Int64: any DiskLock], _ keys: ChunkKeys
    ) throws {
        guard !packs.isEmpty else { return }
        (done, total) = (0, packs.reduce(0) { $0 + $1.use.rows })
        let mover = PackMover(
            records.store, keys, avoiding: Set(packs.map(\.number)), skipsDamaged: false, on: disk)
        var (pending, emptied) = (UInt64(0), 0)
        let before = outcome
        defer {
            outcome.written = before.written + mover.outcome.written
            outcome.copied = before.copied + mover.outcome.emptied
        }
        for pack in packs {
            if let missing = missingRoom(pending + pack.use.sizeAlone) {
                // What was left so far makes room for the rest.
                try mover.finish()
                try removeUnnamed(keys)
                pending = 0
                guard missingRoom(pack.use.sizeAlone) == nil else {
                    return outcome.missingRoom = missing
                }
            }
            pending += pack.use.sizeAlone
            do {
                try mover.empty(
                    pack.number, pack.row, rows: pack.use.rows,
                    lock: held.removeValue(forKey: pack.number)
                ) { try step($0) }
            } catch ChunkError.disk(let error) where error.kind == .full {
                return outcome.missingRoom = pack.use.sizeAlone
            }
            if mover.outcome.emptied > emptied {
                (emptied, pending) = (mover.outcome.emptied, 0)
            }
        }
        do { try mover.finish() } catch ChunkError.disk(let error) where error.kind == .full {
            outcome.missingRoom = pending
        }
    }

    /// How many bytes the disk has too few; nil where there is room, or nobody can tell.
    private func missingRoom(_ needed: UInt64) -> UInt64? {
        let needed = needed + Self.spareRoom
        guard let there = try? disk.volume(records.store.path).available, there < needed else {
            return nil
        }
        return needed - there
    }
}
