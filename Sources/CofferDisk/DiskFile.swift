/// An open file, closed when it goes out of scope.
///
/// One thread writes at a time; any may read where nobody writes.
package protocol DiskFile: AnyObject, Sendable {
    /// Writes a part of `bytes`, at least one byte unless there are none, and says how many.
    func writeSome(_ bytes: Span<UInt8>) throws(DiskError) -> Int

    /// Reads bytes from `offset` into `buffer` from index `start`, as many as come; 0 at the end.
    func readSome(
        _ buffer: inout MutableSpan<UInt8>, from start: Int, at offset: Int64
    ) throws(DiskError) -> Int

    /// Makes the bytes durable.
    ///
    /// - Throws: ``DiskError/Kind/io``. Asking again proves nothing: the kernel has forgotten
    ///   what it could not write, so whatever was written must be written anew elsewhere.
    func synchronize() throws(DiskError)

    /// Cuts the file to `size` bytes.
    func truncate(to size: Int64) throws(DiskError)

    /// Has what is written go past the system's cache, or no longer (open(2), `O_DIRECT`).
    ///
    /// - Returns: Whether it is as was asked; a file system need not be able to.
    func bypassCache(_ isOn: Bool) -> Bool

    /// What fstat(2) tells.
    func status() throws(DiskError) -> FileStatus
}

extension DiskFile {
    /// Can only do what every file can.
    package func bypassCache(_ isOn: Bool) -> Bool { !isOn }

    /// Writes all of `bytes`, however small the parts are that the disk takes.
    package func write(_ bytes: Span<UInt8>) throws(DiskError) {
        var done = 0
        while done < bytes.count {
            done += try writeSome(bytes.extracting(done...))
        }
    }

    /// Writes all of `bytes`.
    package func write(_ bytes: [UInt8]) throws(DiskError) { try write(bytes.span) }

    /// Fills `buffer` from `offset`; fewer bytes than asked for only at the end of the file.
    package func read(
        _ buffer: inout MutableSpan<UInt8>, at offset: Int64
    ) throws(DiskError) -> Int {
        var done = 0
        while done < buffer.count {
            let count = try readSome(&buffer, from: done, at: offset + Int64(done))
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Up to `count` bytes from `offset`; fewer only at the end of the file.
    package func read(count: Int, at offset: Int64) throws(DiskError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: max(0, count))
        var span = bytes.mutableSpan
        let done = try read(&span, at: offset)
        bytes.removeLast(bytes.count - done)
        return bytes
    }
}
