internal import CofferBytes
internal import CofferCrypto
internal import CofferDisk
internal import CofferFormat

/// A batch on its way to the disk, on a thread of its own where there is one.
internal final class PackPouring: @unchecked Sendable {
    // Sendable is true because the thread alone has what is not under the monitor until it is done,
    // and its owner waits for that.

    /// Where a batch goes, and what it is sealed with.
    internal struct Target: Sendable {
        let file: any DiskFile
        let pack: Identifier
        let start: UInt64
        /// The folder whose names are to be made durable, too; nil for none.
        let folder: String?
        let disk: any FileSystem
        let keys: ChunkKeys
        let randomness: Randomness
    }

    private let target: Target
    private let monitor = Monitor()
    private var pieces: [PackWriter.Piece]
    private var end: UInt64 = 0
    private var failure: (any Error)?
    private var isDone = false

    /// Begins to write.
    internal init(_ pieces: [PackWriter.Piece], _ target: Target) {
        self.pieces = pieces
        self.target = target
        if !WorkThread.start({ self.run() }) { run() }
    }

    /// Waits until everything is durable.
    ///
    /// - Returns: The pieces with their offsets, and where the batch ends.
    /// - Throws: `DiskError`; `CryptoError`.
    internal func finish() throws -> (pieces: [PackWriter.Piece], end: UInt64) {
        monitor.locked { while !isDone { monitor.wait() } }
        if let failure { throw failure }
        return (pieces, end)
    }

    private func run() {
        do { try pour() } catch { failure = error }
        monitor.locked {
            isDone = true
            monitor.wakeAll()
        }
    }

    private func pour() throws {
        let (file, start, keys) = (target.file, target.start, target.keys)
        var (table, size) = (PackBatch.table(pieces.map(\.entry)), 0)
        for piece in pieces { size += piece.bytes.count }
        table += [UInt8](
            repeating: 0, count: PackWriter.padding(table: table.count, pieces: size))
        if try file.status().size != Int64(clamping: start) {
            try file.truncate(to: Int64(clamping: start))
        }
        let sealing = keys.sealing()
        let sealed = try Cobblestone.seal(
            table, under: sealing, context: keys.table(target.pack, start),
            randomness: target.randomness)
        let head = try Cobblestone.seal(
            PackBatch.Head(table: sealed.count, pieces: size).bytes, under: sealing,
            context: keys.head(target.pack, start), randomness: target.randomness)
        let out = DirectWriter(file, at: Int64(clamping: start))
        try out.write(head)
        try out.write(sealed)
        var offset = start + UInt64(head.count + sealed.count)
        for place in pieces.indices {
            try out.write(pieces[place].bytes)
            pieces[place].offset = offset
            offset += UInt64(pieces[place].bytes.count)
        }
        try out.finish()
        try file.synchronize()
        if let folder = target.folder { try target.disk.synchronizeDirectory(folder) }
        end = offset
    }
}
