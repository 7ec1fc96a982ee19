internal import Glibc

/// Where a database lies, checked before SQLite touches it.
internal struct Location {
    /// The directory without symbolic links.
    internal let directory: String
    /// The whole path; absolute, so SQLite never takes it for a URI or `:memory:`.
    internal let path: String

    /// Resolves the directory of `path` but never its last part.
    ///
    /// - Throws: ``ResultCode/cantOpen`` with errno for a path with a NUL, without a last part or
    ///   in a directory that is not there.
    internal init(_ path: String) throws(SQLiteError) {
        guard !path.utf8.contains(0), let last = path.utf8.last, last != UInt8(ascii: "/") else {
            throw SQLiteError(.cantOpen, "not a path of a file", systemError: EINVAL)
        }
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let parent = slash.map { String(path[...$0]) } ?? "."
        let name = slash.map { String(path[path.utf8.index(after: $0)...]) } ?? path
        guard let resolved = unsafe realpath(parent, nil) else {
            throw SQLiteError(.cantOpen, "the directory cannot be opened", systemError: errno)
        }
        defer { unsafe free(resolved) }
        guard let directory = unsafe String(validatingCString: resolved) else {
            throw SQLiteError(.cantOpen, "the directory's name is not UTF-8", systemError: EILSEQ)
        }
        self.directory = directory
        self.path = directory == "/" ? "/" + name : directory + "/" + name
    }

    /// Refuses what is no ordinary file with one name.
    ///
    /// A fifo would hang, a device would do worse. A second hard link would have a write-ahead
    /// log of its own beside it, and two logs for one file destroy it.
    /// <https://www.sqlite.org/howtocorrupt.html>, section 1.4
    ///
    /// - Throws: ``ResultCode/cantOpen`` with errno, ``ResultCode/cantOpenSymbolicLink``,
    ///   ``ResultCode/cantOpenDirectory``.
    internal func requireOrdinaryFile(allowingLinks: Bool) throws(SQLiteError) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else {
            throw SQLiteError(.cantOpen, "the file cannot be opened", systemError: errno)
        }
        switch status.st_mode & 0o170000 {
        case 0o100000: break
        case 0o120000:
            throw SQLiteError(.cantOpenSymbolicLink, "a symbolic link", systemError: ELOOP)
        case 0o040000: throw SQLiteError(.cantOpenDirectory, "a directory", systemError: EISDIR)
        default: throw SQLiteError(.cantOpen, "not an ordinary file", systemError: EINVAL)
        }
        guard allowingLinks || status.st_nlink <= 1 else {
            throw SQLiteError(.cantOpen, "the file has more than one name", systemError: EMLINK)
        }
    }

    /// Makes the file, empty and for its owner alone, before SQLite would make it with 0644.
    ///
    /// - Throws: ``ResultCode/cantOpen`` with errno, EEXIST among them; ``ResultCode/ioError``
    ///   when the directory cannot be synchronized.
    internal func createFile() throws(SQLiteError) {
        let flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let descriptor = unsafe open(path, flags, 0o600)
        guard descriptor >= 0 else {
            throw SQLiteError(.cantOpen, "the file cannot be made", systemError: errno)
        }
        close(descriptor)
        try synchronizeDirectory()
    }

    /// Makes the names in the directory durable; SQLite tries that too but ignores a failure.
    ///
    /// - Throws: ``ResultCode/ioErrorDirectorySync`` with errno.
    internal func synchronizeDirectory() throws(SQLiteError) {
        let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw SQLiteError(
                .ioErrorDirectorySync, "the directory cannot be opened", systemError: errno)
        }
        defer { close(descriptor) }
        // EINVAL: this file system has no such call for directories (fsync(2)).
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw SQLiteError(
                .ioErrorDirectorySync, "the directory cannot be synchronized", systemError: errno)
        }
    }

    /// Whether so little space is left that the log's shared index may not be had.
    ///
    /// Where a page has no block behind it the kernel answers a write to the mapped index with
    /// SIGBUS, not with an error. A file system that does not tell counts as roomy.
    internal var isShortOfSpace: Bool {
        var status = statvfs()
        guard unsafe statvfs(directory, &status) == 0, status.f_blocks > 0 else { return false }
        let (free, overflow) = UInt(status.f_bavail).multipliedReportingOverflow(
            by: UInt(status.f_frsize))
        return !overflow && free < 1 << 20
    }

    /// Whether this process cannot make a file in the directory, so no `-wal` and no `-shm`.
    internal var isReadOnlyDirectory: Bool {
        unsafe access(directory, W_OK) != 0
    }

    /// Whether a write-ahead log with content lies beside the file.
    internal var hasLog: Bool {
        var status = stat()
        return unsafe lstat(path + "-wal", &status) == 0 && status.st_size > 0
    }

    /// The path as a URI with `query`, for the one case that SQLite offers only that way.
    internal func uri(query: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var text: [UInt8] = []
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"):
                text.append(byte)
            default:
                text += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return "file:" + String(decoding: text, as: UTF8.self) + "?" + query
    }
}
