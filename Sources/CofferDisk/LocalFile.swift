internal import CofferShims
internal import Glibc

/// An open file of the machine's own disk.
internal final class LocalFile: DiskFile {
    internal let descriptor: Int32
    internal let path: String

    /// Takes over a descriptor, which must not be closed elsewhere.
    internal init(adopting descriptor: Int32, _ path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit {
        // Whatever close(2) says, the descriptor is gone; what matters was synchronized before.
        Glibc.close(descriptor)
    }

    /// Writes a part of `bytes`.
    internal func writeSome(_ bytes: Span<UInt8>) throws(DiskError) -> Int {
        guard bytes.count > 0 else { return 0 }
        while true {
            let count = unsafe bytes.withUnsafeBufferPointer { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
            }
            if count > 0 { return count }
            // write(2) never takes 0 of some bytes; a loop over such an answer would not end.
            guard count < 0 else { throw DiskError(.write, path, .io) }
            guard errno == EINTR else { throw DiskError(.write, path, errno: errno) }
        }
    }

    /// Reads bytes from `offset`, as many as come.
    internal func readSome(
        _ buffer: inout MutableSpan<UInt8>, from start: Int, at offset: Int64
    ) throws(DiskError) -> Int {
        guard start >= 0, start < buffer.count else { return 0 }
        while true {
            let count = unsafe buffer.withUnsafeMutableBufferPointer { buffer in
                let rest = unsafe UnsafeMutableBufferPointer(rebasing: buffer[start...])
                return unsafe pread(
                    descriptor, rest.baseAddress, rest.count, off_t(clamping: offset))
            }
            if count >= 0 { return count }
            guard errno == EINTR else { throw DiskError(.read, path, errno: errno) }
        }
    }

    /// Makes the bytes durable.
    internal func synchronize() throws(DiskError) {
        // An interrupted call has not failed; every other failure is final.
        while fsync(descriptor) != 0 {
            guard errno == EINTR else { throw DiskError(.synchronize, path, errno: errno) }
        }
    }

    /// Cuts the file to `size` bytes.
    internal func truncate(to size: Int64) throws(DiskError) {
        while ftruncate(descriptor, off_t(clamping: size)) != 0 {
            guard errno == EINTR else { throw DiskError(.truncate, path, errno: errno) }
        }
    }

    /// Has what is written go past the system's cache, or no longer.
    internal func bypassCache(_ isOn: Bool) -> Bool {
        CofferShims_bypassCache(descriptor, isOn ? 1 : 0) == 0
    }

    /// What fstat(2) tells.
    internal func status() throws(DiskError) -> FileStatus {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw DiskError(.status, path, errno: errno)
        }
        return FileStatus(status)
    }
}
