import Foundation
import Testing

/// `export --everything` and the import of what it writes, as people and programs use them.
@Suite(.enabled(if: BuiltProgram.isThere)) struct EverythingTests {
    private func vault() throws -> Sandbox {
        let box = try Sandbox()
        try box.makeVault()
        try box.write("npcs.json", #"[{"id": "a", "level": 1.50}, {"id": "b", "friend": "a"}]"#)
        try box.write("notes.ndjson", "{\"text\":\"one\"}\n{\"text\":\"one\"}\n")
        #expect(try box.open(["import", "npcs.json", "notes.ndjson"]).status == 0)
        return box
    }

    @Test func aNewVaultIsMadeFromTheFolder() throws {
        let box = try vault()
        let first = try box.open(["export", "--everything", "out"])
        #expect(first.status == 0)
        #expect(first.output == "out\n")
        #expect(
            first.errors == "2 collections, 4 records, readable by anyone with the folder.\n")
        #expect(box.mode("out") == 0o700)
        #expect(try box.read("out/records/npcs.ndjson").contains(#"{"id":"a","level":1.50}"#))
        try box.makeVault("other")
        let made = try box.open(["--vault", "./other.coffer", "import", "out", "--json"])
        #expect(made.status == 0, "\(made.errors)")
        let again = try box.open(
            ["--vault", "./other.coffer", "export", "--everything", "again", "--json"])
        #expect(again["records"] as? Int == 4)
        #expect(try box.shell("diff -r out again").output == "")
        func told(_ words: [String]) throws -> [String] {
            try ["game", "other"].map {
                let outcome = try box.open(["--vault", "./\($0).coffer"] + words)
                #expect(outcome.status == 0)
                return outcome.output
            }
        }
        for words in [
            ["list", "notes"], ["export"], ["sql", "SELECT * FROM npcs, notes"],
            ["sql", "SELECT coffer_id, coffer_created, * FROM notes"],
        ] {
            let both = try told(words)
            #expect(both[0] == both[1] && !both[0].isEmpty, "\(words)")
        }
        let ids = try told(["list", "notes", "--json"]).map { text in
            text.split(separator: "\n").map { $0.prefix(46) }
        }
        #expect(ids[0] == ids[1] && ids[0].count == 2)
        // Both parts are good for themselves, too.
        try box.makeVault("third")
        let third = ["--vault", "./third.coffer"]
        #expect(try box.open(third + ["schema", "apply", "out/schemas"]).status == 0)
        #expect(try box.open(third + ["import", "out/records"]).status == 0)
        for name in ["npcs", "notes"] {
            #expect(try box.open(third + ["export", name]).output == told(["export", name])[0])
        }
    }

    @Test func filesGoAlongAndADamagedOneEndsWithSix() throws {
        let box = try vault()
        for name in ["keep.txt", "lost.bin"] {
            #expect(try box.shell("head -c 200000 /dev/urandom > \(name)").status == 0)
            #expect(try box.open(["file", "add", name, "--link", "npcs/a"]).status == 0)
        }
        let first = try box.open(["export", "--everything", "out"])
        #expect(first.status == 0)
        #expect(
            first.errors
                == "2 collections, 4 records, 2 files, readable by anyone with the folder.\n")
        #expect(try box.shell("cmp keep.txt out/files/keep.txt").status == 0)
        #expect(box.mode("out/files") == 0o700)
        #expect(box.mode("out/files/keep.txt") == 0o600)
        try box.makeVault("other")
        let other = ["--vault", "./other.coffer"]
        let made = try box.open(other + ["import", "out"])
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.output.contains("(files)"))
        let again = try box.open(other + ["export", "--everything", "again", "--json"])
        #expect(again["kept"] as? Int == 2)
        #expect(try box.shell("diff -r out again").output == "")
        #expect(try box.open(other + ["file", "get", "lost.bin", "-o", "back"]).status == 0)
        #expect(try box.shell("cmp lost.bin back").status == 0)
        #expect(try box.open(other + ["check", "--files"]).status == 0)
        // The last byte of the pack is one of the last file.
        #expect(
            try box.shell(
                #"p=$(ls game.coffer/packs/*.pack); printf x | dd of="$p" bs=1 "#
                    + #"seek=$(($(stat -c %s "$p") - 1)) conv=notrunc 2>/dev/null"#
            ).status == 0)
        let damaged = try box.open(
            ["--vault", "./game.coffer", "export", "--everything", "rest"])
        #expect(damaged.status == 6)
        #expect(damaged.errors.contains("lost.bin is not in it: "))
        #expect(try box.shell("cmp keep.txt rest/files/keep.txt").status == 0)
        #expect(try box.shell("ls rest/files").output == "keep.txt\n")
        try box.makeVault("third")
        let rest = try box.open(["--vault", "./third.coffer", "import", "rest", "--json"])
        #expect(rest.status == 0)
        #expect(rest["lostFiles"] as? [String] == ["lost.bin"])
        #expect(rest.errors.contains("lost.bin was damaged when it was exported"))
    }

    @Test func aFolderThatIsThereIsRefusedAndNothingElseIsTaken() throws {
        let box = try vault()
        #expect(try box.open(["export", "--everything", "out"]).status == 0)
        let refused = try box.open(["export", "--everything", "out", "--json"])
        #expect(refused.status == 5)
        #expect(refused.code == "exists")
        for more in [["npcs"], ["--format", "csv"], ["-o", "x"], ["--force"]] {
            #expect(try box.open(["export", "--everything", "new"] + more).status == 2)
        }
        #expect(try box.open(["export", "--everything", "no/where"]).status == 4)
        #expect(try box.open(["export", "--everything", "out/records/../.."]).status == 2)
        let names = try FileManager.default.contentsOfDirectory(atPath: box.folder.path)
        #expect(!names.contains { $0 == "new" || $0.hasPrefix(".coffer-unfinished") })
        let audit = try box.open(["check", "--json"])
        #expect(audit.status == 0)
    }

    @Test func aChangedFileIsNamedWithTheWayToImportItAllTheSame() throws {
        let box = try vault()
        #expect(try box.open(["export", "--everything", "out"]).status == 0)
        try box.write("out/records/npcs.ndjson", "{\"id\":\"a\",\"level\":2}\n")
        let refused = try box.open(["import", "out", "--json"])
        #expect(refused.status == 7)
        #expect(refused.code == "invalid")
        #expect(refused.errors.contains("out/records/npcs.ndjson"))
        #expect(refused.errors.contains("coffer import out/records"))
        #expect(try box.open(["import", "out/records/npcs.ndjson"]).status == 0)
        #expect(try box.open(["get", "npcs", "a", "--field", "level"]).output == "2\n")
        for more in [["--into", "all"], ["--id-field", "id"], ["npcs.json"]] {
            #expect(try box.open(["import", "out"] + more).status == 2)
        }
    }

    @Test func aFullDiskLeavesNothing() throws {
        let box = try vault()
        let rows = (0..<4_000).map { "{\"id\":\($0),\"text\":\"some text of some length\"}" }
        try box.write("rows.ndjson", rows.joined(separator: "\n"))
        #expect(try box.open(["import", "rows.ndjson"]).status == 0)
        // 64 KiB and no more for each file.
        let full = try box.shell(
            #"ulimit -f 128; "$COFFER" export --everything out --password-file password"#)
        #expect(full.status == 8)
        #expect(full.errors.contains("out/records/rows.ndjson"), "\(full.errors)")
        let names = try FileManager.default.contentsOfDirectory(atPath: box.folder.path)
        #expect(!names.contains { $0 == "out" || $0.hasPrefix(".coffer-unfinished") })
    }
}
