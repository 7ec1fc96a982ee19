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
    package struct Piece: Sendable {
        /// What the table says of it.
        package let entry: PackBatch.Entry
        /// The sealed bytes.
        package let bytes: [UInt8]
        /// Where it lies in the pack.
        package internal(set) var offset: UInt64 = 0

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
    private var pouring: PackPouring?
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

    deinit { _ = try? pouring?.finish() }

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
        try start(pieces, packs)
        pieces = try finish()
    }

    /// Begins to write a batch; ``finish()`` comes before anything else.
    ///
    /// - Throws: As ``write(_:_:)``.
    package func start(
        _ pieces: [Piece], _ packs: () throws -> [(number: Int64, pack: PackRow)]
    ) throws {
        do {
            let now = try current ?? open(packs)
            current = now
            pouring = PackPouring(
                pieces,
                PackPouring.Target(
                    file: now.file, pack: now.pack.id, start: now.pack.length,
                    folder: now.isNamed ? nil : folder, disk: disk, keys: keys,
                    randomness: randomness))
        } catch { throw failed(error) }
    }

    /// Waits until the batch that was begun is durable.
    ///
    /// - Returns: Its pieces, with their offsets.
    /// - Throws: As ``write(_:_:)``.
    package func finish() throws -> [Piece] {
        guard let pouring, let start = current?.pack.length else {
            throw StoreError.changedUnderneath
        }
        self.pouring = nil
        do {
            let (pieces, end) = try pouring.finish()
            current?.isNamed = true
            written = end
            batchSize = end - start
            return pieces
        } catch { throw failed(error) }
    }

    /// What could not be made durable cannot be trusted by asking again; on a disk that is full
    /// every byte counts.
    private func failed(_ error: any Error) -> any Error {
        let was = current
        current = nil
        guard let error = error as? DiskError else { return error }
        if let was { try? was.file.truncate(to: Int64(clamping: was.pack.length)) }
        return ChunkError.disk(error)
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
