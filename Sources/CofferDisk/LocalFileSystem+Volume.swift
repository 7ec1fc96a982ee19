internal import CofferShims
internal import Glibc

extension LocalFileSystem {
    /// What kind of file system a path lies on.
    package func volume(_ path: String) throws(DiskError) -> Volume {
        var status = statvfs()
        try Self.retrying(.status, path) { unsafe statvfs(path, &status) }
        let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(
            by: UInt64(status.f_frsize))
        return Volume(
            name: typeName(path),
            // ST_RDONLY, statvfs(3)
            isReadOnly: status.f_flag & 1 != 0,
            available: overflow ? .max : bytes)
    }

    /// Makes everything durable that was written to the file system of a path (syncfs(2)).
    package func synchronizeVolume(of path: String) throws(DiskError) {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
        let descriptor = try Self.retrying(.synchronize, path) { unsafe Glibc.open(path, flags) }
        defer { Glibc.close(descriptor) }
        let code = CofferShims_synchronize(descriptor)
        guard code == 0 else { throw DiskError(.synchronize, path, errno: code) }
    }

    private func typeName(_ path: String) -> String {
        guard let resolved = unsafe realpath(path, nil) else { return "" }
        defer { unsafe free(resolved) }
        // A file of /proc has size 0 and must be read like a pipe.
        guard let absolute = unsafe String(validatingCString: resolved),
            var table = try? DescriptorReader(path: "/proc/self/mountinfo"),
            let text = try? table.readAll(limit: 4 << 20)
        else { return "" }
        return MountTable(text).type(of: absolute)
    }
}
