import Foundation
import Testing

@testable import CofferSQLite

/// A file system of its own for one test, which takes root and is unmounted at the end.
final class Mount: Sendable {
    let path: String

    /// Whether this machine lets the tests mount; said once when it does not.
    static let isPossible: Bool = {
        let isPossible = (try? Mount("-t", "tmpfs", "-o", "size=64k", "tmpfs")) != nil
        if !isPossible { print("skipped: full and read-only disks, for mounting is not allowed") }
        return isPossible
    }()

    /// Whether a loop device with ext4 can be had.
    static let hasExt4: Bool = {
        let hasExt4 = isPossible && (try? Mount(ext4Blocks: 1_024)) != nil
        if !hasExt4 { print("skipped: a full ext4, for no loop device or mkfs is here") }
        return hasExt4
    }()

    private let scratch: Scratch

    /// Mounts with the arguments of mount(8) before the directory.
    init(_ arguments: String...) throws {
        scratch = try Scratch()
        path = scratch.path + "/mnt"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false)
        try Self.run("mount", arguments + [path])
    }

    /// Makes and mounts an ext4 of 4 MiB with blocks smaller than a page of memory.
    init(ext4Blocks size: Int) throws {
        scratch = try Scratch()
        path = scratch.path + "/mnt"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false)
        let image = scratch.path + "/image"
        try Self.run("truncate", ["-s", "4M", image])
        try Self.run(
            "mkfs.ext4", ["-q", "-b", "\(size)", "-m", "0", "-O", "^has_journal", image])
        try Self.run("mount", ["-o", "loop", image, path])
    }

    deinit { try? Self.run("umount", ["-l", path]) }

    func file(_ name: String = "vault.sqlite") -> String { path + "/" + name }

    func makeReadOnly() throws { try Self.run("mount", ["-o", "remount,ro", path]) }

    /// Writes a file until nothing more goes in.
    func fill() {
        guard let file = unsafe fopen(file("filler"), "w") else { return }
        unsafe setvbuf(file, nil, _IONBF, 0)
        for block in [65_536, 4_096, 512, 1] {
            let bytes = [UInt8](repeating: 1, count: block)
            while unsafe fwrite(bytes, block, 1, file) == 1 {}
        }
        unsafe fclose(file)
    }

    private static func run(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw SQLiteError(.error, "\(program) failed")
        }
    }
}
