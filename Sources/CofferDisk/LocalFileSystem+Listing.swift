internal import Glibc

extension LocalFileSystem {
    /// The names in a directory, sorted.
    ///
    /// A name that is no UTF-8 is passed over: nothing of ours has one, and a stranger's file must
    /// not keep us from its neighbours.
    package func list(_ path: String) throws(DiskError) -> [String] {
        let descriptor = try Self.retrying(.list, path) {
            unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        }
        guard let directory = unsafe fdopendir(descriptor) else {
            let code = errno
            Glibc.close(descriptor)
            throw DiskError(.list, path, errno: code)
        }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(directory) else {
                guard errno == 0 else { throw DiskError(.list, path, errno: errno) }
                return names.sorted()
            }
            let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
            // The name may be longer than the imported array of 256 and ends with a NUL.
            let start = unsafe UnsafeRawPointer(entry).advanced(by: offset)
                .assumingMemoryBound(to: CChar.self)
            guard let name = unsafe String(validatingCString: start) else { continue }
            if name != "." && name != ".." { names.append(name) }
        }
    }
}

extension FileStatus {
    /// Takes over what the system tells.
    internal init(_ status: stat) {
        let kind: Kind =
            switch status.st_mode & 0o170000 {
            case 0o100000: .regular
            case 0o040000: .directory
            case 0o120000: .symbolicLink
            default: .special
            }
        self.init(
            kind: kind, size: Int64(status.st_size),
            modifiedSeconds: Int64(status.st_mtim.tv_sec),
            modifiedNanoseconds: Int64(status.st_mtim.tv_nsec),
            changedSeconds: Int64(status.st_ctim.tv_sec),
            changedNanoseconds: Int64(status.st_ctim.tv_nsec),
            inode: UInt64(status.st_ino), device: UInt64(status.st_dev),
            links: UInt64(status.st_nlink), user: status.st_uid,
            mode: status.st_mode & 0o7777)
    }
}
