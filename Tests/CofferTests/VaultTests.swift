import Foundation
import Testing

@testable import Coffer

@Suite struct VaultTests {
    @Test func opensWithItsPasswordAndNoOther() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        #expect(try vault.check().isSound)
        let again = try Vault(at: vault.path, in: scratch.surroundings)
        #expect(throws: VaultError.self) {
            try again.unlock(password: try Scratch.password("wrong"))
        }
        #expect(!again.isUnlocked)
    }

    @Test func opensWithItsRecoveryKey() throws {
        let scratch = try Scratch()
        let made = try Vault.create(
            at: scratch.path + "/r.coffer", password: Scratch.password(),
            options: Scratch.options, in: scratch.surroundings)
        let vault = try Vault(at: made.path, in: scratch.surroundings)
        switch made.recoveryKey {
        case .some(let key):
            #expect(try vault.checkRecoveryKey(key) == 2)
            try vault.unlock(recoveryKey: key)
        case .none: Issue.record("there is no recovery key")
        }
        #expect(vault.isUnlocked)
    }

    @Test func keepsWhatWasImportedAndGivesItBack() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        let file = try scratch.write(
            "npcs.ndjson",
            """
            {"id":"a","name":"Zoë","hp":1.50,"tags":["x",{"y":1e3}],"gone":null}
            {"id":"b","name":"Bram","hp":12}
            """)
        let first = try vault.importFiles(ImportRequest(paths: [file])) { _, _ in }
        #expect(first.collections.map(\.name) == ["npcs"])
        #expect(first.collections.first?.counts.created == 2)
        let second = try vault.importFiles(ImportRequest(paths: [file])) { _, _ in }
        #expect(second.collections.first?.counts.unchanged == 2)
        #expect(
            try vault.get("npcs", "a").json == """
                {"id":"a","name":"Zoë","hp":1.50,"tags":["x",{"y":1e3}],"gone":null}
                """)
        var out: [UInt8] = []
        let count = try vault.export(["npcs"], as: .ndjson) { out += $0 }
        #expect(count == 2)
        #expect(String(decoding: out, as: UTF8.self).split(separator: "\n").count == 2)
        #expect(try vault.check().isSound)
        vault.lock()
        let later = try scratch.open()
        #expect(try later.get("npcs", "b").version == 1)
    }
}

@Suite struct OlderCopyTests {
    /// What somebody would put back: the whole vault as it was.
    private func copy(_ from: String, to: String) throws {
        try? FileManager.default.removeItem(atPath: to)
        try FileManager.default.copyItem(atPath: from, toPath: to)
    }

    @Test func isReadOnRequestAndNeverWritten() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/test.coffer"
        do {
            let vault = try scratch.vault()
            _ = try vault.apply([SchemaSource(name: "notes", json: Array("{}".utf8))])
        }
        try copy(path, to: scratch.path + "/old")
        do {
            let vault = try scratch.open()
            _ = try vault.add("notes", [.text(path: ["name"], "new")])
        }
        try copy(scratch.path + "/old", to: path)
        #expect(throws: VaultError.self) { _ = try scratch.open() }

        var lenient = scratch.surroundings
        lenient.allowsOlder = true
        let old = try Vault(at: path, in: lenient)
        try old.unlock(password: try Scratch.password())
        #expect(try old.status().isOlder == true)
        for _ in 0..<3 {
            #expect(throws: VaultError.self) {
                _ = try old.add("notes", [.text(path: ["name"], "laundered")])
            }
        }
        #expect(throws: VaultError.self) { _ = try scratch.open() }

        try old.acceptOlder()
        let accepted = try scratch.open()
        #expect(try accepted.status().isOlder == false)
        #expect(try accepted.check().isSound)
    }

    @Test func isNoticedFromTheFirstMomentOn() throws {
        let scratch = try Scratch()
        _ = try Vault.create(
            at: scratch.path + "/test.coffer", password: Scratch.password(),
            options: Scratch.options, in: scratch.surroundings)
        #expect(Vault.known(in: scratch.surroundings) == [scratch.path + "/test.coffer"])
    }
}
