import Coffer
import Glibc
import Testing

/// The database under an open vault is replaced, moved or removed.
@Suite struct ReplacedTests {
    enum Change: String, CaseIterable {
        case replaced, moved, removed, wholeFolderReplaced
    }

    @Test(arguments: Change.allCases)
    func isNoticedBeforeAnythingIsWrittenAndSoonWhereItIsRead(_ change: Change) throws {
        let scratch = try Scratch()
        let surroundings = Surroundings(
            stateDirectory: scratch.path + "/state", now: { 1_700_000_000_000 },
            bootTime: { 1_000 }, bootID: nil)
        func make(_ name: String) throws -> Vault {
            var options = Vault.CreateOptions()
            options.memory = 64
            options.passes = 1
            let path = scratch.path + "/" + name
            _ = try Vault.create(
                at: path, password: Self.password(), options: options, in: surroundings)
            let vault = try Vault(at: path, in: surroundings)
            try vault.unlock(password: Self.password())
            return vault
        }
        func load(_ vault: Vault, _ id: String) throws {
            let file = scratch.path + "/npcs.ndjson"
            try Files.write("{\"id\":\"\(id)\"}\n", to: file)
            _ = try vault.importFiles(ImportRequest(paths: [file])) { _, _ in }
        }
        let vault = try make("v.coffer")
        try load(vault, "mine")
        do { try load(try make("other.coffer"), "theirs") }
        let mine = scratch.path + "/v.coffer/vault.sqlite"
        let other = scratch.path + "/other.coffer/vault.sqlite"
        let bytes = try Files.bytes(other)
        #expect(try vault.get("npcs", "mine").json == #"{"id":"mine"}"#)
        switch change {
        case .replaced:
            Files.remove(mine)
            try Files.move(other, to: mine)
        case .moved: try Files.move(mine, to: mine + ".old")
        case .removed: Files.remove(mine)
        case .wholeFolderReplaced:
            try Files.move(scratch.path + "/v.coffer", to: scratch.path + "/old")
            try Files.move(scratch.path + "/other.coffer", to: scratch.path + "/v.coffer")
        }
        do {
            try load(vault, "late")
            Issue.record("it was written")
        } catch let error as VaultError {
            #expect(error.code == .changedUnderneath, "\(error)")
        }
        // Readings look at it every so often.
        usleep(300_000)
        for reading in [
            { _ = try vault.get("npcs", "mine") }, { try vault.scan("npcs") { _ in true } },
            { _ = try vault.commitMark() }, { try vault.query("SELECT 1") { _ in true } },
            { _ = try vault.read { try $0.get("npcs", "mine") } },
            { try vault.changes(since: 0) { _ in true } },
        ] as [() throws -> Void] {
            let error = #expect(throws: VaultError.self) { try reading() }
            #expect(error?.code == .changedUnderneath)
        }
        vault.lock()
        switch change {
        case .replaced, .wholeFolderReplaced: #expect(try Files.bytes(mine) == bytes)
        case .moved, .removed: #expect(!Files.exists(mine))
        }
    }

    private static func password() throws -> Secret {
        try Secret(count: 8) { secret in
            for index in 0..<8 { secret[index] = UInt8(ascii: "a") + UInt8(index) }
        }
    }
}
