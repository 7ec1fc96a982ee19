import CofferDisk
import Synchronization

/// The machine's disk, until a step that is chosen: that one fails, or nothing works from there on.
final class TrippingDisk: FileSystem {
    private let disk = LocalFileSystem()
    private let steps = Mutex(0)
    private let point: Int
    private let isDead: Bool

    /// Fails at a step, from 1.
    ///
    /// - Parameter isDead: Whether nothing is done from there on, as after a kill.
    init(at point: Int, isDead: Bool) {
        self.point = point
        self.isDead = isDead
    }

    /// How many steps that change something were taken.
    var count: Int { steps.withLock { $0 } }

    private func step(_ operation: DiskError.Operation, _ path: String) throws(DiskError) {
        let now = steps.withLock { steps in
            steps += 1
            return steps
        }
        guard now == point || (isDead && now > point) else { return }
        throw DiskError(operation, path, .io)
    }

    func open(_ path: String, _ access: FileAccess) throws(DiskError) -> any DiskFile {
        if case .create = access { try step(.open, path) }
        return try disk.open(path, access)
    }

    func rename(_ path: String, to other: String, _ rule: RenameRule) throws(DiskError) {
        try step(.rename, path)
        try disk.rename(path, to: other, rule)
    }

    func synchronizeDirectory(_ path: String) throws(DiskError) {
        try step(.synchronize, path)
        try disk.synchronizeDirectory(path)
    }

    func makeDirectory(_ path: String) throws(DiskError) {
        try step(.makeDirectory, path)
        try disk.makeDirectory(path)
    }

    func unlink(_ path: String) throws(DiskError) {
        try step(.remove, path)
        try disk.unlink(path)
    }

    func removeDirectory(_ path: String) throws(DiskError) {
        try step(.remove, path)
        try disk.removeDirectory(path)
    }

    func list(_ path: String) throws(DiskError) -> [String] { try disk.list(path) }

    func status(_ path: String) throws(DiskError) -> FileStatus? { try disk.status(path) }

    func volume(_ path: String) throws(DiskError) -> Volume { try disk.volume(path) }

    func lock(
        _ path: String, _ sharing: LockSharing, timeout: Duration
    ) throws(DiskError) -> any DiskLock {
        try step(.lock, path)
        return try disk.lock(path, sharing, timeout: timeout)
    }
}
