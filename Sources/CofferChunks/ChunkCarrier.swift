internal import CofferBytes
internal import CofferCrypto
package import CofferDisk
package import CofferFormat
package import CofferSQLite

/// Gives the chunks that came in after a generation, as they are carried elsewhere: opened, and not
/// expanded.
package struct ChunkCarrier {
    private struct Item {
        let name: [UInt8]
        let pack: Int64
        let offset: UInt64
    }

    private var rows: ChunkRows
    private let chunks: ChunkReader
    private var items: [Item] = []

    /// Finds them: those in rows first, then pack by pack.
    ///
    /// - Throws: `ChunkError.damaged`; `SQLiteError`.
    /// - Complexity: linear in the number of chunks of the vault.
    package init(
        _ connection: Connection, _ keys: ChunkKeys, vault: String, after generation: UInt64,
        on disk: any FileSystem = LocalFileSystem()
    ) throws {
        rows = ChunkRows(connection, keys)
        chunks = ChunkReader(connection, keys, vault: vault, on: disk)
        var items: [Item] = []
        try rows.each { name, place, _ in
            guard place.generation > generation else { return }
            switch place.spot {
            case .row: items.append(Item(name: name, pack: 0, offset: 0))
            case .pack(let pack, let offset, _):
                items.append(Item(name: name, pack: pack, offset: offset))
            }
        }
        self.items = items.sorted { ($0.pack, $0.offset) < ($1.pack, $1.offset) }
    }

    /// How many there are.
    package var count: Int { items.count }

    /// Gives them.
    ///
    /// - Throws: As `ChunkReader.stored(_:)`; what `each` throws.
    package mutating func each(_ each: (StreamChunk) throws -> Void) throws {
        for item in items {
            let (place, stored) = try chunks.stored(item.name)
            try each(
                StreamChunk(
                    name: item.name, coding: place.coding, plainSize: place.plainSize,
                    generation: place.generation, stored: stored))
        }
    }
}
