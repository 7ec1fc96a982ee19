import Foundation
import Glibc
import Synchronization

/// A folder of its own for one test, in memory where there is such a place, gone with it.
final class Place {
    let path: String

    init() throws {
        let shared = FileManager.default.isWritableFile(atPath: "/dev/shm")
        path =
            (shared ? "/dev/shm/" : NSTemporaryDirectory()) + "coffer-tamper-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The database of the vault in this folder.
    var database: String { path + "/vault.sqlite" }

    /// Makes the folder a vault of these bytes, without a log.
    func put(_ bytes: [UInt8], log: [UInt8]? = nil) throws {
        for suffix in ["-wal", "-shm", "-journal"] { unsafe unlink(database + suffix) }
        try Self.write(bytes, to: database)
        if let log { try Self.write(log, to: database + "-wal") }
    }

    /// Overwrites one byte where it lies.
    func patch(_ offset: Int, _ byte: UInt8) throws {
        let descriptor = unsafe open(database, O_WRONLY)
        defer { close(descriptor) }
        var byte = byte
        guard unsafe pwrite(descriptor, &byte, 1, offset) == 1 else {
            throw RawDatabase.Failure(code: errno, message: "patch")
        }
    }

    static func read(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        defer { close(descriptor) }
        let count = unsafe bytes.withUnsafeBytes { buffer in
            unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
        }
        guard count == bytes.count else {
            throw RawDatabase.Failure(code: errno, message: "write")
        }
    }
}

/// How much is tried: a sample, or with `COFFER_LONG_TESTS=1` everything.
enum Thoroughness {
    static var isFull: Bool {
        ProcessInfo.processInfo.environment["COFFER_LONG_TESTS"] == "1"
    }

    /// Some `count` elements spread evenly; in a full run all, or `most` of them.
    static func some<Element>(
        _ elements: [Element], _ count: Int, most: Int = .max
    ) -> [Element] {
        let count = isFull ? max(count, most) : count
        guard elements.count > count else { return elements }
        return (0..<count).map { elements[$0 * elements.count / count] }
    }

    /// Does the parts of a long work at once.
    static func inParts(
        _ count: Int, _ body: @escaping @Sendable (Int) throws -> Void
    ) throws {
        guard count > 1 else { return try body(0) }
        let failure = Mutex<(any Error)?>(nil)
        DispatchQueue.concurrentPerform(iterations: count) { index in
            do { try body(index) } catch { failure.withLock { $0 = error } }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }
}
