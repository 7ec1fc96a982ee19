internal import CofferCare
internal import CofferChunks
internal import CofferDisk
internal import CofferExchange
internal import CofferFormat
internal import CofferRecords

/// The files of a vault on their way into the folder of an export, one after another.
///
/// Each lies under its own name; where that cannot be (it is too long, the file system does not
/// take it, or something else has it), under a number in a folder beside.
internal final class FileFolder {
    /// Those whose bytes do not verify, and why.
    internal private(set) var damaged: [(name: String, reason: String)] = []

    private let disk = LocalFileSystem()
    private let records: Records
    private let reader: RecordReader
    private let folder: String
    private let list: HashedFile
    private var lines: LineWriter
    private var made: Set<String> = []
    private var count = 0
    private var bytes: UInt64 = 0

    /// A longer name would lead nowhere below a folder with a long path of its own (PATH_MAX).
    private static let longest = 1_024

    /// Begins in an unfinished folder.
    internal init(
        _ records: Records, _ reader: RecordReader, in pending: borrowing PendingFolder
    ) throws {
        self.records = records
        self.reader = reader
        folder = pending.temporary
        let list = HashedFile(
            try pending.create(FolderManifest.listName), at: FolderManifest.listName)
        self.list = list
        lines = LineWriter { bytes throws(ExchangeError) in try list.take(bytes) }
        for name in [FolderManifest.filesFolder, FolderManifest.renamedFolder] {
            try disk.makeDirectory(DiskPath.join(folder, name))
        }
    }

    /// All that may come into the folder for files, in the order in which it can be removed again.
    internal static func places(of names: [FileName]) -> [String] {
        guard !names.isEmpty else { return [] }
        var folders: Set<[UInt8]> = []
        for name in names { folders.formUnion(name.folders.map { Array($0.utf8) }) }
        let deepestFirst = folders.sorted { $0.count > $1.count }
        return names.map { place($0.text) } + names.indices.map { place(number: $0 + 1) }
            + deepestFirst.map { place(String(decoding: $0, as: UTF8.self)) }
            + [
                FolderManifest.filesFolder, FolderManifest.renamedFolder,
                FolderManifest.listName,
            ]
    }

    private static func place(_ name: String) -> String { FolderManifest.filesFolder + "/" + name }

    private static func place(number: Int) -> String {
        let digits = String(number)
        return FolderManifest.renamedFolder + "/"
            + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }

    /// Writes every file.
    ///
    /// - Throws: `DiskError`; as reading records does.
    internal func run(_ counted: () -> Void) throws {
        var number = 0
        do {
            try FileCatalog(reader).eachRecord { record, file in
                counted()
                guard let file else {
                    return damaged.append(("\(record.id)", "its record says no file"))
                }
                number += 1
                let path = try write(file, number)
                try lines.write(FileLine(record, file, path: path, reader).value)
            }
        } catch { throw list.failure ?? error }
    }

    /// Makes everything durable, and says what the manifest tells of the files.
    internal func finish() throws -> FolderManifest.Kept {
        do { try lines.finish() } catch { throw list.failure ?? error }
        let listed = try list.finish()
        for name in [FolderManifest.filesFolder, FolderManifest.renamedFolder] {
            try disk.synchronizeTree(DiskPath.join(folder, name))
        }
        return FolderManifest.Kept(
            count: count, bytes: Int64(clamping: bytes), list: listed)
    }

    /// Writes one.
    ///
    /// - Returns: Its path in the folder; nil where it is damaged.
    private func write(_ file: StoredFile, _ number: Int) throws -> String? {
        let (path, out) = try create(file.name, number)
        do {
            try FileRead(file, records, reader).all { try out.write($0) }
        } catch {
            guard let reason = Self.reason(for: error) else { throw error }
            damaged.append((file.name.text, reason))
            try disk.unlink(DiskPath.join(folder, path))
            return nil
        }
        count += 1
        bytes &+= file.size
        return path
    }

    /// Why the bytes of one file cannot be had; nil for what ends the export.
    private static func reason(for error: any Error) -> String? {
        switch error {
        case ChunkError.disk(let failure) where failure.kind != .io: nil
        case let error as ChunkError: VaultError.from(error).message
        case let error as FileError: VaultError.from(error).message
        default: nil
        }
    }

    private func create(
        _ name: FileName, _ number: Int
    ) throws(DiskError) -> (path: String, file: any DiskFile) {
        if name.text.utf8.count <= Self.longest {
            do throws(DiskError) {
                for inner in name.folders where !made.contains(inner) {
                    // One that is there and that we have not made is another name's.
                    try disk.makeDirectory(DiskPath.join(folder, Self.place(inner)))
                    made.insert(inner)
                }
                let path = Self.place(name.text)
                return (path, try disk.open(DiskPath.join(folder, path), .create))
            } catch {
                switch error.kind {
                case .exists, .notFound, .notRegular, .other: break
                default: throw error
                }
            }
        }
        let path = Self.place(number: number)
        return (path, try disk.open(DiskPath.join(folder, path), .create))
    }
}
