internal import CofferShims

/// A new file that nobody sees under its name before it is whole and durable.
///
/// It grows beside its place, mode 0600, under a name that begins with ``prefix``. Dropped
/// without ``commit(_:)``, it is removed; killed, its leftover is found by
/// ``FileSystem/removeLeftovers(in:)``, which tells it from a living one by the lock.
package struct PendingFile: ~Copyable {
    /// What every unfinished file's name begins with.
    package static let prefix = ".coffer-unfinished-"

    private let disk: any FileSystem
    private let target: String
    /// The path under which it grows.
    package let temporary: String
    private let file: any DiskFile
    /// For much that is not read soon.
    private let direct: DirectWriter?
    // Nil where the file system has no locks; then nobody can remove leftovers there either.
    private let lock: (any DiskLock)?
    private var isFinished = false

    /// How often a new name is taken when a sweep removed the file before its lock was had.
    private static let attempts = 3

    /// Begins a file that will stand at `path`.
    ///
    /// - Parameter isLarge: Whether it may grow to gigabytes that are not read soon; then they do
    ///   not take the place of others in the system's cache.
    package init(
        _ path: String, isLarge: Bool = false, on disk: any FileSystem
    ) throws(DiskError) {
        let begun = try Self.begin(in: DiskPath.parent(of: path), disk)
        self.disk = disk
        target = path
        temporary = begun.path
        file = begun.file
        lock = begun.lock
        direct = isLarge ? DirectWriter(begun.file, at: 0) : nil
    }

    deinit {
        // A failure leaves a leftover, which nothing takes for a file of ours.
        if !isFinished { try? disk.unlink(temporary) }
    }

    /// Adds bytes at the end.
    package func write(_ bytes: Span<UInt8>) throws(DiskError) {
        if let direct { try direct.write(bytes) } else { try file.write(bytes) }
    }

    /// Adds bytes at the end.
    package func write(_ bytes: [UInt8]) throws(DiskError) { try write(bytes.span) }

    /// Adds bytes at the end.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(DiskError) {
        let bytes = unsafe bytes.bindMemory(to: UInt8.self)
        try write(unsafe bytes.span)
    }

    /// The number of bytes written.
    package func size() throws(DiskError) -> Int64 {
        try file.status().size + Int64(direct?.waiting ?? 0)
    }

    /// Makes the bytes durable, gives the file its name, and makes the name durable.
    ///
    /// - Throws: ``DiskError/Kind/exists`` with ``RenameRule/refusing`` when the name was taken
    ///   meanwhile; what the disk answers. Before the renaming nothing shows; after it, when the
    ///   directory cannot be synchronized, the whole file does.
    package consuming func commit(_ rule: RenameRule = .refusing) throws(DiskError) {
        // Never the other way round: a name that is durable before its bytes is an empty file
        // after a power cut.
        try direct?.finish()
        try file.synchronize()
        try disk.rename(temporary, to: target, rule)
        isFinished = true
        try disk.synchronizeDirectory(DiskPath.parent(of: target))
    }

    /// Gives the file its name, and leaves it to others to make bytes and name durable: of many files
    /// all at once (``LocalFileSystem/synchronizeVolume(of:)``).
    ///
    /// - Throws: As ``commit(_:)``.
    package consuming func place(_ rule: RenameRule = .refusing) throws(DiskError) {
        try direct?.finish()
        try disk.rename(temporary, to: target, rule)
        isFinished = true
    }

    /// A file under a new name, and the lock that says that somebody is at it.
    private struct Begun {
        let path: String
        let file: any DiskFile
        let lock: (any DiskLock)?
    }

    private static func begin(
        in directory: String, _ disk: any FileSystem
    ) throws(DiskError) -> Begun {
        for _ in 0..<attempts {
            let path = DiskPath.join(directory, prefix + randomName())
            let file = try disk.open(path, .create)
            let lock = try? disk.lock(path, .exclusive, timeout: .seconds(1))
            if let found = try disk.status(path), found.isSameFile(as: try file.status()) {
                return Begun(path: path, file: file, lock: lock)
            }
            // Swept in between; the lock has made a file of that name anew.
            try? disk.unlink(path)
        }
        throw DiskError(.open, directory, .busy)
    }

    /// 16 hexadecimal digits.
    ///
    /// Guessing them gains nothing: the name must be free to be taken.
    internal static func randomName() -> String {
        var number: UInt64 = 0
        if unsafe CofferShims_random(&number, MemoryLayout<UInt64>.size) != 0 {
            number = .random(in: 0...UInt64.max)
        }
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension FileSystem {
    /// Removes what killed processes left unfinished in a directory, and says how many.
    ///
    /// A file or folder that a living process is writing is locked, and stays.
    @discardableResult
    package func removeLeftovers(in directory: String) throws(DiskError) -> Int {
        var count = 0
        for name in try list(directory) where name.hasPrefix(PendingFile.prefix) {
            let path = DiskPath.join(directory, name)
            if try PendingFolder.removeLeftover(path, on: self) {
                count += 1
                continue
            }
            // Gone meanwhile, or no file: nothing of ours.
            guard try status(path)?.kind == .regular,
                let lock = try? lock(path, .exclusive, timeout: .zero)
            else { continue }
            defer { withExtendedLifetime(lock) {} }
            try unlink(path)
            count += 1
        }
        return count
    }
}
