import Foundation
import Testing

/// The first record of a collection that nobody has made.
@Suite(.enabled(if: BuiltProgram.isThere)) struct NewCollectionTests {
    private func box() throws -> Sandbox {
        let box = try Sandbox()
        try box.makeVault()
        return box
    }

    private func key(_ box: Sandbox, _ collection: String) throws -> String? {
        let shown = try box.open(["schema", "show", collection, "--json"])
        return shown["key"] as? String
    }

    @Test func addMakesItAsImportWould() throws {
        let box = try box()
        let made = try box.open([
            "add", "notes", "--new", "id=door", "title=The door", "level:=3", "--json",
        ])
        #expect(made.status == 0, "\(made.errors)")
        try box.write("other.json", #"[{"id":"door","title":"The door","level":3}]"#)
        #expect(try box.open(["import", "other.json"]).status == 0)
        let (ours, theirs) = (
            try box.open(["schema", "show", "notes"]), try box.open(["schema", "show", "other"])
        )
        #expect(
            ours.output.replacingOccurrences(of: "notes", with: "other") == theirs.output)
        #expect(try key(box, "notes") == "id")
        #expect(try box.open(["get", "notes", "door", "--field", "title"]).output == "The door\n")
        // Where there is one, it changes nothing.
        #expect(try box.open(["add", "notes", "--new", "id=gate"]).status == 0)
        #expect(try box.open(["add", "notes", "--new", "id=gate", "--json"]).code == "exists")
        #expect(try box.open(["list", "notes", "--json"]).rows.count == 2)
        #expect(try box.open(["add", "plain", "--new", "title=A"]).status == 0)
        #expect(try key(box, "plain") == nil)
    }

    @Test func putMakesIt() throws {
        let box = try box()
        let lines = "{\"id\":1,\"a\":true}\n{\"id\":2,\"a\":null}\n"
        #expect(try box.open(["put", "things", "--stdin", "--new"], input: lines).status == 0)
        #expect(try key(box, "things") == "id")
        let wrong = try box.open(["put", "more", "--stdin", "--new"], input: lines + "{\n")
        #expect(wrong.status == 7)
        #expect(wrong.errors.contains("line 3"))
        #expect(try box.open(["list", "more", "--json"]).code == "no-collection")
    }

    @Test(arguments: [
        ["add", "notes", "title=A"], ["put", "notes", "--stdin"], ["edit", "notes"],
    ])
    func withoutItTheWaysToMakeOneAreTold(_ words: [String]) throws {
        let box = try box()
        let refused = try box.open(words, input: "{\"title\":\"A\"}")
        #expect(refused.status == 4)
        for way in ["--new", "coffer import", "coffer init --template"] {
            #expect(refused.errors.contains(way), "\(refused.errors)")
        }
    }

    @Test(arguments: ["Notes", "no tes", "", "5e", String(repeating: "a", count: 65)])
    func aNameThatNoneCanHaveIsRefused(_ name: String) throws {
        let box = try box()
        #expect(try box.open(["add", "--new", "--json", name, "a=b"]).code == "usage")
        #expect(try box.open(["schema", "list", "--json"]).output == "[]\n")
    }

    @Test func editMakesItFromWhatWasTyped() throws {
        let box = try box()
        box.environment["VISUAL"] = #"sed -i 's/"door"/"door", "text": "It sings."/'"#
        let made = try box.open(["edit", "notes", "door", "--new", "--json"])
        #expect(made["created"] as? Bool == true, "\(made.errors)")
        #expect(try box.open(["get", "notes", "door", "--field", "text"]).output == "It sings.\n")
        box.environment["VISUAL"] = "true"
        #expect(try box.open(["edit", "others", "--new"]).status == 0)
        #expect(try box.open(["list", "others", "--json"]).code == "no-collection")
    }

    @Test func serveMakesItToo() throws {
        let box = try box()
        let child = try ServedProcess(box)
        let record = ["id": "door", "title": "The door"]
        #expect(
            try child.code("add", ["collection": "notes", "fields": record]) == "no-collection")
        try child.result("add", ["collection": "notes", "fields": record, "new": true])
        try child.result("put", ["collection": "others", "records": [record], "new": true])
        for name in ["notes", "others"] {
            let members = ["collection": name, "record": "door", "field": "title"]
            #expect(try child.result("get", members) as? String == "The door")
        }
        // All of it or nothing.
        let wrong: ServedProcess.Line = [
            "collection": "third", "records": [record, record, ["id": ""]], "new": true,
        ]
        _ = try child.ask("put", wrong)
        #expect(child.end() == 0)
    }

    @Test func whatLooksLikeAKeyAndIsNoneIsRemarkedOn() throws {
        let box = try box()
        try box.write("a.json", #"{"properties":{"id":{"type":"string"},"name":{}}}"#)
        try box.write(
            "b.json", #"{"required":["id"],"properties":{"id":{"type":"string"},"name":{}}}"#)
        let loose = try box.open(["schema", "apply", "a.json"])
        #expect(loose.output.contains("no key of their own"), "\(loose.output)")
        let strict = try box.open(["schema", "apply", "b.json"])
        #expect(!strict.output.contains("no key of their own"), "\(strict.output)")
        #expect(strict.status == 0)
        #expect(try key(box, "a") == nil)
        #expect(try key(box, "b") == "id")
        let missing = try box.open(["add", "b", "name=x"])
        #expect(missing.status == 7)
        #expect(missing.errors.contains("id=NAME"), "\(missing.errors)")
    }
}

/// What a new user sees first.
@Suite(.enabled(if: BuiltProgram.isThere)) struct FirstSightTests {
    @Test func aTableShowsWhatNoSchemaNames() throws {
        let box = try Sandbox()
        try box.makeVault()
        try box.write("loose.json", #"{"properties":{}}"#)
        try box.write("key.json", #"{"properties":{"id":{"type":"string"}}}"#)
        #expect(try box.open(["schema", "apply", "loose.json", "key.json"]).status == 0)
        #expect(try box.open(["add", "loose", "name=Anna", "role=smith"]).status == 0)
        #expect(try box.open(["add", "key", "id=a", "name=Anna"]).status == 0)
        let loose = try box.open(["list", "loose"])
        #expect(loose.output.contains("NAME") && loose.output.contains("smith"), "\(loose.output)")
        let key = try box.open(["list", "key"]).output.split(separator: "\n")[0]
        #expect(key.hasPrefix("UUID") && key.contains(" ID"), "\(key)")
    }

    @Test func oneArgumentOfASearchIsWordsAsSeveralAre() throws {
        let box = try Sandbox()
        try box.makeVault()
        #expect(try box.open(["add", "notes", "--new", "id=fog", "text=a b fog c"]).status == 0)
        for words in [["c", "a"], ["c a"], ["\"a b\" c"], ["fog"]] {
            #expect(try box.open(["search", "--json"] + words).rows.count == 1, "\(words)")
        }
        #expect(try box.open(["search", "--json", "\"b a\""]).rows.isEmpty)
        // The key stands beside the excerpt anyway.
        let hit = try box.open(["search", "--json", "fog"]).rows
        #expect(hit.first?["pointer"] as? String == "/text")
    }

    @Test func sqlAnswersAStatementBeforeTheNextOneIsThere() throws {
        let box = try Sandbox()
        try box.makeVault()
        let answered = try box.shell(
            """
            mkfifo pipe
            timeout 20 "$COFFER" sql --password-file password <pipe >out & p=$!
            exec 3>pipe
            printf 'select 1 as one; select' >&3
            until grep -q one out; do sleep 0.05; kill -0 $p || exit 9; done
            cat out; printf ' 2 as two' >&3; exec 3>&-; wait $p; cat out
            """)
        #expect(answered.output == "{\"one\":1}\n{\"one\":1}\n{\"two\":2}\n", "\(answered.errors)")
    }

    @Test func oneSchemaIsOne() throws {
        let box = try Sandbox()
        try box.makeVault()
        try box.write("a.json", "{}")
        let applied = try box.shell(
            "expect -c 'spawn -noecho $env(COFFER) schema apply a.json --password-file password; expect eof'"
        )
        #expect(!Machine.hasExpect || applied.output.contains("1 schema put in force"))
    }
}
