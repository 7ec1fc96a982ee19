internal import Glibc

/// A new folder that nobody sees under its name before it is whole and durable.
///
/// It grows beside its place, mode 0700, under a name that begins with ``PendingFile/prefix``.
/// Dropped without ``commit()``, it is removed with all that is in it; killed, its leftover is
/// found by ``FileSystem/removeLeftovers(in:)``. The lock that tells it from a living one is a
/// file beside it, so that the folder itself holds nothing but what belongs there.
package struct PendingFolder: ~Copyable {
    /// What the name of an unfinished folder ends with; without it, it is that of the lock.
    private static let suffix = ".folder"

    private let disk: any FileSystem
    private let target: String
    /// The path under which it grows.
    package let temporary: String
    // Nil where the file system has no locks; then nobody can remove leftovers there either.
    private let lock: (any DiskLock)?
    private var folders: [String] = []
    private var isFinished = false

    /// A free path under which the folder for `path` can grow.
    ///
    /// Asked for before anything is made, so that a program knows what to remove when it is
    /// interrupted.
    package static func temporaryPath(for path: String) -> String {
        let name = PendingFile.prefix + PendingFile.randomName() + suffix
        return DiskPath.join(DiskPath.parent(of: path), name)
    }

    /// The file that is locked while the folder at `temporary` grows.
    package static func lockPath(of temporary: String) -> String {
        String(temporary.dropLast(suffix.count))
    }

    /// Begins a folder that will stand at `path`.
    ///
    /// - Parameter temporary: Where it grows, from ``temporaryPath(for:)``.
    /// - Throws: ``DiskError/Kind/exists`` at once when `path` is taken by anything but an empty
    ///   folder, so that no long work is done in vain; what the disk answers.
    package init(
        _ path: String, temporary: String, on disk: any FileSystem
    ) throws(DiskError) {
        if let found = try disk.status(path) {
            guard found.kind == .directory, try disk.list(path).isEmpty else {
                throw DiskError(.makeDirectory, path, .exists)
            }
        }
        let lockPath = Self.lockPath(of: temporary)
        // Before the folder: whoever finds one that is not locked may remove it.
        let lock = try? disk.lock(lockPath, .exclusive, timeout: .seconds(1))
        do throws(DiskError) { try disk.makeDirectory(temporary) } catch {
            try? disk.unlink(lockPath)
            throw error
        }
        self.disk = disk
        self.temporary = temporary
        self.lock = lock
        target = DiskPath.join(DiskPath.parent(of: path), DiskPath.name(of: path))
    }

    deinit {
        guard !isFinished else { return }
        // A failure leaves a leftover, which nothing takes for a folder of ours.
        try? disk.removeTree(temporary)
        try? disk.unlink(Self.lockPath(of: temporary))
    }

    /// Makes a folder in it.
    package mutating func makeFolder(_ name: String) throws(DiskError) {
        let path = DiskPath.join(temporary, name)
        try disk.makeDirectory(path)
        folders.append(path)
    }

    /// Makes a file in it, mode 0600; whoever writes it makes its bytes durable.
    package func create(_ name: String) throws(DiskError) -> any DiskFile {
        try disk.open(DiskPath.join(temporary, name), .create)
    }

    /// Makes all names durable, gives the folder its own, and makes that durable.
    ///
    /// An empty folder that has the name is replaced.
    ///
    /// - Throws: ``DiskError/Kind/exists`` when something was put there meanwhile; what the disk
    ///   answers. Before the renaming nothing shows; after it, when the directory cannot be
    ///   synchronized, the whole folder does.
    package consuming func commit() throws(DiskError) {
        for folder in folders { try disk.synchronizeDirectory(folder) }
        try disk.synchronizeDirectory(temporary)
        // rename(2) replaces an empty directory and nothing else by a directory.
        try disk.rename(temporary, to: target, .replacing)
        isFinished = true
        try? disk.unlink(Self.lockPath(of: temporary))
        try disk.synchronizeDirectory(DiskPath.parent(of: target))
    }

    /// Removes what lies at `path` if it is a folder that a killed process of ours has left.
    internal static func removeLeftover(
        _ path: String, on disk: some FileSystem
    ) throws(DiskError) -> Bool {
        // Into a stranger's folder he could put links while it is being removed.
        guard path.hasSuffix(suffix), let found = try disk.status(path),
            found.kind == .directory, found.user == geteuid()
        else { return false }
        let lockPath = lockPath(of: path)
        guard let lock = try? disk.lock(lockPath, .exclusive, timeout: .zero) else { return false }
        defer { withExtendedLifetime(lock) {} }
        try disk.removeTree(path)
        try disk.unlink(lockPath)
        return true
    }
}
