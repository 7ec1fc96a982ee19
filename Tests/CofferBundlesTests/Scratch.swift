import CofferBundles
import CofferDisk
import CofferDiskSupport
import Foundation
import Synchronization

/// A directory of its own for one test, removed at the end.
final class Scratch: Sendable {
    let path: String

    init() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("coffer-bundles-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.path
    }

    deinit { try? LocalFileSystem().removeTree(path) }

    func file(_ name: String) -> String { path + "/" + name }

    var names: [String] { get throws { try LocalFileSystem().list(path) } }
}

/// A program of others: what it answered, or nil where it is not installed.
enum Tool {
    static let missing = ["tar", "sha256sum", "minisign", "mkfifo"].filter { find($0) == nil }

    /// Whether the tools that check a bundle without Coffer are here; says so when not.
    static let areThere: Bool = {
        if !missing.isEmpty { print("Skipped: \(missing.joined(separator: ", ")) not installed.") }
        return missing.isEmpty
    }()

    static func find(_ name: String) -> String? {
        ["/usr/bin/", "/bin/", "/usr/local/bin/"].map { $0 + name }
            .first(where: FileManager.default.isExecutableFile)
    }

    /// Runs a tool in a folder; its exit status and all that it printed.
    static func run(_ words: [String], in folder: String) throws -> (status: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(filePath: find(words[0]) ?? words[0])
        process.arguments = Array(words.dropFirst())
        process.currentDirectoryURL = URL(filePath: folder)
        process.environment = ["LC_ALL": "C", "PATH": "/usr/bin:/bin"]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}

/// A file that is made as it is read, and counts how much was.
final class MeteredFile: DiskFile {
    private let size: Int64
    private let content: @Sendable (Range<Int>) -> [UInt8]
    private let meter = Mutex((calls: 0, bytes: 0))

    init(size: Int64, _ content: @escaping @Sendable (Range<Int>) -> [UInt8]) {
        self.size = size
        self.content = content
    }

    var calls: Int { meter.withLock { $0.calls } }
    var bytes: Int { meter.withLock { $0.bytes } }

    func readSome(
        _ buffer: inout MutableSpan<UInt8>, from start: Int, at offset: Int64
    ) throws(DiskError) -> Int {
        let count = Int(min(Int64(buffer.count - start), max(0, size - offset)))
        guard count > 0 else { return 0 }
        let part = content(Int(offset)..<Int(offset) + count)
        unsafe buffer.withUnsafeMutableBufferPointer { buffer in
            let rest = unsafe UnsafeMutableBufferPointer(rebasing: buffer[start..<start + count])
            _ = unsafe rest.update(from: part)
        }
        meter.withLock { meter in
            meter.calls += 1
            meter.bytes += count
        }
        return count
    }

    func writeSome(_ bytes: Span<UInt8>) throws(DiskError) -> Int {
        throw DiskError(.write, "metered", .readOnly)
    }

    func synchronize() throws(DiskError) {}

    func truncate(to size: Int64) throws(DiskError) {
        throw DiskError(.truncate, "metered", .readOnly)
    }

    func status() throws(DiskError) -> FileStatus { FileStatus(kind: .regular, size: size) }
}

/// A disk on which every name is one file.
struct MeteredDisk: FileSystem {
    let file: MeteredFile

    init(_ file: MeteredFile) { self.file = file }

    init(_ bytes: [UInt8]) {
        file = MeteredFile(size: Int64(bytes.count)) { Array(bytes[$0]) }
    }

    func open(_ path: String, _ access: FileAccess) throws(DiskError) -> any DiskFile { file }

    func rename(_ path: String, to other: String, _ rule: RenameRule) throws(DiskError) {
        throw DiskError(.rename, path, .readOnly)
    }

    func synchronizeDirectory(_ path: String) throws(DiskError) {}

    func makeDirectory(_ path: String) throws(DiskError) {
        throw DiskError(.makeDirectory, path, .readOnly)
    }

    func unlink(_ path: String) throws(DiskError) { throw DiskError(.remove, path, .readOnly) }

    func removeDirectory(_ path: String) throws(DiskError) {
        throw DiskError(.remove, path, .readOnly)
    }

    func list(_ path: String) throws(DiskError) -> [String] { [] }

    func status(_ path: String) throws(DiskError) -> FileStatus? { nil }

    func volume(_ path: String) throws(DiskError) -> Volume {
        Volume(name: "", isReadOnly: true, available: 0)
    }

    func lock(
        _ path: String, _ sharing: LockSharing, timeout: Duration
    ) throws(DiskError) -> any DiskLock {
        throw DiskError(.lock, path, .readOnly)
    }
}
