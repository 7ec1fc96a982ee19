import Foundation

/// A folder of its own with a home of its own, gone afterwards.
final class Sandbox {
    static let password = "correct horse battery"

    let folder: URL
    var environment: [String: String] = [:]

    init() throws {
        folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
            .appendingPathComponent("coffer-command-\(UUID().uuidString)")
            // A vault that somebody has in the temporary folder would be found from below it.
            .appendingPathComponent("below")
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("home"), withIntermediateDirectories: true)
        try write("password", Self.password + "\n")
    }

    deinit {
        for vault in vaults { _ = try? run(["--vault", vault, "lock"]) }
        try? FileManager.default.removeItem(at: folder.deletingLastPathComponent())
    }

    private var vaults: [String] = []

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: folder.appendingPathComponent(name))
    }

    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: folder.appendingPathComponent(name)), as: UTF8.self)
    }

    func mode(_ name: String) -> Int? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path(name))
        return (attributes?[.posixPermissions] as? NSNumber)?.intValue
    }

    /// Makes a vault that opens quickly, in this folder.
    @discardableResult
    func makeVault(_ name: String = "game", _ more: [String] = []) throws -> Outcome {
        vaults.append(path("\(name).coffer"))
        return try run(
            [
                "init", "./\(name).coffer", "--password-file", "password", "--kdf-memory", "64",
                "--kdf-passes", "1", "--json",
            ] + more)
    }

    /// Runs the program with the password at hand.
    func open(_ words: [String], input: String = "") throws -> Outcome {
        try run(words + ["--password-file", "password"], input: input)
    }

    /// Runs the program, without a terminal.
    func run(_ words: [String], input: String = "") throws -> Outcome {
        try shell(#""$COFFER" "$@""#, words, input: input)
    }

    /// Runs a script in which `$COFFER` is the program.
    func shell(_ script: String, _ words: [String] = [], input: String = "") throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/setsid")
        process.arguments = ["--wait", "/bin/sh", "-c", script, "sh"] + words
        process.currentDirectoryURL = folder
        process.environment = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
            "HOME": path("home"), "COFFER": BuiltProgram.path ?? "",
        ].merging(environment) { $1 }.filter { !$0.value.isEmpty }
        // Files and not pipes: nothing can fill up while the other is read.
        let name = UUID().uuidString
        let files = ["in", "out", "err"].map { folder.appendingPathComponent("home/\(name).\($0)") }
        try Data(input.utf8).write(to: files[0])
        for file in files[1...] { try Data().write(to: file) }
        defer { for file in files { try? FileManager.default.removeItem(at: file) } }
        process.standardInput = try FileHandle(forReadingFrom: files[0])
        process.standardOutput = try FileHandle(forWritingTo: files[1])
        process.standardError = try FileHandle(forWritingTo: files[2])
        try process.run()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus,
            output: String(decoding: try Data(contentsOf: files[1]), as: UTF8.self),
            errors: String(decoding: try Data(contentsOf: files[2]), as: UTF8.self))
    }
}
