internal import CofferChunks
internal import CofferFormat
package import CofferRecords
internal import CofferStore

/// How much the files of a vault take.
package struct FileStatistics: Sendable {
    /// How many files there are.
    package private(set) var files: UInt64 = 0
    /// How many bytes they have together.
    package private(set) var bytes: UInt64 = 0
    /// How many chunks are stored.
    package private(set) var chunks: UInt64 = 0
    /// How many bytes those have.
    package private(set) var distinct: UInt64 = 0
    /// How many bytes packs and rows take.
    package private(set) var stored: UInt64 = 0
    /// How many packs there are.
    package private(set) var packs = 0

    /// Counts on one snapshot.
    ///
    /// - Throws: `ChunkError`, `FileError`; as reading does.
    /// - Complexity: linear in the number of files and chunks.
    package init(_ records: Records, _ reader: RecordReader) throws {
        try FileCatalog(reader).each { file in
            files += 1
            bytes &+= file.size
            return true
        }
        guard let keys = try? ChunkKeys(reader.frame.keyring) else { return }
        var rows = ChunkRows(records.store.connection, keys)
        try rows.each { _, place, size in
            chunks += 1
            distinct &+= UInt64(place.plainSize)
            if case .row = place.spot { stored &+= UInt64(size) }
        }
        for (_, pack) in try rows.packs() {
            packs += 1
            stored &+= pack.length
        }
    }
}
