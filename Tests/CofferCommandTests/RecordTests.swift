import Foundation
import Testing

@Suite(.enabled(if: BuiltProgram.isThere)) struct RecordTests {
    private func campaign() throws -> Sandbox {
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        return box
    }

    @Test func addsGetsChangesAndRemoves() throws {
        let box = try campaign()
        let added = try box.open([
            "add", "npcs", "id=grundle", "name=Grundle", "alive=true", "--json",
        ])
        #expect(added.status == 0)
        #expect(added["created"] as? Bool == true)
        #expect(added["version"] as? Int == 1)
        let shown = try box.open(["get", "npcs", "grundle", "--json"])
        #expect(shown["key"] as? String == "grundle")
        #expect(shown["id"] as? String == added["id"] as? String)
        let fields = shown["fields"] as? [String: Any]
        #expect(fields?["name"] as? String == "Grundle")
        #expect(fields?["alive"] as? Bool == true)
        let id = try #require(added["id"] as? String)
        #expect(try box.open(["get", "npcs", id, "--field", "name"]).output == "Grundle\n")
        let changed = try box.open(["set", "npcs", "grundle", "name=Bob", "--json"])
        #expect(changed["version"] as? Int == 2)
        #expect(changed["created"] as? Bool == false)
        #expect(try box.open(["set", "npcs", "grundle", "--unset", "alive"]).status == 0)
        #expect(
            try box.open(["get", "npcs", "grundle", "--field", "alive", "--json"]).code
                == "no-field")
        #expect(try box.open(["rm", "npcs", "grundle", "--json"])["removed"] as? Int == 1)
        #expect(try box.open(["get", "npcs", "grundle", "--json"]).code == "no-record")
    }

    @Test func valuesAreReadAsTheyAreWritten() throws {
        let box = try campaign()
        try box.write("note", "two\nlines\n")
        try box.write("json", "{\"deep\": [1, 2.50]}")
        let added = try box.open(
            [
                "add", "notes", "id=n", "title=a=b:=c", "extra:={\"x\": 1}", "extra.y.z=5",
                "text=@note", "data:=@json", "at=@@home", "typed=@-", #"odd\.name=dot"#,
            ], input: "from input")
        #expect(added.status == 0, "\(added.errors)")
        let shown = try box.open(["get", "notes", "n", "--json"])
        let fields = try #require(shown["fields"] as? [String: Any])
        #expect(fields["title"] as? String == "a=b:=c")
        #expect((fields["extra"] as? [String: Any])?["x"] as? Int == 1)
        let inner = (fields["extra"] as? [String: Any])?["y"] as? [String: Any]
        #expect(inner?["z"] as? String == "5")
        #expect(fields["text"] as? String == "two\nlines\n")
        #expect(shown.output.contains(#""data":{"deep":[1,2.50]}"#))
        #expect(fields["at"] as? String == "@home")
        #expect(fields["typed"] as? String == "from input")
        #expect(fields["odd.name"] as? String == "dot")
    }

    @Test(arguments: ["name", "=x", ".a=x", "a..b=x", "a.=x"])
    func refusesWordsThatAreNoValues(word: String) throws {
        let box = try campaign()
        #expect(try box.open(["add", "npcs", "id=x", word]).status == 2)
    }

    @Test func conflictsHaveTheirCodes() throws {
        let box = try campaign()
        #expect(try box.open(["add", "npcs", "id=a", "name=A"]).status == 0)
        let twice = try box.open(["add", "npcs", "id=a", "name=B", "--json"])
        #expect(twice.status == 5)
        #expect(twice.code == "exists")
        let version = try box.open(["set", "npcs", "a", "name=C", "--if-version", "7", "--json"])
        #expect(version.code == "version-conflict")
        let reference = try box.open(["set", "npcs", "a", "home=nowhere", "--json"])
        #expect(reference.status == 7)
        #expect(reference.code == "broken-reference")
        #expect(try box.open(["add", "npcs", "id=b", "name:=5", "--json"]).code == "invalid")
        #expect(try box.open(["add", "npcs", "id=b", "name:={", "--json"]).code == "invalid")
        #expect(try box.open(["add", "nothing", "id=b", "--json"]).code == "no-collection")
        #expect(try box.open(["set", "npcs", "a", "--json"]).code == "usage")
        #expect(try box.open(["get", "npcs", "--json"]).code == "usage")
    }

    @Test func anIdMayBeginWithADash() throws {
        let box = try campaign()
        #expect(try box.open(["add", "npcs", "id=-x", "name=A"]).status == 0)
        #expect(try box.open(["get", "npcs", "--id=-x", "--field", "name"]).output == "A\n")
        #expect(try box.open(["set", "npcs", "--id=-x", "name=B"]).status == 0)
        #expect(try box.open(["rm", "npcs", "--id=-x", "--json"])["removed"] as? Int == 1)
    }

    @Test func removingSeveralWantsAYes() throws {
        let box = try campaign()
        for id in ["a", "b"] { _ = try box.open(["add", "npcs", "id=\(id)", "name=\(id)"]) }
        #expect(try box.open(["rm", "npcs", "a", "b"]).status == 2)
        #expect(try box.open(["list", "npcs", "--json"]).rows.count == 2)
        #expect(try box.open(["rm", "npcs", "a", "missing", "--yes"]).status == 4)
        #expect(try box.open(["list", "npcs", "--json"]).rows.count == 2)
        #expect(try box.open(["rm", "npcs", "a", "b", "--yes", "--json"])["removed"] as? Int == 2)
    }

    @Test func putWritesLinesInOneTransaction() throws {
        let box = try campaign()
        let lines = "{\"id\":\"a\",\"name\":\"A\"}\n\n{\"id\":\"b\",\"name\":\"B\"}\n"
        let put = try box.open(["put", "npcs", "--stdin", "--json"], input: lines)
        #expect(put.rows.compactMap { $0["created"] as? Bool } == [true, true])
        let again = try box.open(["put", "npcs", "--stdin", "--json"], input: lines)
        #expect(again.rows.compactMap { $0["version"] as? Int } == [1, 1])
        let broken = try box.open(
            ["put", "npcs", "--stdin", "--json"],
            input: "{\"id\":\"c\",\"name\":\"C\"}\n{\"id\":\"d\"")
        #expect(broken.status == 7)
        #expect(broken.errors.contains("line 2"))
        #expect(try box.open(["list", "npcs", "--json"]).rows.count == 2)
        let whole = try box.open(
            ["put", "npcs", "--stdin", "--json"],
            input: "{\n  \"id\": \"c\",\n  \"name\": \"C\"\n}\n")
        #expect(whole.rows.count == 1)
        #expect(try box.open(["put", "npcs"]).status == 2)
    }

    @Test func escapesWhatWouldMoveTheCursor() throws {
        let box = try campaign()
        let name = "evil\u{1B}[31m\u{9B}2J\u{202E}end\u{7}"
        #expect(try box.open(["add", "npcs", "id=\u{1B}c", "name=\(name)"]).status == 0)
        for words in [["list", "npcs"], ["get", "npcs", "\u{1B}c"]] {
            let shown = try box.open(words)
            let isClean = shown.output.unicodeScalars.allSatisfy {
                $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) && $0 != "\u{202E}"
                    || $0 == "\n"
            }
            #expect(isClean)
            #expect(shown.output.contains("\\u{1b}"))
        }
        // A program gets what was put in.
        let shown = try box.open(["get", "npcs", "\u{1B}c", "--json"])
        #expect((shown["fields"] as? [String: Any])?["name"] as? String == name)
        #expect(try box.open(["get", "npcs", "\u{1B}c", "--field", "name"]).output == name + "\n")
    }

    @Test(arguments: [(511, 2), (512, 1), (1, 512), (300, 300), (60_000, 0)])
    func whatIsNestedTooDeepThroughAPathIsInvalid(_ path: Int, _ arrays: Int) throws {
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        #expect(try box.open(["add", "npcs", "id=a", "name=Anna"]).status == 0)
        let name = Array(repeating: "a", count: path).joined(separator: ".")
        let json =
            String(repeating: "[", count: arrays) + "1" + String(repeating: "]", count: arrays)
        let refused = try box.open(["set", "npcs", "a", "\(name):=\(json)", "--json"])
        #expect(refused.code == "invalid", "\(refused.errors.prefix(200))")
        #expect(refused.status == 7)
        guard path > 512 else { return }
        #expect(try box.open(["set", "npcs", "a", "--unset", name]).status == 7)
    }
}
