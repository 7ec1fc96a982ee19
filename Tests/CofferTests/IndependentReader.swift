import Foundation
import Testing

@testable import Coffer

/// The reader in `Vectors/reader`, which shares nothing with the library but the format.
enum IndependentReader {
    /// What a run gave.
    struct Outcome {
        let status: Int32
        let output: String
    }

    /// Why a run was not the one that was asked for.
    struct Failure: Error {
        let outcome: Outcome
    }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Vectors")

    /// `COFFER_PYTHON`, else `python3`; nil where it or its packages are missing.
    static let python: String? = {
        let python = ProcessInfo.processInfo.environment["COFFER_PYTHON"] ?? "python3"
        let probe =
            "import sys, argon2, cryptography, zstandard; assert sys.version_info >= (3, 11)"
        guard (try? start(python, ["-c", probe]))?.status == 0 else {
            print(
                "Skipped: the independent reader needs Python 3.11 with cryptography,",
                "argon2-cffi and zstandard; name one with COFFER_PYTHON.")
            return nil
        }
        return python
    }()

    /// Runs a script of the reader; what it prints is at hand when it fails.
    static func run(_ script: String, _ arguments: [String]) throws -> Outcome {
        let python = try #require(python)
        return try start(
            python, [folder.appending(path: "reader/\(script)").path] + arguments)
    }

    /// Compares what the reader exports with what the library does; how many records there are.
    static func agree(
        _ vault: Vault, _ scratch: Scratch, password: String = "correct horse"
    ) throws -> Int {
        let own = try vault.lines()
        let theirs = try export(
            vault.path, password: password, to: scratch.path + "/export-\(own.count)")
        #expect(Set(own.keys) == Set(theirs.keys))
        for (name, lines) in own { #expect(lines == theirs[name], "\(name)") }
        return own.values.reduce(0) { $0 + $1.split(separator: "\n").count }
    }

    /// Reads a vault and gives what it exports: lines of JSON by collection.
    static func export(_ vault: String, password: String, to folder: String) throws -> [String:
        String]
    {
        let secret = folder + "-password"
        try (password + "\n").write(toFile: secret, atomically: false, encoding: .utf8)
        let outcome = try run("", [vault, "--password-file", secret, "--export", folder])
        guard outcome.status == 0 else { throw Failure(outcome: outcome) }
        var found: [String: String] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let bytes = try Data(contentsOf: URL(filePath: folder + "/" + name))
            found[String(name.dropLast(".ndjson".count))] = String(decoding: bytes, as: UTF8.self)
        }
        return found
    }

    /// Everything that a vault holds, in lines that are alike for a vault and a chain of bundles.
    static func listing(ofVault vault: String, secret: [String]) throws -> [String] {
        try lines([vault] + secret + ["--listing"])
    }

    /// Everything that the newest complete chain of bundles in a folder holds, in the same lines.
    static func listing(ofBundles folder: String, secret: [String]) throws -> [String] {
        try lines(["read", folder] + secret)
    }

    private static func lines(_ arguments: [String]) throws -> [String] {
        let outcome = try run("", arguments)
        guard outcome.status == 0 else { throw Failure(outcome: outcome) }
        return outcome.output.split(separator: "\n").map(String.init)
    }

    private static func start(_ python: String, _ arguments: [String]) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [python] + arguments
        var environment = ProcessInfo.processInfo.environment
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
        process.environment = environment
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: String(decoding: output, as: UTF8.self))
    }
}
