package import CofferBytes
internal import CofferCrypto
package import CofferDisk
package import CofferFormat
package import CofferStore

/// Appends batches of pieces to a pack that nobody else writes to.
///
/// What it has written is nobody's until a transaction has put the pack's new length in place; a
/// program that ends before leaves bytes that the next one cuts off.
package final class PackWriter {
    /// A piece of a batch, and where it has come to lie.
    package struct Piece {
        /// What the table says of it.
        package let entry: PackBatch.Entry
        /// The sealed bytes.
        package let bytes: [UInt8]
        /// Where it lies in the pack.
        package fileprivate(set) var offset: UInt64 = 0

        /// Describes a piece.
        package init(_ entry: PackBatch.Entry, _ bytes: [UInt8]) {
            self.entry = entry
            self.bytes = bytes
        }
    }

    private struct Current {
        let number: Int64?
        var pack: PackRow
        let file: any DiskFile
        let lock: any DiskLock
        var isNamed: Bool
    }

    private let keys: ChunkKeys
    private let folder: String
    private let disk: any FileSystem
    private let randomness: Randomness
    private let avoided: Set<Int64>
    private var current: Current?
    private var written: UInt64 = 0
    /// How many bytes the last batch has.
    package private(set) var batchSize: UInt64 = 0

    /// A writer for the packs of a vault.
    ///
    /// - Parameter avoided: Packs that get nothing more.
    package init(
        _ store: Store, _ keys: ChunkKeys, avoiding avoided: Set<Int64> = [],
        on disk: any FileSystem = LocalFileSystem()
    ) {
        self.keys = keys
        self.avoided = avoided
        self.disk = disk
        folder = Self.folder(of: store.path)
        randomness = store.environment.randomness
    }

    /// Where the packs of a vault lie.
    package static func folder(of vault: String) -> String { DiskPath.join(vault, "packs") }

    /// The path of a pack.
    package static func path(of pack: Identifier, in folder: String) -> String {
        DiskPath.join(folder, "\(pack)\(suffix)")
    }

    /// Makes the folder of packs where there is none, durably.
    internal static func makeFolder(_ folder: String, on disk: any FileSystem) throws(DiskError) {
        guard try disk.status(folder) == nil else { return }
        do throws(DiskError) { try disk.makeDirectory(folder) } catch {
            // Somebody else was faster.
            guard error.kind == .exists else { throw error }
        }
        try disk.synchronizeDirectory(DiskPath.parent(of: folder))
    }

    /// What the name of a pack ends with.
    internal static let suffix = ".pack"

    /// Writes a batch, durably: the bytes, and the name of a new pack.
    ///
    /// - Parameters:
    ///   - pieces: At least one; they get their offsets.
    ///   - packs: The packs of the vault, as they are now, whose rows are under the active key: what
    ///     is written to one must be under the key of all of it.
    /// - Throws: `ChunkError.disk`; `CryptoError`.
    package func write(
        _ pieces: inout [Piece], _ packs: () throws -> [(number: Int64, pack: PackRow)]
    ) throws {
        var (table, size) = (PackBatch.table(pieces.map(\.entry)), 0)
        for piece in pieces { size += piece.bytes.count }
        table += [UInt8](
            repeating: 0, count: Self.padding(table: table.count, pieces: size))
        do {
            if current == nil { current = try open(packs) }
            guard let current else { return }
            let start = current.pack.length
            if try current.file.status().size != Int64(clamping: start) {
                try current.file.truncate(to: Int64(clamping: start))
            }
            let sealing = keys.sealing()
            let id = current.pack.id
            let sealed = try Cobblestone.seal(
                table, under: sealing, context: keys.table(id, start), randomness: randomness)
            let head = try Cobblestone.seal(
                PackBatch.Head(table: sealed.count, pieces: size).bytes, under: sealing,
                context: keys.head(id, start), randomness: randomness)
            try current.file.write(head)
            try current.file.write(sealed)
            var offset = start + UInt64(head.count + sealed.count)
            for place in pieces.indices {
                try current.file.write(pieces[place].bytes)
                pieces[place].offset = offset
                offset += UInt64(pieces[place].bytes.count)
            }
            try current.file.synchronize()
            if !current.isNamed {
                try disk.synchronizeDirectory(folder)
                self.current?.isNamed = true
            }
            written = offset
            batchSize = offset - start
        } catch let error as DiskError {
            // What could not be made durable cannot be trusted by asking again; on a disk that is
            // full every byte counts.
            if let current { try? current.file.truncate(to: Int64(clamping: current.pack.length)) }
            current = nil
            throw ChunkError.disk(error)
        } catch {
            current = nil
            throw error
        }
    }

    /// Reads the batch that was written last back, and opens it: before what it was copied from
    /// goes.
    ///
    /// - Throws: `ChunkError.damaged` for a piece that is not what was written; `ChunkError.disk`.
    package func proveBatch(_ pieces: [Piece]) throws {
        guard let current else { return }
        let sealing = keys.sealing()
        do {
            let file = try disk.open(Self.path(of: current.pack.id, in: folder), .read)
            for piece in pieces {
                let bytes = try file.read(
                    count: piece.bytes.count, at: Int64(clamping: piece.offset))
                let name = piece.entry.name
                guard
                    (try? Cobblestone.open(bytes, under: sealing, context: keys.piece(name))) != nil
                else { throw ChunkError.damaged(name: name, "its bytes, right after writing") }
            }
        } catch let error as DiskError { throw ChunkError.disk(error) }
    }

    /// Puts the pack's new length in place, in the transaction that names the pieces.
    ///
    /// - Returns: The number of the pack.
    package func enter(_ rows: ChunkRowWriter) throws -> Int64 {
        guard let current else { throw StoreError.changedUnderneath }
        let number = try current.number ?? rows.nextPack()
        try rows.put(number, PackRow(id: current.pack.id, length: written))
        return number
    }

    /// The transaction that has entered the pieces is committed.
    package func committed(as number: Int64) {
        guard let was = current else { return }
        let pack = PackRow(id: was.pack.id, length: written)
        guard Self.hasRoom(pack) else { return current = nil }
        current = Current(
            number: number, pack: pack, file: was.file, lock: was.lock, isNamed: true)
    }

    /// How many zeros make a batch a multiple of the step.
    internal static func padding(table: Int, pieces: Int) -> Int {
        func total(_ zeros: Int) -> Int {
            Cobblestone.sealedSize(forPlain: PackBatch.Head.size)
                + Cobblestone.sealedSize(forPlain: table + zeros) + pieces
        }
        var goal = (total(0) + ChunkLimits.batchStep - 1) / ChunkLimits.batchStep
        while true {
            let wanted = goal * ChunkLimits.batchStep
            var zeros = max(0, wanted - total(0))
            while zeros > 0, total(zeros) > wanted { zeros -= 1 }
            if total(zeros) == wanted { return zeros }
            // One more byte would have brought a block's tag with it.
            goal += 1
        }
    }

    private static func hasRoom(_ pack: PackRow) -> Bool { pack.length < ChunkLimits.packSize }

    /// The newest pack with room that nobody else has, or a new one.
    private func open(_ packs: () throws -> [(number: Int64, pack: PackRow)]) throws -> Current {
        try Self.makeFolder(folder, on: disk)
        for (number, before) in try packs().reversed()
        where Self.hasRoom(before) && !avoided.contains(number) {
            let path = Self.path(of: before.id, in: folder)
            // A lock would make the file.
            guard try disk.status(path) != nil,
                let lock = try? disk.lock(path, .exclusive, timeout: .zero),
                // Whoever had it may have written meanwhile.
                let pack = try packs().first(where: { $0.number == number })?.pack,
                pack.id == before.id, Self.hasRoom(pack),
                // One that is too short is damaged.
                let size = try disk.status(path)?.size, size >= Int64(clamping: pack.length)
            else { continue }
            return Current(
                number: number, pack: pack, file: try disk.open(path, .append), lock: lock,
                isNamed: true)
        }
        let id = try randomness.identifier()
        let path = Self.path(of: id, in: folder)
        // The lock makes the file: one that nobody holds could be taken for a leftover.
        let lock = try disk.lock(path, .exclusive, timeout: .seconds(2))
        return Current(
            number: nil, pack: PackRow(id: id, length: 0), file: try disk.open(path, .append),
            lock: lock, isNamed: false)
    }
}
