internal import CofferDisk

/// A folder that many files are handed out to, each whole under its name or not there.
///
/// What it remembers is which folders it has made, so that not each file costs a look at all
/// folders above it. ``synchronize()`` makes durable what was written.
public struct OutputFolder {
    /// Files from this size on are written past the system's cache, in bytes.
    private static let largeSize: UInt64 = 16 << 20

    private let path: String
    private let isReplacing: Bool
    private var made: Set<String> = []

    /// Names a folder; it is made with the first file.
    ///
    /// - Parameters:
    ///   - path: Where it is, or is made.
    ///   - isReplacing: Whether files that are there already may be replaced.
    public init(at path: String, replacing isReplacing: Bool = false) {
        self.path = path
        self.isReplacing = isReplacing
    }

    /// Begins a file; the folders that its name passes through are made.
    ///
    /// - Parameters:
    ///   - name: Its name below the folder: parts between `/`, none of them `.` or `..`.
    ///   - size: How many bytes it will have, about.
    /// - Throws: As ``OutputFile/createDirectory(_:)`` and
    ///   ``OutputFile/init(at:replacing:isOneOfMany:)``.
    public mutating func file(
        _ name: String, size: UInt64
    ) throws(VaultError) -> OutputFile {
        let file = DiskPath.join(path, name)
        let folder = DiskPath.parent(of: file)
        if !made.contains(folder) {
            try OutputFile.createDirectory(folder)
            made.insert(folder)
        }
        return try OutputFile(
            inChecked: file, replacing: isReplacing, isOneOfMany: true,
            isLarge: size >= Self.largeSize)
    }

    /// Makes durable what was written.
    ///
    /// - Throws: ``VaultError/Code/full``, ``VaultError/Code/storage``.
    public func synchronize() throws(VaultError) { try OutputFile.synchronize(below: path) }
}
