internal import CofferBytes
internal import CofferChunks
internal import CofferDisk
internal import CofferFormat
internal import CofferRecords
internal import CofferSQLite
internal import CofferStore

/// How far a check reads the bytes of files.
package enum FileDepth: Sendable {
    /// Not at all: rows, and that packs are there.
    case rows
    /// All of them.
    case all
    /// A share of the packs, drawn at random.
    case sample(Double)
}

/// Verifies the rows of chunks and packs, what files name, and the packs themselves.
internal struct FileCheck {
    private let records: Records
    private let reader: RecordReader
    private let depth: FileDepth
    private let isUnderActive: Bool
    private var report = CheckReport()
    /// The chunks that cannot be read.
    private var broken: Set<[UInt8]> = []
    private var packs: [Int64: PackRow] = [:]
    private var read: Set<Int64> = []
    private var good: Set<PackVerification.Good> = []

    /// - Parameter isUnderActive: Whether what is under another key than the active one is damaged.
    init(
        _ records: Records, _ reader: RecordReader, _ depth: FileDepth, isUnderActive: Bool
    ) {
        self.isUnderActive = isUnderActive
        self.records = records
        self.reader = reader
        self.depth = depth
    }

    /// Looks at everything once.
    ///
    /// - Complexity: linear in the number of chunks, and of the bytes that are read.
    mutating func run(
        _ state: VaultState, progress: (UInt64, UInt64) -> Void, report out: (CheckReport) -> Void
    ) throws {
        guard let all = try? ChunkKeys(reader.frame.keyring) else {
            for (table, name) in [(RowTable.pack, "pack"), (.chunk, "chunk")] {
                let rows = try reader.count(rowsOf: name)
                guard rows != 0 || state.bodies[VaultState.Body(table)]?.rows ?? 0 != 0 else {
                    continue
                }
                report.add(.error, "rows-unexpected", "table \(name)")
            }
            return out(report)
        }
        let keys = isUnderActive ? all.activeOnly : all
        try checkPacks(keys, state)
        readPacks(keys, progress)
        try checkChunks(keys, state)
        try checkFiles(keys)
        out(report)
    }

    private mutating func checkPacks(_ keys: ChunkKeys, _ state: VaultState) throws {
        var tally = VaultState.Tally()
        var rows = ChunkRows(records.store.connection, keys)
        let statement = try records.store.connection.prepare(
            "SELECT num, seal FROM pack ORDER BY num")
        let folder = PackWriter.folder(of: records.store.path)
        var isDamaged = false
        while try statement.step() {
            let number = statement.int64(0)
            let seal = statement.bytes(1)
            tally.add(reader.frame.code(.pack, key: number.bigEndianBytes, seal: seal))
            guard let pack = try? rows.openPack(number, seal) else {
                isDamaged = true
                report.add(.error, "pack-damaged", "the row of pack \(number)")
                continue
            }
            packs[number] = pack
            let found = try LocalFileSystem().status(PackWriter.path(of: pack.id, in: folder))
            if found?.kind != .regular || found?.size ?? 0 < Int64(clamping: pack.length) {
                report.add(.error, "pack-missing", "packs/\(pack.id).pack: gone, or too short")
            }
        }
        report.compare(
            tally, state.bodies[VaultState.Body(.pack)], "pack-missing", "packs",
            afterDamage: isDamaged)
        report.count("packs", tally.rows)
    }

    private mutating func readPacks(_ keys: ChunkKeys, _ progress: (UInt64, UInt64) -> Void) {
        var chosen = packs.sorted { $0.key < $1.key }.map { (number: $0.key, pack: $0.value) }
        switch depth {
        case .rows: return
        case .all: break
        case .sample(let share):
            let count = Int((Double(chosen.count) * share).rounded(.up))
            chosen = Array(chosen.shuffled().prefix(max(1, min(count, chosen.count))))
        }
        let total = chosen.reduce(UInt64(0)) { $0 &+ $1.pack.length }
        let outcome = PackVerification.run(
            chosen, keys, vault: records.store.path, threads: WorkThread.cores - 1
        ) { progress($0, total) }
        for (pack, problem) in outcome.problems {
            var (place, what) = ("", "it cannot be read")
            if case .brokenPack(_, let offset, let text) = problem {
                (place, what) = (", byte \(offset)", text)
            }
            report.add(.error, "pack-damaged", "packs/\(pack.id).pack\(place): \(what)")
        }
        good = outcome.good
        read = Set(chosen.map(\.number))
    }

    private mutating func checkChunks(_ keys: ChunkKeys, _ state: VaultState) throws {
        var tally = VaultState.Tally()
        var rows = ChunkRows(records.store.connection, keys)
        let chunks = ChunkReader(records.store.connection, keys, vault: records.store.path)
        let statement = try records.store.connection.prepare(
            "SELECT name, seal FROM chunk ORDER BY name")
        var isDamaged = false
        while try statement.step() {
            let name = statement.bytes(0)
            let seal = statement.bytes(1)
            tally.add(reader.frame.code(.chunk, key: name, seal: seal))
            let place = try? rows.open(seal, name).place
            if place == nil { isDamaged = true }
            guard let place, holds(place, name, chunks) else {
                broken.insert(name)
                report.add(.error, "chunk-damaged", Self.short(name))
                continue
            }
        }
        report.compare(
            tally, state.bodies[VaultState.Body(.chunk)], "chunk-missing", "chunks of files",
            afterDamage: isDamaged)
        report.count("chunks of files", tally.rows)
        good = []
    }

    /// Whether the bytes of a chunk are where its row says, as far as they were read.
    private func holds(_ place: ChunkPlace, _ name: [UInt8], _ chunks: ChunkReader) -> Bool {
        switch place.spot {
        case .row(let bytes): return chunks.verifies(bytes, place, name: name)
        case .pack(let number, let offset, let length):
            guard let pack = packs[number] else { return false }
            let (end, overflow) = offset.addingReportingOverflow(UInt64(length))
            guard !overflow, end <= pack.length else { return false }
            let spot = PackVerification.Good(pack: number, offset: offset, name: name)
            return !read.contains(number) || good.contains(spot)
        }
    }

    private mutating func checkFiles(_ keys: ChunkKeys) throws {
        let rows = ChunkRows(records.store.connection, keys)
        guard let plan = try StoredFile.collection.plan(reader) else { return }
        var touched: [String] = []
        var isDamaged = false
        do {
            try reader.scan(plan) { record in
                guard let file = StoredFile(record.value) else {
                    report.add(.error, "file-damaged", "\(record.id): its record is none of a file")
                    return true
                }
                if try !isWhole(file, rows) { touched.append(file.name.text) }
                return true
            }
            // What is in the trash has to come back as well.
            try reader.scanHistory(plan) { version in
                if let file = StoredFile(version.record.value), try !isWhole(file, rows) {
                    touched.append("\(file.name.text), older version")
                }
                return true
            }
        } catch is RecordsError {
            // The records were verified before, and what is wrong with them is told already.
            isDamaged = true
        }
        for name in Set(touched).sorted() {
            report.add(.error, "file-damaged", "\(name): some of its bytes are lost")
        }
        if isDamaged, !broken.isEmpty {
            report.add(.warning, "file-damaged", "more files may be touched than those named")
        }
    }

    private func isWhole(_ file: StoredFile, _ rows: ChunkRows) throws -> Bool {
        try file.chunks.items.allSatisfy { try !broken.contains($0.name) && rows.has($0.name) }
    }

    private static func short(_ name: [UInt8]) -> String {
        "chunk \(Hex.encode(Array(name.prefix(8))))"
    }
}
