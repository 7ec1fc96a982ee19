internal import CofferShims
internal import Glibc

/// The machine's own disk.
package struct LocalFileSystem: FileSystem {
    /// The disk; it has no state.
    package init() {}

    /// Opens or makes an ordinary file.
    package func open(_ path: String, _ access: FileAccess) throws(DiskError) -> any DiskFile {
        // O_NONBLOCK: opening a fifo would wait for its other end. On an ordinary file it does
        // nothing, open(2).
        let common = O_CLOEXEC | O_NOCTTY | O_NONBLOCK
        let flags =
            switch access {
            case .read: common | O_RDONLY | O_NOFOLLOW
            case .readFollowing: common | O_RDONLY
            case .append: common | O_WRONLY | O_APPEND | O_NOFOLLOW
            case .create: common | O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW
            }
        let descriptor = try Self.retrying(.open, path) {
            unsafe Glibc.open(path, flags, 0o600)
        }
        let file = LocalFile(adopting: descriptor, path)
        guard try file.status().kind == .regular else {
            throw DiskError(.open, path, .notRegular)
        }
        return file
    }

    /// Gives a file or directory another name.
    package func rename(
        _ path: String, to other: String, _ rule: RenameRule
    ) throws(DiskError) {
        try Self.require(other, .rename)
        switch rule {
        case .replacing:
            try Self.retrying(.rename, path) { unsafe Glibc.rename(path, other) }
        case .refusing:
            try renameRefusing(path, other)
        case .exchanging:
            // renameat2(2): RENAME_EXCHANGE
            try Self.checking(.rename, path) { unsafe CofferShims_rename(path, other, 2) }
        }
    }

    /// Makes the names in a directory durable.
    package func synchronizeDirectory(_ path: String) throws(DiskError) {
        let descriptor = try Self.retrying(.open, path) {
            unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        }
        defer { Glibc.close(descriptor) }
        // EINVAL: this file system has no such call for directories, fsync(2).
        while fsync(descriptor) != 0, errno != EINVAL {
            guard errno == EINTR else { throw DiskError(.synchronize, path, errno: errno) }
        }
    }

    /// Makes a directory with mode 0700.
    package func makeDirectory(_ path: String) throws(DiskError) {
        try Self.retrying(.makeDirectory, path) { unsafe Glibc.mkdir(path, 0o700) }
    }

    /// Removes the name of a file.
    package func unlink(_ path: String) throws(DiskError) {
        try Self.retrying(.remove, path) { unsafe Glibc.unlink(path) }
    }

    /// Removes an empty directory.
    package func removeDirectory(_ path: String) throws(DiskError) {
        try Self.retrying(.remove, path) { unsafe Glibc.rmdir(path) }
    }

    /// What lies under a path.
    package func status(_ path: String) throws(DiskError) -> FileStatus? {
        var status = stat()
        do throws(DiskError) {
            try Self.retrying(.status, path) { unsafe lstat(path, &status) }
        } catch {
            // ENOTDIR: a part above is a file, so nothing can be below it.
            guard error.code == ENOENT || error.code == ENOTDIR else { throw error }
            return nil
        }
        return FileStatus(status)
    }

    /// Where `RENAME_NOREPLACE` is not known (some network and FUSE file systems), a second name
    /// and the removal of the first do the same; a leftover first name is harmless.
    private func renameRefusing(_ path: String, _ other: String) throws(DiskError) {
        do throws(DiskError) {
            // renameat2(2): RENAME_NOREPLACE
            try Self.checking(.rename, path) { unsafe CofferShims_rename(path, other, 1) }
        } catch {
            guard error.code == EINVAL || error.code == ENOSYS else { throw error }
            try Self.retrying(.rename, path) { unsafe link(path, other) }
            try unlink(path)
        }
    }
}

extension LocalFileSystem {
    /// Runs a system call on a path until no signal interrupts it.
    @discardableResult
    internal static func retrying(
        _ operation: DiskError.Operation, _ path: String,
        _ call: () -> Int32
    ) throws(DiskError) -> Int32 {
        try require(path, operation)
        while true {
            let result = call()
            if result >= 0 { return result }
            guard errno == EINTR else { throw DiskError(operation, path, errno: errno) }
        }
    }

    /// Runs a call that returns an errno.
    private static func checking(
        _ operation: DiskError.Operation, _ path: String,
        _ call: () -> Int32
    ) throws(DiskError) {
        try require(path, operation)
        let code = call()
        guard code == 0 else { throw DiskError(operation, path, errno: code) }
    }

    /// A NUL would end the path early and name another file.
    private static func require(
        _ path: String, _ operation: DiskError.Operation
    ) throws(DiskError) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw DiskError(operation, path, errno: EINVAL)
        }
    }
}
