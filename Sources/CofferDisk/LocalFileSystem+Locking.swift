internal import Glibc

extension LocalFileSystem {
    /// Takes a lock that other processes see.
    ///
    /// An open-file-description lock (fcntl(2)): it belongs to this one opening of the file, so
    /// two threads exclude each other too, and closing another descriptor does not drop it.
    package func lock(
        _ path: String, _ sharing: LockSharing, timeout: Duration
    ) throws(DiskError) -> any DiskLock {
        let clock = ContinuousClock()
        let deadline = clock.now.advanced(by: min(max(timeout, .zero), .seconds(86_400)))
        var pause = 1
        while true {
            let file = try openLockFile(path)
            if try file.takeLock(sharing), let found = try status(path),
                found.isSameFile(as: try file.status())
            {
                return LocalLock(file)
            }
            // Held by another, or the file was replaced between opening and locking.
            guard clock.now < deadline else { throw DiskError(.lock, path, .busy) }
            usleep(UInt32(pause) * 1_000)
            pause = min(pause * 2, 32)
        }
    }

    private func openLockFile(_ path: String) throws(DiskError) -> LocalFile {
        let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
        let descriptor = try Self.retrying(.lock, path) { unsafe Glibc.open(path, flags, 0o600) }
        let file = LocalFile(adopting: descriptor, path)
        guard try file.status().kind == .regular else {
            throw DiskError(.lock, path, .notRegular)
        }
        return file
    }
}

/// A lock of the machine's own disk; the descriptor holds it.
internal final class LocalLock: DiskLock {
    private let file: LocalFile

    internal init(_ file: LocalFile) { self.file = file }
}

extension LocalFile {
    /// `F_OFD_SETLK`, asm-generic/fcntl.h; the imported headers leave it out.
    private static let setOpenFileLock: Int32 = 37

    /// Tries once to lock the whole file; false when somebody else is in the way.
    internal func takeLock(_ sharing: LockSharing) throws(DiskError) -> Bool {
        var request = flock()
        request.l_type = Int16(sharing == .shared ? F_RDLCK : F_WRLCK)
        request.l_whence = Int16(SEEK_SET)
        // Length 0 means to the end, and l_pid must be 0 for this kind, fcntl(2).
        while unsafe fcntl(descriptor, Self.setOpenFileLock, &request) != 0 {
            if errno == EAGAIN || errno == EACCES { return false }
            guard errno == EINTR else { throw DiskError(.lock, path, errno: errno) }
        }
        return true
    }
}
