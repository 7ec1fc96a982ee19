internal import CofferBytes
internal import CofferChunks
internal import CofferCrypto
internal import CofferDisk
internal import CofferFormat
package import CofferRecords
internal import CofferSQLite
internal import CofferStore

/// Adds files: cut, named, compressed and sealed by all cores, with bounded memory.
///
/// A file counts from the transaction on that has its record; what was stored of it before is used
/// again when it is added anew.
package final class FileAdd {
    /// What became of a file.
    package struct Added: Sendable {
        /// The file.
        package let file: StoredFile
        /// Whether it is new, or has replaced another content.
        package let outcome: RecordWriter.Outcome
        /// How many bytes were stored for it, without what the others take up, too.
        package let stored: UInt64
        /// How many of its chunks were new.
        package let newChunks: Int
        /// How many were there already.
        package let sharedChunks: Int
    }

    private typealias Growing = FileBatch.Growing

    private enum Step {
        case chunk(ChunkJob, Growing)
        case end(Growing)
    }

    /// So many sealed bytes make a batch; while one is written, the next is gathered.
    private static let batchBytes = 16 << 20
    /// So many files end one as well.
    private static let batchFiles = 1_024
    /// So many bytes of chunks are on their way at most: what the threads do while this one waits
    /// for the disk.
    private static let waysBytes = 16 << 20
    /// So many chunks and ends of files as well.
    private static let ways = 2_048
    /// How much of a source is read ahead.
    private static let bufferSize = 4 << 20

    private let records: Records
    private let keys: ChunkKeys
    private let chunker: Chunker
    private let line: ChunkLine
    private let packs: PackWriter
    /// Keeps chunks that are found from being swept, as long as this lives.
    private let mark: AddingMark
    /// Packs that cannot be read: what a row says to be there is stored anew.
    private let broken: Set<Int64>
    private var steps: [Step] = []
    private var stepBytes = 0
    private var idle: [ChunkJob] = []
    private var room = [UInt8](repeating: 0, count: FileAdd.bufferSize)

    private var batch = FileBatch()
    /// The one before, on its way to the disk.
    private var writing: FileBatch?
    private let report: (Added) throws -> Void

    /// Begins to add files to an unlocked vault.
    ///
    /// - Parameters:
    ///   - threads: How many threads work besides this one.
    ///   - report: Is told of each file when it is stored.
    /// - Throws: As `Records.write(_:)`.
    package init(
        _ records: Records, threads: Int, report: @escaping (Added) throws -> Void
    ) throws {
        self.records = records
        self.report = report
        let hasKeys = try records.read { (try? ChunkKeys($0.frame.keyring)) != nil }
        if !hasKeys {
            try records.write { writer in
                writer.transaction.isSilent = true
                try ChunkKeys.make(in: writer.transaction)
            }
        }
        mark = try AddingMark(
            since: try records.read { try $0.state().generation }, in: records.store)
        let (keys, beginnings, broken) = try records.read { reader in
            let keys = try ChunkKeys(reader.frame.keyring)
            var rows = ChunkRows(records.store.connection, keys)
            return (
                keys, try rows.beginnings(), try rows.brokenPacks(vault: records.store.path)
            )
        }
        self.broken = broken
        self.keys = keys
        chunker = Chunker(keys.gear())
        line = ChunkLine(
            keys, knowing: beginnings, threads: threads, records.store.environment.randomness)
        packs = PackWriter(records.store, keys)
    }

    deinit { line.stop() }

    /// Reads a file and has its chunks stored; it is there when it is reported.
    ///
    /// - Parameters:
    ///   - existing: What happens where a file of that name is there.
    ///   - progress: Is given how many bytes were read since it was last called.
    /// - Throws: What the source throws; as ``finish()``.
    package func add(
        _ source: FileSource, existing: RecordWriter.Existing, progress: (Int) throws -> Void
    ) throws {
        let growing = Growing(source, existing)
        var buffer = room
        room = []
        defer { room = buffer }
        var digest = SHA256()
        var (start, end, total) = (0, 0, UInt64(0))
        var media = source.media
        var isAtEnd = false
        while true {
            while !isAtEnd, end - start < ChunkLimits.most {
                if end == buffer.count {
                    unsafe buffer.withUnsafeMutableBytes { bytes in
                        unsafe bytes.copyMemory(
                            from: UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
                    }
                    (start, end) = (0, end - start)
                }
                let count = try Self.fill(&buffer, from: end, source)
                isAtEnd = count == 0
                guard count > 0 else { break }
                digest.update(buffer.span.extracting(end..<end + count))
                if total == 0, media == nil {
                    let first = buffer.span.extracting(start..<min(end + count, MediaType.reach))
                    media = MediaType.of(first, name: source.name.text)
                }
                end += count
                total += UInt64(count)
                try progress(count)
            }
            guard start < end else { break }
            let size = chunker.cut(buffer.span.extracting(start..<end))
            try submit(buffer[start..<start + size], growing)
            start += size
        }
        growing.ending = (
            total, Hex.encode(digest.finish()), media ?? "application/x-empty",
            try source.bytes.stamp()
        )
        steps.append(.end(growing))
    }

    /// Stores what is left.
    ///
    /// - Throws: `ChunkError`, `FileError.exists` for a file that somebody else has added meanwhile,
    ///   `.keysChanged`; as `Records.write(_:)`.
    package func finish() throws {
        while !steps.isEmpty { try collect() }
        try flush()
        try settle()
    }

    private static func fill(
        _ buffer: inout [UInt8], from end: Int, _ source: FileSource
    ) throws -> Int {
        var span = buffer.mutableSpan
        let room = span.count - end
        return min(try source.bytes.readNext(&span, from: end), room)
    }

    private func submit(_ bytes: ArraySlice<UInt8>, _ growing: Growing) throws {
        while stepBytes >= Self.waysBytes || steps.count >= Self.ways { try collect() }
        let job = idle.popLast() ?? ChunkJob()
        job.plain = Array(bytes)
        stepBytes += bytes.count
        line.submit(job)
        steps.append(.chunk(job, growing))
    }

    /// Takes the oldest step off.
    private func collect() throws {
        switch steps.removeFirst() {
        case .chunk(let job, let growing):
            line.finish(job)
            stepBytes -= job.size
            let isOnItsWay = writing?.names.contains(job.name) ?? false
            if !job.isNew, !isOnItsWay, !batch.names.contains(job.name), try !isStored(job.name) {
                line.sealAnyway(job)
            }
            if let failure = job.failure { throw failure }
            growing.chunks.items.append(ChunkList.Item(name: job.name, size: job.size))
            if job.isNew, !isOnItsWay { batch.keep(job, of: growing) }
            job.plain = []
            idle.append(job)
        case .end(let growing):
            batch.complete.append(growing)
        }
        if batch.bytes >= Self.batchBytes || batch.complete.count >= Self.batchFiles {
            try flush()
        }
    }

    private func isStored(_ name: [UInt8]) throws -> Bool {
        try records.read { _ in
            var rows = ChunkRows(records.store.connection, keys)
            return try rows.isThere(name, without: broken)
        }
    }

    /// Has what was gathered written, after what was before it.
    private func flush() throws {
        guard !batch.isEmpty else { return }
        try settle()
        if !batch.pieces.isEmpty {
            try packs.start(batch.pieces) {
                try records.read { _ in
                    var rows = ChunkRows(records.store.connection, keys)
                    return try rows.packs(under: keys.number)
                }
            }
        }
        writing = batch
        batch = FileBatch()
    }

    /// Makes durable what is being written: first the packs, then the rows.
    private func settle() throws {
        guard let done = writing else { return }
        writing = nil
        if !done.pieces.isEmpty { done.pieces = try packs.finish() }
        var added: [Added] = []
        var pack: Int64?
        try patiently {
            try records.write { writer in
                let now = try? ChunkKeys(writer.transaction.frame.keyring)
                guard now?.number == keys.number else { throw FileError.keysChanged }
                pack = try enter(done, writer)
                added = try done.complete.map { try store($0, done, writer) }
            }
        }
        if let pack { packs.committed(as: pack) }
        for one in added { try report(one) }
    }

    /// Waits longer than others for whoever writes to the vault: hours of work may be at stake.
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

    private func enter(_ batch: FileBatch, _ writer: RecordWriter) throws -> Int64? {
        let out = ChunkRowWriter(writer.transaction, keys)
        var known = ChunkRows(records.store.connection, keys)
        let generation = out.generation
        for row in batch.rows where try !known.isThere(row.name, without: broken) {
            if try known.has(row.name) { _ = try out.remove(row.name) }
            try out.insert(
                row.name,
                ChunkPlace(
                    coding: row.coding, plainSize: row.size, generation: generation,
                    spot: .row(row.bytes)))
        }
        guard !batch.pieces.isEmpty else { return nil }
        let pack = try packs.enter(out)
        for piece in batch.pieces where try !known.isThere(piece.entry.name, without: broken) {
            if try known.has(piece.entry.name) { _ = try out.remove(piece.entry.name) }
            try out.insert(
                piece.entry.name,
                ChunkPlace(
                    coding: piece.entry.coding, plainSize: piece.entry.plainSize,
                    generation: generation,
                    spot: .pack(
                        pack, offset: piece.offset, length: UInt32(clamping: piece.entry.length))))
        }
        return pack
    }

    private func store(
        _ growing: Growing, _ batch: FileBatch, _ writer: RecordWriter
    ) throws -> Added {
        let plan = try StoredFile.collection.plan(writer)
        guard let ending = growing.ending else {
            throw FileError.damaged(name: growing.source.name.text)
        }
        var known = ChunkRows(records.store.connection, keys)
        for item in growing.chunks.items where !batch.names.contains(item.name) {
            // Where locks do not work, a sweep may have taken it; the next attempt stores it anew.
            guard try known.isThere(item.name, without: broken, allowsNoted: true) else {
                throw FileError.sweptMeanwhile(name: growing.source.name.text)
            }
        }
        let file = StoredFile(
            name: growing.source.name, size: ending.size, sha256: ending.sha256,
            media: ending.media, modified: growing.source.modified, chunks: growing.chunks,
            source: ending.stamp, links: growing.source.links)
        do {
            let written = try writer.put(
                file.record, in: plan, existing: growing.existing, created: growing.source.created)
            return Added(
                file: file, outcome: written.outcome, stored: growing.stored,
                newChunks: growing.newChunks,
                sharedChunks: growing.chunks.items.count - growing.newChunks)
        } catch RecordsError.exists { throw FileError.exists(name: file.name.text) }
    }
}
