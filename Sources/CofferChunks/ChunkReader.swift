internal import CofferBytes
internal import CofferCrypto
package import CofferDisk
package import CofferFormat
package import CofferSQLite
internal import CofferStore

/// Reads chunks back: whole ones, whose names are compared, and parts of them.
///
/// One thread uses it at a time.
package final class ChunkReader {
    private var rows: ChunkRows
    private let keys: ChunkKeys
    private let naming: MACKey
    private let folder: String
    private let disk: any FileSystem
    private var coder = ChunkCoder()
    private var packs: [Int64: PackRow] = [:]
    private var files: [Int64: any DiskFile] = [:]

    /// The most packs that are held open.
    private static let openLimit = 64

    /// A reader of the vault at a path, by the rows that a connection sees.
    package init(
        _ connection: Connection, _ keys: ChunkKeys, vault: String,
        on disk: any FileSystem = LocalFileSystem()
    ) {
        rows = ChunkRows(connection, keys)
        self.keys = keys
        naming = keys.names()
        folder = PackWriter.folder(of: vault)
        self.disk = disk
    }

    /// Forgets the packs that it has looked up.
    package func forgetPlaces() {
        packs.removeAll(keepingCapacity: true)
        files.removeAll(keepingCapacity: true)
    }

    /// What is stored of a chunk, opened and not expanded.
    ///
    /// - Throws: As ``bytes(of:)``.
    package func stored(_ name: [UInt8]) throws -> (place: ChunkPlace, stored: [UInt8]) {
        guard let (place, key) = try rows.place(of: name) else {
            throw ChunkError.missing(name: name)
        }
        return (place, try stored(place, key, name))
    }

    private func stored(
        _ place: ChunkPlace, _ key: SealingKey, _ name: [UInt8]
    ) throws -> [UInt8] {
        switch place.spot {
        case .row(let bytes): return bytes
        case .pack(let number, let offset, let length):
            let piece = try read(number, offset, Int(length), name)
            do {
                return try Cobblestone.open(piece, under: key, context: keys.piece(name))
            } catch { throw ChunkError.damaged(name: name, "its bytes") }
        }
    }

    /// The bytes of a chunk.
    ///
    /// - Throws: `ChunkError.missing`, `.damaged`, `.damagedPack`, `.brokenPack`, `.disk`;
    ///   `SQLiteError`.
    package func bytes(of item: ChunkList.Item) throws -> [UInt8] {
        let (place, key) = try place(of: item)
        let stored = try stored(place, key, item.name)
        let plain: [UInt8]
        do {
            plain = try coder.decode(stored, place.coding, size: item.size)
        } catch { throw ChunkError.damaged(name: item.name, "its compression") }
        guard naming.code(plain.span) == item.name else {
            throw ChunkError.damaged(name: item.name, "its name")
        }
        return plain
    }

    /// A part of the bytes of a chunk; of one that is not compressed only the blocks are read that
    /// hold the part, each of which is proved by itself.
    ///
    /// - Parameter range: Inside the chunk.
    /// - Throws: As ``bytes(of:)``.
    package func bytes(of item: ChunkList.Item, in range: Range<Int>) throws -> [UInt8] {
        guard range.lowerBound >= 0, range.upperBound <= item.size else {
            throw ChunkError.damaged(name: item.name, "a range outside of it")
        }
        let (place, key) = try place(of: item)
        guard case .pack(let number, let offset, let length) = place.spot, place.coding == .plain,
            range.count < item.size
        else { return Array(try bytes(of: item)[range]) }
        do {
            let header = try read(number, offset, Cobblestone.headerSize, item.name)
            var reader = try Cobblestone.Reader(
                header: header.span, sealedSize: Int(length), under: key,
                context: keys.piece(item.name))
            guard reader.plainSize == item.size else {
                throw ChunkError.damaged(name: item.name, "its size")
            }
            let blocks = try reader.blocks(holding: range)
            let part = try reader.sealedRange(of: blocks)
            let sealed = try read(
                number, offset + UInt64(part.lowerBound), part.count, item.name)
            let plain = try reader.open(sealed.span, blocks: blocks)
            let start = blocks.lowerBound * Cobblestone.blockSize
            return Array(plain[range.lowerBound - start..<range.upperBound - start])
        } catch is CryptoError { throw ChunkError.damaged(name: item.name, "its bytes") }
    }

    /// Whether the bytes of a chunk that stand in its row have its name.
    package func verifies(_ bytes: [UInt8], _ place: ChunkPlace, name: [UInt8]) -> Bool {
        guard let plain = try? coder.decode(bytes, place.coding, size: place.plainSize) else {
            return false
        }
        return naming.code(plain.span) == name
    }

    private func place(
        of item: ChunkList.Item
    ) throws -> (place: ChunkPlace, key: SealingKey) {
        guard let found = try rows.place(of: item.name) else {
            throw ChunkError.missing(name: item.name)
        }
        guard found.place.plainSize == item.size else {
            throw ChunkError.damaged(name: item.name, "its size")
        }
        return found
    }

    private func read(
        _ number: Int64, _ offset: UInt64, _ count: Int, _ name: [UInt8]
    ) throws -> [UInt8] {
        let pack = try pack(number)
        let (end, overflow) = offset.addingReportingOverflow(UInt64(clamping: count))
        guard !overflow, end <= pack.length else {
            throw ChunkError.damaged(name: name, "its place")
        }
        do {
            let bytes = try file(number, pack).read(count: count, at: Int64(clamping: offset))
            guard bytes.count == count else {
                throw ChunkError.brokenPack(pack.id, offset: offset, "it is too short")
            }
            return bytes
        } catch let error as DiskError {
            guard error.kind != .notFound, error.kind != .notRegular else {
                throw ChunkError.brokenPack(pack.id, offset: 0, "it is not there")
            }
            throw ChunkError.disk(error)
        }
    }

    private func pack(_ number: Int64) throws -> PackRow {
        if let known = packs[number] { return known }
        guard let pack = try rows.pack(number) else { throw ChunkError.damagedPack(number) }
        packs[number] = pack
        return pack
    }

    private func file(_ number: Int64, _ pack: PackRow) throws(DiskError) -> any DiskFile {
        if let open = files[number] { return open }
        if files.count >= Self.openLimit { files.removeAll() }
        let file = try disk.open(PackWriter.path(of: pack.id, in: folder), .read)
        files[number] = file
        return file
    }
}
