import CofferDisk
import Synchronization

/// The machine's disk, of which one file cannot be read for now, or a part of it.
final class UnreadableDisk: FileSystem {
    private let disk = LocalFileSystem()
    private let path: String
    private let kind: DiskError.Kind
    private let part: Range<Int64>?
    private let failures = Mutex(0)

    /// Fails on one file.
    ///
    /// - Parameter part: What of the file; nil lets it not even be opened.
    init(_ path: String, _ kind: DiskError.Kind = .io, part: Range<Int64>? = nil) {
        self.path = path
        self.kind = kind
        self.part = part
    }

    /// How often it failed.
    var count: Int { failures.withLock { $0 } }

    private func fail(_ operation: DiskError.Operation) -> DiskError {
        failures.withLock { $0 += 1 }
        return DiskError(operation, path, kind)
    }

    private final class Failing: DiskFile {
        private let file: any DiskFile
        private let disk: UnreadableDisk

        init(_ file: any DiskFile, _ disk: UnreadableDisk) {
            self.file = file
            self.disk = disk
        }

        func writeSome(_ bytes: Span<UInt8>) throws(DiskError) -> Int {
            try file.writeSome(bytes)
        }

        func readSome(
            _ buffer: inout MutableSpan<UInt8>, from start: Int, at offset: Int64
        ) throws(DiskError) -> Int {
            let wanted = offset..<offset + Int64(buffer.count - start)
            if let part = disk.part, part.overlaps(wanted) { throw disk.fail(.read) }
            return try file.readSome(&buffer, from: start, at: offset)
        }

        func synchronize() throws(DiskError) { try file.synchronize() }

        func truncate(to size: Int64) throws(DiskError) { try file.truncate(to: size) }

        func status() throws(DiskError) -> FileStatus { try file.status() }
    }

    func open(_ path: String, _ access: FileAccess) throws(DiskError) -> any DiskFile {
        guard path == self.path else { return try disk.open(path, access) }
        guard part != nil else { throw fail(.open) }
        return Failing(try disk.open(path, access), self)
    }

    func rename(_ path: String, to other: String, _ rule: RenameRule) throws(DiskError) {
        try disk.rename(path, to: other, rule)
    }

    func synchronizeDirectory(_ path: String) throws(DiskError) {
        try disk.synchronizeDirectory(path)
    }

    func makeDirectory(_ path: String) throws(DiskError) { try disk.makeDirectory(path) }

    func unlink(_ path: String) throws(DiskError) { try disk.unlink(path) }

    func removeDirectory(_ path: String) throws(DiskError) { try disk.removeDirectory(path) }

    func list(_ path: String) throws(DiskError) -> [String] { try disk.list(path) }

    func status(_ path: String) throws(DiskError) -> FileStatus? { try disk.status(path) }

    func volume(_ path: String) throws(DiskError) -> Volume { try disk.volume(path) }

    func lock(
        _ path: String, _ sharing: LockSharing, timeout: Duration
    ) throws(DiskError) -> any DiskLock {
        try disk.lock(path, sharing, timeout: timeout)
    }
}
