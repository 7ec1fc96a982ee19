internal import CofferBytes
internal import CofferChunks
internal import CofferCrypto
internal import CofferFormat
package import CofferRecords
internal import CofferStore

/// Reads the bytes of a file back, all of them or a range.
package final class FileRead {
    private let file: StoredFile
    private let chunks: ChunkReader
    /// Where each chunk begins in the file, and where the last one ends.
    private let starts: [UInt64]

    /// A reading of a file, inside a transaction.
    ///
    /// - Throws: `KeysError`.
    package init(_ file: StoredFile, _ records: Records, _ reader: RecordReader) throws {
        self.file = file
        chunks = ChunkReader(
            records.store.connection, try ChunkKeys(reader.frame.keyring),
            vault: records.store.path)
        var starts: [UInt64] = [0]
        for item in file.chunks.items {
            starts.append(starts[starts.count - 1] + UInt64(item.size))
        }
        self.starts = starts
    }

    /// Forgets where chunks lie: the vault has changed since they were looked up.
    package func forgetPlaces() { chunks.forgetPlaces() }

    /// Gives all bytes, a chunk at a time, and proves at the end that they are those that were
    /// added.
    ///
    /// - Throws: `ChunkError`; `FileError.damaged` where the whole is not what its record says:
    ///   what was given before must not be used; what `each` throws.
    package func all(each: ([UInt8]) throws -> Void) throws {
        var digest = SHA256()
        for item in file.chunks.items {
            let bytes = try chunks.bytes(of: item)
            digest.update(bytes)
            try each(bytes)
        }
        guard Hex.encode(digest.finish()) == file.sha256 else {
            throw FileError.damaged(name: file.name.text)
        }
    }

    /// Gives the bytes of a range, in pieces of at most a chunk; what lies behind the end is not
    /// there.
    ///
    /// - Throws: `ChunkError`; what `each` throws.
    /// - Complexity: O(log n) in the number of chunks, and what the range holds.
    package func range(_ range: Range<UInt64>, each: ([UInt8]) throws -> Void) throws {
        let range = range.clamped(to: 0..<file.size)
        guard !range.isEmpty else { return }
        var place = first(holding: range.lowerBound)
        while place < file.chunks.items.count, starts[place] < range.upperBound {
            let item = file.chunks.items[place]
            let lower = range.lowerBound > starts[place] ? range.lowerBound - starts[place] : 0
            let upper = min(UInt64(item.size), range.upperBound - starts[place])
            try each(try chunks.bytes(of: item, in: Int(lower)..<Int(upper)))
            place += 1
        }
    }

    private func first(holding offset: UInt64) -> Int {
        var (low, high) = (0, file.chunks.items.count)
        while low < high {
            let middle = (low + high) / 2
            if starts[middle + 1] <= offset { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
