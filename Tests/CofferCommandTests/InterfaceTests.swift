import CofferFormat
import CofferSchema
import Foundation
import Testing

/// `Docs/Interface.md` against what the program prints.
@Suite(.enabled(if: BuiltProgram.isThere)) struct InterfaceTests {
    /// The schemas of the page by their names.
    static func schemas() throws -> [String: JSONSchema] {
        let page = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Docs/Interface.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        var found: [String: JSONSchema] = [:]
        for block in text.components(separatedBy: "```json-schema ").dropFirst() {
            let name = String(block.prefix { !$0.isWhitespace })
            let body = block.dropFirst(name.count).components(separatedBy: "```")[0]
            found[name] = try JSONSchema.compile(JSON.parse(Array(body.utf8)))
        }
        return found
    }

    private func expect(_ text: some StringProtocol, keeps schema: JSONSchema?, _ name: String)
        throws
    {
        let schema = try #require(schema, "the page has no schema \(name)")
        let problems = schema.validate(try JSON.parse(Array(text.utf8)))
        #expect(problems.isEmpty, "\(name): \(problems) in \(text)")
    }

    @Test func everyCodeWordStandsInTheTableOfExitStatuses() throws {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        func text(_ path: String) throws -> String {
            try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
        }
        var words: Set<String> = []
        for match in try text("Sources/Coffer/VaultError.swift").matches(
            of: /= Code\("([a-z-]+)"\)/)
        { words.insert(String(match.1)) }
        let folder = root.appendingPathComponent("Sources/CofferCommand").path
        let names = FileManager.default.enumerator(atPath: folder)?.allObjects ?? []
        for name in names.compactMap({ $0 as? String }) where name.hasSuffix(".swift") {
            for match in try text("Sources/CofferCommand/" + name).matches(
                of: /Failure\(\s*"([a-z-]+)"/)
            { words.insert(String(match.1)) }
        }
        // It ends without a word.
        words.remove("closed-pipe")
        #expect(words.count > 30)
        let page = try text("Docs/Interface.md").components(separatedBy: "## Exit status")[1]
            .components(separatedBy: "\n## ")[0]
        #expect(words.filter { !page.contains("`\($0)`") }.sorted() == [])
    }

    @Test func everyShapeIsWhatThePageSays() throws {
        let schemas = try Self.schemas()
        var unused = Set(schemas.keys.filter { !$0.hasPrefix("serve-") })
        func hold(_ name: String, _ outcome: Outcome, errors: Bool = false) throws {
            unused.remove(name)
            let text = errors ? outcome.errors : outcome.output
            #expect(!text.isEmpty, "\(name) printed nothing: \(outcome.errors)")
            try expect(text, keeps: schemas[name], name)
        }
        let box = try Sandbox()
        try hold("init", try box.makeVault("game", ["--template", "campaign"]))
        try box.write("key", (try box.makeVault("other"))["recoveryKey"] as? String ?? "")
        try hold(
            "recovery",
            try box.run(
                [
                    "--vault", "other", "key", "check-recovery", "--json", "--recovery-key-file",
                    "key",
                ]))
        box.environment["COFFER_VAULT"] = "game"
        try hold("version", try box.run(["version", "--json"]))
        try hold("vaults", try box.run(["vaults", "--json"]))
        try hold("status", try box.run(["status", "--json"]))
        try hold("status", try box.open(["status", "--json"]))
        try hold("error", try box.run(["list", "npcs", "--json"]), errors: true)
        if Machine.hasKeyring { try hold("unlock", try box.open(["unlock", "--json"])) }
        unused.remove("unlock")
        try hold("written", try box.open(["add", "npcs", "id=a", "name=A", "--json"]))
        try hold("written", try box.open(["set", "npcs", "a", "name=B", "--json"]))
        try hold(
            "written",
            try box.open(
                ["put", "npcs", "--stdin", "--json"], input: "{\"id\":\"b\",\"name\":\"C\"}"))
        try hold(
            "changed",
            try box.open(
                ["set", "npcs", "--where", "name = 'C'", "name=D", "--yes", "--json"]))
        try hold("record", try box.open(["get", "npcs", "a", "--json"]))
        for row in try box.open(["list", "npcs", "--json"]).output.split(separator: "\n") {
            try expect(row, keeps: schemas["record"], "record")
        }
        try box.write("towns.ndjson", "{\"id\":1}\n{\"id\":2}\n")
        try hold("import", try box.open(["import", "towns.ndjson", "--json"]))
        try box.write("towns.ndjson", "{\"id\":1}\n{\"id\":true}\n")
        try hold("import", try box.open(["import", "towns.ndjson", "--keep-going", "--json"]))
        try hold("export", try box.open(["export", "-o", "out.json", "--json"]))
        try hold("everything", try box.open(["export", "--everything", "all", "--json"]))
        try hold(
            "manifest",
            Outcome(status: 0, output: try box.read("all/coffer-export.json"), errors: ""))
        for name in ["npcs", "towns"] {
            for line in try box.read("all/about/\(name).ndjson").split(separator: "\n") {
                unused.remove("about")
                try expect(line, keeps: schemas["about"], "about")
            }
        }
        try box.write(
            "t.schema.json",
            #"{"type":"object","properties":{"n":{"type":"integer","coffer:plain":true}}}"#)
        try hold("applied", try box.open(["schema", "apply", "t.schema.json", "--json"]))
        try hold("collection", try box.open(["schema", "show", "npcs", "--json"]))
        let list = try #require(try box.open(["schema", "list", "--json"]).json as? [Any])
        for info in list {
            let text = String(
                decoding: try JSONSerialization.data(withJSONObject: info), as: UTF8.self)
            try expect(text, keeps: schemas["collection"], "collection")
        }
        try hold("keys", try box.open(["key", "list", "--json"]))
        try holdSlots(box) { try hold($0, $1) }
        try hold("signer", try box.open(["key", "public", "--json"]))
        try hold("rotate-root", try box.open(["rotate", "root", "--yes", "--json"]))
        try hold("rotate-signing", try box.open(["rotate", "signing", "--yes", "--json"]))
        try hold("rotate-policy", try box.open(["rotate", "policy", "--max-age", "9d", "--json"]))
        try hold("rotate-advice", try box.open(["rotate", "--json"]))
        for kind in ["data", "index"] {
            try hold("rotate", try box.open(["rotate", kind, "--yes", "--json"]))
        }
        try box.write("next", "a password for later")
        let all = ["rotate", "all", "--yes", "--json", "--new-password-file"]
        let cheap = ["--kdf-memory", "64", "--kdf-passes", "1"]
        try hold("rotate-all", try box.open(all + ["next"] + cheap))
        try box.write("again", Sandbox.password)
        let back = try box.run(
            all + ["again", "--password-file", box.path("next"), "--no-recovery"] + cheap)
        try hold("rotate-all", back)
        try hold("rotate-status", try box.open(["rotate", "status", "--json"]))
        try hold("census", try box.open(["key", "census", "--json"]))
        try hold("check", try box.open(["check", "--json"]))
        try hold("accept-older", try box.open(["accept-older", "--json"]))
        try hold("history", try box.open(["history", "npcs", "a", "--json"]))
        try hold("removed", try box.open(["rm", "npcs", "a", "--json"]))
        try hold("trash", try box.open(["trash", "list", "--json"]))
        try hold("undone", try box.open(["undo", "--json"]))
        for row in try box.open(["search", "b", "--json"]).output.split(separator: "\n") {
            unused.remove("hit")
            try expect(row, keeps: schemas["hit"], "hit")
        }
        for row in try box.open(["changes", "--since", "2"]).output.split(separator: "\n") {
            unused.remove("change")
            try expect(row, keeps: schemas["change"], "change")
        }
        try hold("policy", try box.open(["history", "policy", "--days", "9", "-y", "--json"]))
        try holdFiles(box) { try hold($0, $1) }
        try holdBackups(box) { try hold($0, $1) }
        try hold("schedule", try box.open(["maintain", "schedule", "on", "--json"]))
        try hold("schedule", try box.run(["maintain", "schedule", "off", "--json"]))
        try hold("lock", try box.run(["lock", "--json"]))
        #expect(unused.isEmpty, "no test for \(unused.sorted())")
        #expect(schemas.keys.filter { !$0.hasPrefix("serve-") }.count == 62)
    }

    private func holdSlots(
        _ box: Sandbox, _ held: (String, Outcome) throws -> Void
    ) throws {
        let cheap = ["--kdf-memory", "64", "--kdf-passes", "1", "--json"]
        let new = ["--new-password-file", "another"] + cheap
        try box.write("another", "another password")
        try held("slot-added", try box.open(["key", "add-password", "--label", "L"] + new))
        try held("slot-added", try box.open(["key", "add-keyfile", "stick"] + new))
        try held("recovery-added", try box.open(["key", "add-recovery", "--json"]))
        try held("slot-labelled", try box.open(["key", "label", "3", "M", "--json"]))
        try held("keys", try box.open(["key", "list", "--json"]))
        try held("slot-removed", try box.open(["key", "remove", "3", "--yes", "--json"]))
        try box.write("another", Sandbox.password)
        try held("password-changed", try box.open(["passwd"] + new))
    }

    private func holdFiles(_ box: Sandbox, _ held: (String, Outcome) throws -> Void) throws {
        func hold(_ name: String, _ arguments: [String]) throws {
            try held(name, try box.open(["file"] + arguments + ["--json"]))
        }
        #expect(try box.shell("mkdir media").status == 0)
        try box.write("media/a.txt", "a map")
        try box.write("media/b.txt", "another one")
        try hold("file-add", ["add", box.path("media"), "--link", "npcs/a"])
        try hold("file", ["info", "media/a.txt"])
        try hold("file", ["list", "media/b.txt"])
        try hold("file", ["mv", "media/b.txt", "media/c.txt"])
        try hold("file-got", ["get", "media", "-o", box.path("media-out")])
        try hold("file-removed", ["rm", "media/a.txt"])
        try hold("file-trash", ["trash"])
        try hold("file", ["restore", "media/a.txt"])
        try hold("file-stats", ["stats"])
        try hold("file-swept", ["sweep"])
        try held("everything", try box.open(["export", "--everything", "all2", "--json"]))
        try held(
            "manifest",
            Outcome(status: 0, output: try box.read("all2/coffer-export.json"), errors: ""))
        for line in try box.read("all2/files.ndjson").split(separator: "\n") {
            try held("files-line", Outcome(status: 0, output: String(line), errors: ""))
        }
        try held("import", try box.open(["import", "all2", "--json"]))
    }

    private func holdBackups(
        _ box: Sandbox, _ held: (String, Outcome) throws -> Void
    ) throws {
        func hold(_ name: String, _ arguments: [String]) throws {
            try held(name, try box.open(arguments + ["--json"]))
        }
        try hold("backup", ["backup", "create", "--to", "b"])
        #expect(try box.open(["add", "npcs", "id=late", "name=L"]).status == 0)
        try hold("backup", ["backup", "create", "--to", "b"])
        try box.write("b/x.coffer-bundle", "no bundle")
        try hold("bundles", ["backup", "list", "b"])
        #expect(try box.shell("rm b/x.coffer-bundle").status == 0)
        let bundle = try box.shell("ls b/*incremental*").output.split(separator: "\n")[0]
        try hold("verdict", ["backup", "verify", String(bundle)])
        try hold("restorable", ["backup", "restore", "b", "--to", "./copy", "--dry-run"])
        try hold("restored", ["backup", "restore", "b", "--to", "./copy"])
        try hold("fetched", ["backup", "restore", "b", "--only", "npcs"])
        try hold("fetched", ["backup", "restore", "b", "--only", "file:media"])
        try hold("drill", ["backup", "drill", "b"])
        try hold("rekeyed", ["backup", "rekey", "b"])
        try hold("backup-policy", ["backup", "policy"])
        try hold("backup-policy", ["backup", "policy", "--to", "b", "--every", "1s"])
        try hold("maintained", ["maintain", "--dry-run"])
        try hold("maintained", ["maintain"])
        try hold("pruned", ["backup", "prune", "b", "--keep-last", "1", "--yes"])
    }

    @Test func aDamagedVaultIsNamedAndEndsWithSix() throws {
        let schemas = try Self.schemas()
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        for index in 0..<5 {
            #expect(try box.open(["add", "npcs", "id=n\(index)", "name=N\(index)"]).status == 0)
        }
        // The key of the fourth collection's second row, deleted behind Coffer's back.
        let names = try box.shell(
            #"command -v sqlite3 >/dev/null && sqlite3 game.coffer/vault.sqlite "DELETE FROM c_4 WHERE rid = 2""#
        )
        guard names.status == 0 else {
            print("SKIPPED: sqlite3 is not installed, so no row is taken away here.")
            return
        }
        let checked = try box.open(["check", "--json"])
        #expect(checked.status == 6)
        #expect(checked["ok"] as? Bool == false)
        try expect(checked.output, keeps: schemas["check"], "check")
        let listed = try box.open(["list", "npcs", "--json"])
        #expect(listed.status == 6)
        #expect(listed.code == "damaged")
    }
}
