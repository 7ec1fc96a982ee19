internal import CofferDisk
internal import CofferExchange

/// A file to import that stays open for all readings, so that all see the same one.
internal struct OpenedFile {
    /// Its path, as it was given.
    internal let path: String
    /// Its size in bytes.
    internal let size: Int64
    private let file: any DiskFile

    /// Opens a file, through links: a person has named it.
    internal init(_ path: String) throws {
        self.path = path
        file = try LocalFileSystem().open(path, .readFollowing)
        size = try file.status().size
    }

    /// Opens a file that we have written: no link, no device.
    internal init(own path: String) throws(DiskError) {
        self.path = path
        file = try LocalFileSystem().open(path, .read)
        size = try file.status().size
    }

    /// Up to `count` bytes from `offset`; fewer only at the end of the file.
    internal func read(count: Int, at offset: Int64) throws(DiskError) -> [UInt8] {
        try file.read(count: count, at: offset)
    }

    /// Fills a buffer from an index on with the bytes from `offset`, as many as come; 0 at the end.
    internal func readSome(
        _ buffer: inout MutableSpan<UInt8>, from start: Int, at offset: Int64
    ) throws(DiskError) -> Int {
        try file.readSome(&buffer, from: start, at: offset)
    }

    /// The records in it; making the source looks at the file once.
    internal func records(_ options: RecordSource.Options) throws -> RecordSource {
        let opened = file
        return try unsafe RecordSource(name: path, options: options) {
            () throws(ExchangeError) -> RecordSource.Refill in
            var offset: Int64 = 0
            return { buffer throws(ExchangeError) in
                guard let start = buffer.baseAddress else { return 0 }
                var span = unsafe MutableSpan<UInt8>(
                    _unsafeStart: start.assumingMemoryBound(to: UInt8.self), count: buffer.count)
                do throws(DiskError) {
                    let count = try opened.readSome(&span, from: 0, at: offset)
                    offset += Int64(count)
                    return count
                } catch { throw .unreadable(errno: error.code) }
            }
        }
    }
}
