internal import CofferDisk
internal import CofferStore

/// A file that is handed out of the vault: whole and durable under its name, or not there.
///
/// It has mode 0600 from its first byte and grows under another name beside its place. Dropped
/// without ``finish()``, nothing is left. What a killed program left there, the next one that
/// writes into the same folder removes.
public struct OutputFile: ~Copyable {
    private let pending: PendingFile
    private let path: String
    private let isReplacing: Bool
    private let isOneOfMany: Bool

    /// The path under which it grows: what an interrupted program removes.
    public let unfinishedPath: String

    /// Begins a file that will stand at `path`.
    ///
    /// - Parameters:
    ///   - path: Where the file is made.
    ///   - isReplacing: Whether a file that is there already may be replaced.
    ///   - isOneOfMany: Whether ``finish()`` leaves it to ``synchronize(below:)`` to make the bytes
    ///     durable; each file by itself would take a disk's while.
    /// - Throws: ``VaultError/Code/usage`` for a place in a vault's folder;
    ///   ``VaultError/Code/exists``; ``VaultError/Code/storage`` for a place that cannot be written,
    ///   or that holds something other than an ordinary file.
    public init(
        at path: String, replacing isReplacing: Bool = false, isOneOfMany: Bool = false
    ) throws(VaultError) {
        try Self.refuseVault(around: DiskPath.parent(of: path), path)
        try self.init(
            inChecked: path, replacing: isReplacing, isOneOfMany: isOneOfMany, isLarge: false)
    }

    /// Begins a file in a folder that is known not to be a vault's.
    ///
    /// - Parameter isLarge: Whether it is written past the system's cache.
    internal init(
        inChecked path: String, replacing isReplacing: Bool, isOneOfMany: Bool, isLarge: Bool
    ) throws(VaultError) {
        self.path = path
        self.isReplacing = isReplacing
        self.isOneOfMany = isOneOfMany
        let begun: PendingFile
        do {
            let files = LocalFileSystem()
            // What a killed program left here is readable by anyone who gets the disk.
            if !isOneOfMany { _ = try? files.removeLeftovers(in: DiskPath.parent(of: path)) }
            if isReplacing {
                // A device or a link must not become a file of ours.
                if let found = try files.status(path), found.kind != .regular {
                    throw VaultError(.storage, "\(path) is not an ordinary file")
                }
                begun = try PendingFile(path, isLarge: isLarge, on: files)
            } else {
                begun = try files.createExclusive(path, isLarge: isLarge)
            }
        } catch { throw Self.named(path, error) }
        unfinishedPath = begun.temporary
        pending = begun
    }

    /// Adds bytes at the end.
    ///
    /// - Throws: ``VaultError/Code/full``, ``VaultError/Code/storage``.
    public func write(_ bytes: Span<UInt8>) throws(VaultError) {
        do throws(DiskError) { try pending.write(bytes) } catch { throw Self.named(path, error) }
    }

    /// Adds bytes at the end.
    ///
    /// - Throws: ``VaultError/Code/full``, ``VaultError/Code/storage``.
    public func write(_ bytes: [UInt8]) throws(VaultError) { try write(bytes.span) }

    /// Makes the bytes durable and gives the file its name.
    ///
    /// - Throws: ``VaultError/Code/exists`` when the name was taken meanwhile;
    ///   ``VaultError/Code/full``, ``VaultError/Code/storage``.
    public consuming func finish() throws(VaultError) {
        let rule: RenameRule = isReplacing ? .replacing : .refusing
        let path = path
        let isOneOfMany = isOneOfMany
        do throws(DiskError) {
            if isOneOfMany { try pending.place(rule) } else { try pending.commit(rule) }
        } catch { throw Self.named(path, error) }
    }

    /// Makes durable what was written below a folder: many files, each of which is finished.
    ///
    /// - Throws: ``VaultError/Code/full``, ``VaultError/Code/storage``.
    public static func synchronize(below folder: String) throws(VaultError) {
        do throws(DiskError) {
            try LocalFileSystem().synchronizeVolume(of: folder)
        } catch { throw VaultError(error) }
    }

    /// The error with the name that was asked for: nobody knows the other one.
    private static func named(_ path: String, _ error: any Error) -> VaultError {
        guard let error = error as? DiskError else { return VaultError(error) }
        return VaultError(DiskError(error.operation, path, error.kind, code: error.code))
    }

    /// Makes a directory for files, where there is none.
    ///
    /// - Throws: ``VaultError/Code/usage`` for a place in a vault's folder;
    ///   ``VaultError/Code/exists`` when something else has the name, ``VaultError/Code/storage``.
    public static func createDirectory(_ path: String) throws(VaultError) {
        try refuseVault(around: path, path)
        do throws(DiskError) {
            try LocalFileSystem().createDirectories(path)
        } catch { throw VaultError(error) }
    }
}

extension OutputFile {
    /// Refuses a folder that is a vault, or lies in one, also where it has yet to be made.
    ///
    /// A file of ours there could take the place of the database, or of its log. The database is
    /// looked for by its name and never opened: closing it would drop SQLite's locks.
    internal static func refuseVault(
        around folder: String, _ path: String
    ) throws(VaultError) {
        let files = LocalFileSystem()
        var place = folder
        while (try? files.status(place)) == nil, DiskPath.parent(of: place) != place {
            place = DiskPath.parent(of: place)
        }
        // Going up by names of the disk and not of the path: links lead elsewhere.
        while true {
            place = DiskPath.join(place, ".")
            guard let here = try? files.status(place) else { return }
            let database = DiskPath.join(place, Store.databaseName)
            // What somebody else has put into a folder that all may write to makes no vault of it.
            if let found = try? files.status(database), found.user == here.user {
                throw VaultError(
                    .usage,
                    "\(path) lies in the folder of a vault, where nothing else is written; "
                        + "choose another place")
            }
            place = DiskPath.join(place, "..")
            guard let above = try? files.status(place), !above.isSameFile(as: here) else { return }
        }
    }
}
