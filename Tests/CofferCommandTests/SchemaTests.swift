import Foundation
import Testing

@Suite(.enabled(if: BuiltProgram.isThere)) struct SchemaTests {
    @Test func appliesAndShowsWhatItWillReveal() throws {
        let box = try Sandbox()
        try box.makeVault()
        try box.write(
            "npcs.schema.json",
            #"{"type":"object","properties":{"name":{"type":"string","coffer:index":true},"cr":{"type":"number","coffer:plain":true}}}"#
        )
        let applied = try box.open(["schema", "apply", "npcs.schema.json", "--json"])
        #expect(applied.status == 0, "\(applied.errors)")
        let first = (applied.json as? [[String: Any]])?.first
        #expect(first?["name"] as? String == "npcs")
        #expect(first?["outcome"] as? String == "created")
        #expect((first?["remarks"] as? [String])?.count == 2)
        let again = try box.open(["schema", "apply", "npcs.schema.json", "--json"])
        #expect((again.json as? [[String: Any]])?.first?["outcome"] as? String == "unchanged")
        let shown = try box.open(["schema", "show", "npcs"])
        #expect(shown.output.contains("\"coffer:plain\": true"))
        // What is shown can be applied again.
        let back = try box.open(["schema", "apply", "-", "--json"], input: shown.output)
        #expect(back.status == 7, "it has no title and standard input has no name")
        try box.write("npcs.schema.json", shown.output)
        let same = try box.open(["schema", "apply", "npcs.schema.json", "--json"])
        #expect((same.json as? [[String: Any]])?.first?["outcome"] as? String == "unchanged")
    }

    @Test func aTitleNamesTheCollectionBeforeTheFileDoes() throws {
        let box = try Sandbox()
        try box.makeVault()
        try box.write("draft.json", #"{"title":"Magic Items","type":"object"}"#)
        #expect(try box.open(["schema", "apply", "draft.json"]).output.hasPrefix("magic_items"))
        let list = try box.open(["schema", "list", "--json"])
        #expect((list.json as? [[String: Any]])?.first?["name"] as? String == "magic_items")
    }

    @Test func refusesSchemasThatAreNone() throws {
        let box = try Sandbox()
        try box.makeVault()
        try box.write("a.json", "{")
        try box.write("b.json", #"{"type":5}"#)
        #expect(try box.open(["schema", "apply", "a.json"]).status == 7)
        #expect(try box.open(["schema", "apply", "b.json"]).status == 7)
        #expect(try box.open(["schema", "apply", "c.json"]).status == 4)
        #expect(try box.open(["schema", "show", "nothing"]).status == 4)
        #expect(try box.open(["schema", "list", "--json"]).output == "[]\n")
    }

    @Test func suggestsWithItsGuessesMarked() throws {
        let box = try Sandbox()
        try box.write("players.json", #"[{"id":"p1","name":"Ann","email":"ann@example.org"}]"#)
        let one = try box.run(["schema", "suggest", "players.json"])
        #expect(one.status == 0, "\(one.errors)")
        #expect(one.output.contains("\"title\": \"players\""))
        #expect(one.output.contains("guessed: "))
        try box.write("towns.json", #"[{"name":"Oakhurst"}]"#)
        let two = try box.run(["schema", "suggest", "players.json", "towns.json"])
        #expect((two.json as? [String: Any])?.keys.sorted() == ["players", "towns"])
        #expect(
            try box.run(["schema", "suggest", "players.json", "towns.json", "-o", "out"]).status
                == 0)
        #expect(box.exists("out/players.schema.json"))
        try box.makeVault()
        let applied = try box.open(["schema", "apply", "out"])
        #expect(applied.status == 0, "\(applied.errors)")
    }
}
