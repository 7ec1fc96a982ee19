package import CofferBytes

/// What stands before the pieces of a batch in a pack: how large it is, and what it holds
/// (`Docs/Format.md`, section 20.3).
package enum PackBatch {
    /// The sizes of a batch's parts; always 12 bytes, so that its seal has a known size.
    package struct Head: Equatable, Sendable {
        /// The size of the opened head in bytes.
        package static let size = 12

        /// The size of the sealed table in bytes.
        package let table: Int
        /// The size of all pieces in bytes.
        package let pieces: Int

        /// States the sizes.
        package init(table: Int, pieces: Int) {
            self.table = table
            self.pieces = pieces
        }

        /// Reads an opened head.
        ///
        /// - Throws: `limit` for more than a batch may have; `invalid` for a size that none has;
        ///   `truncated`, `trailing`.
        package init(parsing bytes: [UInt8]) throws(ByteReader.Failure) {
            var reader = ByteReader(bytes)
            table = Int(try reader.u32())
            let pieces = try reader.u64()
            // Room for the salt, the commitment and the tags of a table.
            guard table <= ChunkLimits.tableSize * 2, pieces <= UInt64(ChunkLimits.batchSize)
            else { throw .limit }
            self.pieces = Int(pieces)
            try reader.end()
            let whole = ChunkLimits.sealedHead + table + self.pieces
            guard whole <= ChunkLimits.batchSize else { throw .limit }
            guard whole % ChunkLimits.batchStep == 0 else { throw .invalid }
        }

        /// The bytes to seal.
        package var bytes: [UInt8] {
            var writer = ByteWriter()
            writer.write(UInt32(clamping: table))
            writer.write(UInt64(clamping: pieces))
            return writer.bytes
        }
    }

    /// One piece of a batch.
    package struct Entry: Equatable, Sendable {
        /// The name of the chunk.
        package let name: [UInt8]
        /// How it is stored.
        package let coding: ChunkPlace.Coding
        /// How many bytes the chunk has.
        package let plainSize: Int
        /// How many bytes the piece has.
        package let length: Int

        /// Describes a piece.
        package init(name: [UInt8], coding: ChunkPlace.Coding, plainSize: Int, length: Int) {
            self.name = name
            self.coding = coding
            self.plainSize = plainSize
            self.length = length
        }
    }

    /// The size of an entry in bytes.
    package static let entrySize = ChunkLimits.nameSize + 9

    /// The bytes of a table, without the zeros behind it.
    package static func table(_ entries: [Entry]) -> [UInt8] {
        var writer = ByteWriter(capacity: 4 + entries.count * entrySize)
        writer.write(UInt32(clamping: entries.count))
        for entry in entries {
            writer.write(entry.name)
            writer.write(entry.coding.rawValue)
            writer.write(UInt32(clamping: entry.plainSize))
            writer.write(UInt32(clamping: entry.length))
        }
        return writer.bytes
    }

    /// Reads an opened table.
    ///
    /// - Throws: `limit` for a table that is too large or sizes that no chunk has; `unknown` for
    ///   another coding; `invalid` for one without entries, and where something else than zeros
    ///   stands behind them; `truncated`.
    package static func entries(parsing bytes: [UInt8]) throws(ByteReader.Failure) -> [Entry] {
        guard bytes.count <= ChunkLimits.tableSize + ChunkLimits.batchStep else { throw .limit }
        var reader = ByteReader(bytes)
        let count = Int(try reader.u32())
        guard count > 0 else { throw .invalid }
        guard count <= reader.remaining / entrySize else { throw .truncated }
        var entries: [Entry] = []
        entries.reserveCapacity(count)
        for _ in 0..<count {
            let name = try reader.take(ChunkLimits.nameSize)
            guard let coding = ChunkPlace.Coding(rawValue: try reader.u8()) else {
                throw .unknown
            }
            let plain = Int(try reader.u32())
            let length = Int(try reader.u32())
            guard (1...ChunkLimits.most).contains(plain),
                (1...ChunkLimits.most * 2).contains(length)
            else { throw .limit }
            entries.append(Entry(name: name, coding: coding, plainSize: plain, length: length))
        }
        guard reader.rest().allSatisfy({ $0 == 0 }) else { throw .invalid }
        return entries
    }
}
