internal import CofferChunks
internal import CofferFormat
package import CofferRecords
internal import CofferStore

/// A file that is read many times: its record and the list of its chunks are read once.
///
/// Between two readings the vault may have been changed by anybody: where its chunks have other
/// names or places by then, they are looked up anew. What it keeps of keys it forgets when the vault
/// is locked.
package final class FileHandle: KeyHolder {
    private let records: Records
    private var file: StoredFile
    private var reading: (it: FileRead, frame: Frame.Identity, digest: [UInt8]?)?

    /// Opens a file.
    ///
    /// - Throws: As `FileCatalog.file(_:)`.
    package init(_ name: FileName, _ records: Records) throws {
        self.records = records
        file = try records.read { try FileCatalog($0).file(name) }
        records.keepsKeys(self)
    }

    /// The file as it was when it was opened.
    package var opened: StoredFile { file }

    /// Forgets what it keeps of keys.
    package func forgetKeys() { reading = nil }

    /// Gives the bytes of a range, in pieces of at most a chunk; what lies behind the end is not
    /// there.
    ///
    /// - Throws: `FileError.gone` where the file was removed or replaced and its bytes are swept;
    ///   `ChunkError`; what `each` throws.
    package func range(_ range: Range<UInt64>, each: ([UInt8]) throws -> Void) throws {
        var done = range.lowerBound
        do {
            try read(range) {
                try each($0)
                done += UInt64($0.count)
            }
        } catch ChunkError.missing(let name) {
            try lookUp(lacking: name)
            try read(done..<range.upperBound, each: each)
        }
    }

    /// The bytes from an offset to the end of the chunk that holds it, or of the range; none behind
    /// the end.
    ///
    /// - Throws: As ``range(_:each:)``.
    package func piece(of range: Range<UInt64>) throws -> [UInt8] {
        guard let end = file.chunks.end(ofChunkAt: range.lowerBound) else { return [] }
        var piece: [UInt8] = []
        try self.range(range.lowerBound..<min(end, range.upperBound)) { piece += $0 }
        return piece
    }

    private func read(_ range: Range<UInt64>, each: ([UInt8]) throws -> Void) throws {
        try records.read { try current($0).range(range, each: each) }
    }

    private func current(_ reader: RecordReader) throws -> FileRead {
        let digest = records.store.digest
        if let reading, reading.frame === reader.frame.identity {
            if reading.digest != digest {
                // Packs may have gone since, and others have their numbers.
                reading.it.forgetPlaces()
                self.reading?.digest = digest
            }
            return reading.it
        }
        let made = try FileRead(file, records, reader)
        reading = (made, reader.frame.identity, digest)
        return made
    }

    /// Finds the chunks of the file by their names of today.
    ///
    /// - Throws: `FileError.gone` where there is no file of this name and content any more;
    ///   `ChunkError.missing` where there is, and the chunk is missing.
    private func lookUp(lacking chunk: [UInt8]) throws {
        reading = nil
        let now = try records.read { reader in
            do { return try FileCatalog(reader).file(file.name) } catch FileError.noFile {
                throw FileError.gone(name: file.name.text)
            }
        }
        guard now.sha256 == file.sha256, now.size == file.size else {
            throw FileError.gone(name: file.name.text)
        }
        guard now.chunks != file.chunks else { throw ChunkError.missing(name: chunk) }
        file = now
    }
}

extension ChunkList {
    /// Where the chunk ends that holds the byte at an offset; nil behind the last.
    fileprivate func end(ofChunkAt offset: UInt64) -> UInt64? {
        var end: UInt64 = 0
        for item in items {
            end += UInt64(item.size)
            if end > offset { return end }
        }
        return nil
    }
}
