internal import CofferShims

/// A new file that nobody sees under its name before it is whole and durable.
///
/// It grows beside its place, mode 0600, under a name that begins with ``prefix``. Dropped
/// without ``commit(_:)``, it is removed; killed, its leftover is harmless, and
/// ``FileSystem/removeLeftovers(in:)`` finds it.
package struct PendingFile: ~Copyable {
    /// What every unfinished file's name begins with.
    package static let prefix = ".coffer-unfinished-"

    private let disk: any FileSystem
    private let target: String
    /// The path under which it grows.
    package let temporary: String
    private let file: any DiskFile
    private var isFinished = false

    /// Begins a file that will stand at `path`.
    package init(_ path: String, on disk: any FileSystem) throws(DiskError) {
        let directory = DiskPath.parent(of: path)
        let temporary = DiskPath.join(directory, Self.prefix + Self.randomName())
        let file = try disk.open(temporary, .create)
        self.disk = disk
        target = path
        self.temporary = temporary
        self.file = file
    }

    deinit {
        // A failure leaves a leftover, which nothing takes for a file of ours.
        if !isFinished { try? disk.unlink(temporary) }
    }

    /// Adds bytes at the end.
    package func write(_ bytes: Span<UInt8>) throws(DiskError) { try file.write(bytes) }

    /// Adds bytes at the end.
    package func write(_ bytes: [UInt8]) throws(DiskError) { try file.write(bytes.span) }

    /// Adds bytes at the end.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(DiskError) {
        let bytes = unsafe bytes.bindMemory(to: UInt8.self)
        try file.write(unsafe bytes.span)
    }

    /// The number of bytes written.
    package func size() throws(DiskError) -> Int64 { try file.status().size }

    /// Makes the bytes durable, gives the file its name, and makes the name durable.
    ///
    /// - Throws: ``DiskError/Kind/exists`` with ``RenameRule/refusing`` when the name was taken
    ///   meanwhile; what the disk answers. Before the renaming nothing shows; after it, when the
    ///   directory cannot be synchronized, the whole file does.
    package consuming func commit(_ rule: RenameRule = .refusing) throws(DiskError) {
        // Never the other way round: a name that is durable before its bytes is an empty file
        // after a power cut.
        try file.synchronize()
        try disk.rename(temporary, to: target, rule)
        isFinished = true
        try disk.synchronizeDirectory(DiskPath.parent(of: target))
    }

    /// 16 hexadecimal digits.
    ///
    /// Guessing them gains nothing: the name must be free to be taken.
    private static func randomName() -> String {
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
    /// - Important: It cannot tell a leftover from the file that a living process is writing.
    ///   Call it under the lock under which files are written there.
    @discardableResult
    package func removeLeftovers(in directory: String) throws(DiskError) -> Int {
        let names = try list(directory).filter { $0.hasPrefix(PendingFile.prefix) }
        for name in names { try unlink(DiskPath.join(directory, name)) }
        return names.count
    }
}
