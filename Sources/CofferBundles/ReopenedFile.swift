internal import CofferDisk

/// A file that is opened at each reading: many can be at hand where few may be open.
///
/// It may be another file the next time; whoever reads compares.
internal final class ReopenedFile: DiskFile {
    private let path: String
    private let disk: any FileSystem

    init(_ path: String, on disk: any FileSystem) {
        self.path = path
        self.disk = disk
    }

    func readSome(
        _ buffer: inout MutableSpan<UInt8>, from start: Int, at offset: Int64
    ) throws(DiskError) -> Int {
        try disk.open(path, .read).readSome(&buffer, from: start, at: offset)
    }

    func status() throws(DiskError) -> FileStatus { try disk.open(path, .read).status() }

    func writeSome(_ bytes: Span<UInt8>) throws(DiskError) -> Int {
        throw DiskError(.write, path, .readOnly)
    }

    func synchronize() throws(DiskError) { throw DiskError(.synchronize, path, .readOnly) }

    func truncate(to size: Int64) throws(DiskError) { throw DiskError(.truncate, path, .readOnly) }
}
