internal import CofferChunks
internal import CofferFormat
package import CofferRecords
internal import CofferStore

/// How much files take on the disk.
package struct StoredSizes {
    private var rows: ChunkRows?

    /// Those of the files that a reader sees.
    package init(_ records: Records, _ reader: RecordReader) {
        rows = (try? ChunkKeys(reader.frame.keyring)).map {
            ChunkRows(records.store.connection, $0)
        }
    }

    /// The bytes that the chunks of a file take, each counted once; those that other files have as
    /// well are counted in full.
    ///
    /// - Returns: Nil where the row of a chunk is missing or does not verify.
    /// - Throws: `SQLiteError`.
    /// - Complexity: linear in the number of its chunks.
    package mutating func size(of file: StoredFile) throws -> UInt64? {
        guard !file.chunks.items.isEmpty else { return 0 }
        guard rows != nil else { return nil }
        var size: UInt64 = 0
        var seen: Set<[UInt8]> = []
        for item in file.chunks.items where seen.insert(item.name).inserted {
            do {
                guard let place = try rows?.place(of: item.name)?.place else { return nil }
                switch place.spot {
                case .row(let stored): size &+= UInt64(stored.count)
                case .pack(_, _, let length): size &+= UInt64(length)
                }
            } catch is ChunkError { return nil }
        }
        return size
    }
}
