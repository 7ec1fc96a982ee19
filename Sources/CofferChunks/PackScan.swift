internal import CofferBytes
internal import CofferCrypto
package import CofferDisk
package import CofferFormat

/// Reads a pack from its start, without any row of a chunk: what each batch says of itself.
package struct PackScan {
    /// A piece, and where it lies.
    package struct Found: Equatable, Sendable {
        /// What the table says of it.
        package let entry: PackBatch.Entry
        /// Where it lies in the pack.
        package let offset: UInt64
    }

    private let keys: ChunkKeys
    private let pack: PackRow
    private let file: any DiskFile
    private let sealing: [SealingKey]
    private var offset: UInt64 = 0

    /// A scan of a pack up to the length that its row says.
    ///
    /// - Throws: `ChunkError.brokenPack` where the file is gone or too short; `ChunkError.disk`.
    package init(
        _ pack: PackRow, _ keys: ChunkKeys, vault: String,
        on disk: any FileSystem = LocalFileSystem()
    ) throws(ChunkError) {
        self.keys = keys
        self.pack = pack
        sealing = keys.numbers.compactMap { keys.sealing($0) }
        do throws(DiskError) {
            file = try disk.open(
                PackWriter.path(of: pack.id, in: PackWriter.folder(of: vault)), .read)
            guard try file.status().size >= Int64(clamping: pack.length) else {
                throw DiskError(.read, "\(pack.id)", .notFound)
            }
        } catch {
            guard error.kind == .notFound || error.kind == .notRegular else { throw .disk(error) }
            throw .brokenPack(pack.id, offset: 0, "it is gone, or shorter than it should be")
        }
    }

    /// Whether every batch of a pack is under one of the keys.
    ///
    /// - Throws: As ``init(_:_:vault:on:)``.
    package static func opens(
        _ pack: PackRow, _ keys: ChunkKeys, vault: String,
        on disk: any FileSystem = LocalFileSystem()
    ) throws(ChunkError) -> Bool {
        var scan = try PackScan(pack, keys, vault: vault, on: disk)
        do throws(ChunkError) {
            while try scan.next() != nil {}
            return true
        } catch {
            guard case .brokenPack = error else { throw error }
            return false
        }
    }

    /// Whether the first batch of a file is under one of the keys.
    ///
    /// - Throws: As ``init(_:_:vault:on:)``.
    package static func begins(
        _ pack: PackRow, _ keys: ChunkKeys, vault: String,
        on disk: any FileSystem = LocalFileSystem()
    ) throws(ChunkError) -> Bool {
        var scan = try PackScan(pack, keys, vault: vault, on: disk)
        do throws(ChunkError) { return try scan.next() != nil } catch {
            guard case .brokenPack = error else { throw error }
            return false
        }
    }

    /// The pieces of the next batch; nil at the end.
    ///
    /// - Throws: `ChunkError.brokenPack` for what does not verify: nothing behind it is found by
    ///   this scan; `ChunkError.disk`.
    package mutating func next() throws(ChunkError) -> [Found]? {
        guard offset < pack.length else { return nil }
        let headSize = Cobblestone.sealedSize(forPlain: PackBatch.Head.size)
        guard
            let plain = open(try read(headSize, at: offset), keys.head(pack.id, offset)),
            let head = try? PackBatch.Head(parsing: plain)
        else { throw .brokenPack(pack.id, offset: offset, "the head of a batch") }
        let start = offset + UInt64(headSize)
        guard let bytes = open(try read(head.table, at: start), keys.table(pack.id, offset)),
            let entries = try? PackBatch.entries(parsing: bytes),
            Self.agree(bytes, entries, head)
        else { throw .brokenPack(pack.id, offset: offset, "the table of a batch") }
        var place = start + UInt64(head.table)
        let end = place + UInt64(head.pieces)
        var found: [Found] = []
        found.reserveCapacity(entries.count)
        for entry in entries {
            found.append(Found(entry: entry, offset: place))
            place += UInt64(entry.length)
        }
        guard place == end, end <= pack.length else {
            throw .brokenPack(pack.id, offset: offset, "the sizes of a batch")
        }
        offset = end
        return found
    }

    /// Whether a table is written as every writer does it, and what it lists is what the head says.
    internal static func agree(
        _ table: [UInt8], _ entries: [PackBatch.Entry], _ head: PackBatch.Head
    ) -> Bool {
        let size = 4 + entries.count * PackBatch.entrySize
        return entries.reduce(0) { $0 + $1.length } == head.pieces
            && table.count == size + PackWriter.padding(table: size, pieces: head.pieces)
            && entries.allSatisfy { isSound($0.coding, plain: $0.plainSize, sealed: $0.length) }
    }

    /// Whether a chunk can take so many bytes in a pack: it has no place there where its row holds
    /// it, and what is compressed is smaller.
    internal static func isSound(
        _ coding: ChunkPlace.Coding, plain: Int, sealed: Int
    ) -> Bool {
        let whole = Cobblestone.sealedSize(forPlain: plain)
        let isRight = coding == .plain ? sealed == whole : sealed < whole
        return isRight && sealed > Cobblestone.sealedSize(forPlain: ChunkLimits.inRow)
    }

    /// The sealed bytes of a piece.
    ///
    /// - Throws: `ChunkError.disk`, `.brokenPack`.
    package func bytes(of found: Found) throws(ChunkError) -> [UInt8] {
        try read(found.entry.length, at: found.offset)
    }

    /// The stored bytes of a piece; nil where it opens under none of the keys.
    package func opened(_ found: Found, _ bytes: [UInt8]) -> [UInt8]? {
        open(bytes, keys.piece(found.entry.name))
    }

    private func open(_ sealed: [UInt8], _ context: [UInt8]) -> [UInt8]? {
        for key in sealing {
            if let plain = try? Cobblestone.open(sealed, under: key, context: context) {
                return plain
            }
        }
        return nil
    }

    private func read(_ count: Int, at offset: UInt64) throws(ChunkError) -> [UInt8] {
        let bytes: [UInt8]
        do throws(DiskError) {
            bytes = try file.read(count: count, at: Int64(clamping: offset))
        } catch { throw .disk(error) }
        guard bytes.count == count else {
            throw .brokenPack(pack.id, offset: offset, "it is too short")
        }
        return bytes
    }
}
