/// The disk, one step at a time, so that a test can stop between any two.
///
/// What a caller wants (``replace(_:with:)``, ``append(_:to:)``, ``createDirectory(_:)``,
/// ``createExclusive(_:)``) is written once, in extensions, out of these steps; so the tests cut
/// the very order that runs in earnest. No step follows a symbolic link at the last part of a
/// path. A path with a NUL is refused.
package protocol FileSystem: Sendable {
    /// Opens or makes an ordinary file.
    ///
    /// - Throws: ``DiskError/Kind/notRegular`` for anything that is not one, without hanging on
    ///   it; ``DiskError/Kind/notFound``, ``DiskError/Kind/exists``, and what the disk answers.
    func open(_ path: String, _ access: FileAccess) throws(DiskError) -> any DiskFile

    /// Gives a file or directory another name; not durable before its directory is.
    ///
    /// - Throws: ``DiskError/Kind/exists`` with ``RenameRule/refusing`` when the name is taken.
    func rename(_ path: String, to other: String, _ rule: RenameRule) throws(DiskError)

    /// Makes the names in a directory durable.
    ///
    /// - Throws: ``DiskError/Kind/io`` and others; the names may then be lost at a power cut.
    func synchronizeDirectory(_ path: String) throws(DiskError)

    /// Makes a directory with mode 0700; not durable before the one above it is.
    func makeDirectory(_ path: String) throws(DiskError)

    /// Removes the name of a file; not durable before its directory is.
    func unlink(_ path: String) throws(DiskError)

    /// Removes an empty directory; not durable before the one above it is.
    func removeDirectory(_ path: String) throws(DiskError)

    /// The names in a directory, sorted, without `.` and `..`.
    ///
    /// - Throws: ``DiskError/Kind/other`` with EILSEQ for a name that is not UTF-8.
    func list(_ path: String) throws(DiskError) -> [String]

    /// What lies under a path; nil where nothing does.
    func status(_ path: String) throws(DiskError) -> FileStatus?

    /// What kind of file system a path lies on.
    func volume(_ path: String) throws(DiskError) -> Volume

    /// Takes a lock that other processes see, by means of a lock file of its own.
    ///
    /// It goes with the value, and with the process. Never use the database's file: closing any
    /// descriptor of it would drop SQLite's locks
    /// (<https://www.sqlite.org/howtocorrupt.html>, section 2.2).
    ///
    /// - Throws: ``DiskError/Kind/busy`` when `timeout` passes first.
    func lock(
        _ path: String, _ sharing: LockSharing, timeout: Duration
    ) throws(DiskError) -> any DiskLock
}

/// How a file is opened.
package enum FileAccess: Sendable {
    /// For reading.
    case read
    /// For reading, through symbolic links: for what a person names, not for our own files.
    case readFollowing
    /// For writing at the end; it must exist.
    case append
    /// For writing, new, mode 0600; the name must be free.
    case create
}

/// What happens to a name that is taken.
package enum RenameRule: Sendable {
    /// The file that had it is replaced.
    case replacing
    /// The renaming is refused.
    case refusing
    /// The two files swap their names, in one step.
    case exchanging
}

/// Whether a lock may be shared.
package enum LockSharing: Sendable {
    /// Others may share it too.
    case shared
    /// Nobody else has it.
    case exclusive
}

/// A lock that is held as long as the value lives.
package protocol DiskLock: AnyObject, Sendable {}
