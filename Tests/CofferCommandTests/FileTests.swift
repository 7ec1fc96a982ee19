import Foundation
import Testing

@Suite(.enabled(if: BuiltProgram.isThere)) struct FileTests {
    private func vault() throws -> Sandbox {
        let box = try Sandbox()
        try box.makeVault()
        try box.write(
            "npcs.json",
            #"[{"id": "a", "name": "Anna", "level": 1.50}, {"id": "b", "name": "Bob", "big": 12345678901234567890}]"#
        )
        try box.write("towns.csv", "name,people\r\nOakhurst,120\r\n\"Nether, far\",7\r\n")
        return box
    }

    @Test func importsAndImportingAgainChangesNothing() throws {
        let box = try vault()
        let first = try box.open(["import", "npcs.json", "towns.csv", "--json"])
        #expect(first.status == 0, "\(first.errors)")
        let counts = first["collections"] as? [String: [String: Int]]
        #expect(counts?["npcs"]?["created"] == 2)
        #expect(counts?["towns"]?["created"] == 2)
        let before = try box.open(["status", "--json"])
        let second = try box.open(["import", "npcs.json", "towns.csv", "--json"])
        let again = second["collections"] as? [String: [String: Int]]
        #expect(again?["npcs"] == ["created": 0, "updated": 0, "unchanged": 2, "rejected": 0])
        #expect(again?["towns"] == ["created": 0, "updated": 0, "unchanged": 2, "rejected": 0])
        #expect(before.status == 0)
        let exported = try box.open(["export", "npcs"])
        #expect(exported.output.contains("1.50"))
        #expect(exported.output.contains("12345678901234567890"))
        let text = try box.open(["import", "npcs.json"])
        #expect(text.output.hasPrefix("COLLECTION"))
    }

    @Test func nothingIsHandedOutIntoAVault() throws {
        let box = try vault()
        try box.makeVault("other")
        _ = try box.open(["--vault", "game", "import", "npcs.json", "towns.csv"])
        func content() throws -> [String: Data] {
            let folder = box.path("other.coffer")
            var content: [String: Data] = [:]
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
                content[name] = FileManager.default.contents(atPath: folder + "/" + name)
            }
            return content
        }
        let before = try content()
        try FileManager.default.createSymbolicLink(
            atPath: box.path("link"), withDestinationPath: box.path("other.coffer"))
        let places = [
            "other.coffer/vault.sqlite", "./other.coffer//vault.sqlite", "link/vault.sqlite",
            "other.coffer/vault.sqlite-wal", "other.coffer/npcs.json", "other.coffer",
            "other.coffer/below/npcs.csv", box.path("other.coffer/vault.sqlite"),
        ]
        for place in places {
            for words in [
                ["export", "npcs", "-o", place], ["export", "--format", "csv", "-o", place],
                ["schema", "suggest", "npcs.json", "towns.csv", "-o", place],
                ["schema", "suggest", "npcs.json", "-o", place],
            ] where place != "other.coffer" || words.contains("csv") {
                let refused = try box.open(["--vault", "game", "--json", "--force"] + words)
                #expect(refused.code == "usage", "\(words): \(refused.errors)")
                #expect(refused.status == 2, "\(words)")
                #expect(try content() == before, "\(words)")
            }
            guard place != "other.coffer" else { continue }
            let made = try box.run([
                "init", "./new.coffer", "--password-file", "password", "--kdf-memory", "64",
                "--kdf-passes", "1", "--sheet", place, "--force", "--json",
            ])
            #expect(made.code == "usage", "\(made.errors)")
            #expect(!box.exists("new.coffer"))
        }
        let server = try ServedProcess(box, ["--vault", "other", "--password-file", "password"])
        for place in places {
            #expect(try server.code("export", ["output": place, "force": true]) != nil)
        }
        #expect(
            try server.code("export", ["output": places[0], "force": true]) == "usage")
        #expect(server.end() == 0)
        #expect(try content() == before)
        #expect(try box.open(["--vault", "other", "check"]).status == 0)
    }

    @Test func aDryRunWritesNothing() throws {
        let box = try vault()
        let dry = try box.open(["import", "npcs.json", "--dry-run", "--json"])
        let counts = dry["collections"] as? [String: [String: Int]]
        #expect(counts?["npcs"]?["created"] == 2)
        #expect(try box.open(["list", "npcs"]).status == 4)
    }

    @Test func rejectsAreNamedByFileLineAndReason() throws {
        let box = try vault()
        #expect(try box.open(["import", "npcs.json"]).status == 0)
        try box.write(
            "npcs.json", "[{\"id\": \"c\", \"name\": \"C\"},\n{\"id\": \"d\", \"name\": 5}]")
        let stopped = try box.open(["import", "npcs.json", "--json"])
        #expect(stopped.status == 7)
        #expect(stopped.errors.contains("npcs.json:2"))
        #expect(try box.open(["list", "npcs", "--json"]).rows.count == 2)
        let going = try box.open(["import", "npcs.json", "--keep-going", "--json"])
        #expect(going.status == 0)
        let rejects = try #require(going["rejects"] as? [[String: Any]])
        #expect(rejects.count == 1)
        #expect(rejects.first?["line"] as? Int == 2)
        #expect(try box.open(["list", "npcs", "--json"]).rows.count == 3)
    }

    @Test func existingRecordsAreTreatedAsAsked() throws {
        let box = try vault()
        #expect(try box.open(["import", "npcs.json"]).status == 0)
        try box.write("npcs.json", #"[{"id": "a", "name": "Changed"}]"#)
        func name() throws -> String {
            try box.open(["get", "npcs", "a", "--field", "name"]).output
        }
        #expect(try box.open(["import", "npcs.json", "--existing", "skip"]).status == 0)
        #expect(try name() == "Anna\n")
        #expect(try box.open(["import", "npcs.json", "--existing", "fail"]).status == 7)
        #expect(try name() == "Anna\n")
        #expect(try box.open(["import", "npcs.json", "--existing", "update"]).status == 0)
        #expect(try name() == "Changed\n")
        #expect(try box.open(["import", "npcs.json", "--existing", "other"]).status == 2)
        #expect(try box.open(["import", "nowhere.json"]).status == 4)
        try box.write("broken.json", "[{]")
        #expect(try box.open(["import", "broken.json"]).status == 7)
    }

    @Test func exportedFilesArePrivateWholeAndNeverOverwritten() throws {
        let box = try vault()
        #expect(try box.open(["import", "npcs.json", "towns.csv"]).status == 0)
        let out = try box.open(["export", "-o", "all.json", "--json"])
        #expect(out["records"] as? Int == 4)
        #expect(box.mode("all.json") == 0o600)
        let before = try box.read("all.json")
        let refused = try box.open(["export", "npcs", "-o", "all.json", "--json"])
        #expect(refused.status == 5)
        #expect(refused.code == "exists")
        #expect(try box.read("all.json") == before)
        #expect(try box.open(["export", "npcs", "-o", "all.json", "--force"]).status == 0)
        #expect(try box.read("all.json") != before)
        let names = try FileManager.default.contentsOfDirectory(atPath: box.folder.path)
        #expect(!names.contains { $0.hasPrefix(".coffer-unfinished") })
        _ = try box.shell("ln -s all.json link")
        #expect(try box.open(["export", "-o", "link", "--force"]).status == 8)
        #expect(try box.open(["export", "-o", "/dev/null", "--force"]).status == 8)
    }

    @Test func formatsHoldWhatTheyCan() throws {
        let box = try vault()
        #expect(try box.open(["import", "npcs.json", "towns.csv"]).status == 0)
        #expect(try box.open(["export", "--format", "csv"]).status == 2)
        #expect(
            try box.open(["export", "towns", "--format", "csv"]).output.contains("\"Nether, far\""))
        #expect(try box.open(["export", "npcs", "--format", "ndjson"]).rows.count == 2)
        let folder = try box.open(["export", "--format", "csv", "-o", "out", "--json"])
        #expect((folder["files"] as? [Any])?.count == 2)
        #expect(box.mode("out/npcs.csv") == 0o600)
        #expect(try box.open(["export", "npcs", "-o", "npcs.ndjson"]).status == 0)
        #expect(try box.read("npcs.ndjson").split(separator: "\n").count == 2)
        #expect(try box.open(["export", "nothing"]).status == 4)
        #expect(try box.open(["export", "npcs", "npcs"]).status == 2)
        // What went out comes back in, and is the same.
        #expect(try box.open(["export", "-o", "all.json"]).status == 0)
        let back = try box.open(["import", "all.json", "--json"])
        let counts = back["collections"] as? [String: [String: Int]]
        #expect(counts?.values.allSatisfy { $0["created"] == 0 && $0["updated"] == 0 } == true)
    }

    @Test func outputThatCannotBeWrittenIsAFailure() throws {
        let box = try vault()
        #expect(try box.open(["import", "npcs.json"]).status == 0)
        let words = ["export", "--password-file", "password"]
        let full = try box.shell(#""$COFFER" "$@" >/dev/full"#, words)
        #expect(full.status == 8)
        #expect(full.errors.contains("no space left"))
        let closed = try box.shell(#""$COFFER" "$@" >&-"#, words)
        #expect(closed.status != 0)
        let gone = try box.shell(
            #"{ sleep 0.3; "$COFFER" "$@"; echo $? >status; } | true; cat status"#, words)
        #expect(gone.output == "1\n")
        #expect(gone.errors == "")
    }

    @Test func nothingIsWrittenIntoTheVaultByAClosedDescriptor() throws {
        let box = try vault()
        for closed in [">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"] {
            _ = try box.shell(
                #""$COFFER" import npcs.json nowhere.json --password-file password "# + closed)
            _ = try box.shell(
                #""$COFFER" import npcs.json --password-file password -v "# + closed)
        }
        #expect(try box.open(["check"]).status == 0)
    }

    @Test func interruptionLeavesNothingHalfWritten() throws {
        let box = try vault()
        let rows = (0..<20_000).map {
            "{\"id\":\($0),\"text\":\"\(String(repeating: "x", count: 100))\"}"
        }
        try box.write("rows.ndjson", rows.joined(separator: "\n"))
        let stopped = try box.shell(
            #"timeout --preserve-status -s INT 0.3 "$COFFER" import rows.ndjson --password-file password"#
        )
        #expect(stopped.status == 130 || stopped.status == 0)
        #expect(try box.open(["check"]).status == 0)
        #expect(try box.open(["import", "rows.ndjson"]).status == 0)
        _ = try box.shell(
            #"timeout --preserve-status -s INT 0.2 "$COFFER" export -o out.json --password-file password"#
        )
        let names = try FileManager.default.contentsOfDirectory(atPath: box.folder.path)
        #expect(!names.contains { $0.hasPrefix(".coffer-unfinished") })
        if box.exists("out.json") {
            let whole = try JSONSerialization.jsonObject(with: Data(try box.read("out.json").utf8))
            #expect((whole as? [String: [Any]])?["rows"]?.count == 20_000)
        }
    }
}
