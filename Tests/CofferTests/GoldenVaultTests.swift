import Foundation
import Testing

@testable import Coffer

/// The vaults that are kept with the project: one of each format, opened by every later build.
@Suite struct GoldenVaultTests {
    private static let folder = IndependentReader.folder.appending(path: "coffer/vaults/v1")

    /// Where a new one is to be put; only when the format's version changes.
    private static let destination = ProcessInfo.processInfo.environment["COFFER_NEW_VAULT"]

    private func text(_ name: String) throws -> String {
        try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
            .trimmingCharacters(in: .newlines)
    }

    /// A copy: opening a vault makes files beside it.
    private func copy(_ scratch: Scratch) throws -> Vault {
        let copy = scratch.path + "/kept.coffer"
        try FileManager.default.copyItem(
            atPath: Self.folder.appending(path: "kept.coffer").path, toPath: copy)
        return try Vault(at: copy, in: scratch.surroundings)
    }

    private static func lines(_ vault: Vault) throws -> String {
        let lines = try vault.lines()
        return try vault.collections().map { collection in
            (lines[collection.name] ?? "").split(separator: "\n").map {
                "{\"collection\":\"\(collection.name)\",\"record\":\($0)}\n"
            }.joined()
        }.joined()
    }

    @Test func opensAndHoldsWhatItHeld() throws {
        let scratch = try Scratch()
        let vault = try copy(scratch)
        try vault.unlock(password: Scratch.password(try text("password.txt")))
        let report = try vault.check()
        #expect(report.isSound, "\(report.findings.map(\.code))")
        let lines = try Self.lines(vault)
        #expect(try lines == text("records.ndjson") + "\n")
        print("kept vault, format 1: \(lines.split(separator: "\n").count) records")
        #expect(lines.split(separator: "\n").count == 12)
    }

    @Test func opensWithItsRecoveryKeyAndTakesNewRecords() throws {
        let scratch = try Scratch()
        let vault = try copy(scratch)
        try vault.unlock(recoveryKey: Scratch.password(try text("recovery-key.txt")))
        _ = try vault.set("ships", "b", [.json(path: ["sails"], Array("9".utf8))])
        _ = try vault.add("sailors", [.json(path: ["id"], Array("77".utf8))])
        _ = try vault.remove("logs", [try onlyLogOfNobody(vault)])
        #expect(try vault.check().isSound)
        #expect(try vault.get("ships", "b").fieldJSON("sails") == "9")
    }

    private func onlyLogOfNobody(_ vault: Vault) throws -> String {
        var id = ""
        try vault.scan("logs") { document in
            if document.fieldJSON("who") == "null" { id = document.id }
            return true
        }
        return id
    }

    @Test(.enabled(if: destination != nil, "COFFER_NEW_VAULT names no folder for a new one"))
    func makesANewOne() throws {
        let folder = URL(filePath: try #require(Self.destination))
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let scratch = try Scratch()
        let path = try fill(folder, scratch)
        // The vault is closed by now, and all of it is in the one file.
        #expect(!FileManager.default.fileExists(atPath: path + "/vault.sqlite-wal"))
        try FileManager.default.createDirectory(
            at: folder.appending(path: "kept.coffer"), withIntermediateDirectories: false)
        try FileManager.default.copyItem(
            atPath: path + "/vault.sqlite",
            toPath: folder.appending(path: "kept.coffer/vault.sqlite").path)
    }

    private func fill(_ folder: URL, _ scratch: Scratch) throws -> String {
        var recovery: [UInt8] = []
        let vault = try FullVault.make(scratch, "kept.coffer", template: nil) { recovery = $0 }
        try Self.lines(vault).write(
            to: folder.appending(path: "records.ndjson"), atomically: false, encoding: .utf8)
        try "correct horse\n".write(
            to: folder.appending(path: "password.txt"), atomically: false, encoding: .utf8)
        try (String(decoding: recovery, as: UTF8.self) + "\n").write(
            to: folder.appending(path: "recovery-key.txt"), atomically: false, encoding: .utf8)
        return vault.path
    }
}
