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
