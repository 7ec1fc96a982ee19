import Foundation
import Testing

@Suite(.enabled(if: BuiltProgram.isThere)) struct ListTests {
    private func levels() throws -> Sandbox {
        let box = try Sandbox()
        try box.makeVault()
        try box.write(
            "things.schema.json",
            #"""
            {"title": "things", "type": "object", "required": ["id"], "properties": {
              "id": {"type": "string"}, "level": {"type": ["number", "null"]},
              "name": {"type": "string", "coffer:index": true}, "good": {"type": "boolean"},
              "parts": {"type": "array"}}}
            """#)
        #expect(try box.open(["schema", "apply", "things.schema.json"]).status == 0)
        let lines = [
            #"{"id":"a","level":3,"name":"Anna","good":true,"parts":[1]}"#,
            #"{"id":"b","level":1.50,"name":"Bob","good":false}"#,
            #"{"id":"c","level":null,"name":"O'Neil","other":"extra"}"#,
            #"{"id":"d","level":10,"name":"Bob"}"#,
        ].joined(separator: "\n")
        #expect(try box.open(["put", "things", "--stdin"], input: lines).status == 0)
        return box
    }

    private func keys(_ outcome: Outcome) -> [String] {
        outcome.rows.compactMap { $0["key"] as? String }
    }

    @Test func answersConditions() throws {
        let box = try levels()
        let cases: [(String, [String])] = [
            ("level > 1", ["a", "b", "d"]), ("level = 1.5", ["b"]), ("level is null", ["c"]),
            ("good", ["a"]), ("not good", ["b"]), ("name = 'Bob'", ["b", "d"]),
            ("name = 'O''Neil'", ["c"]), ("name='Bob' and level > 5", ["d"]), ("name = 'bob'", []),
            ("name == 'Bob' ", ["b", "d"]), ("name like 'b%'", ["b", "d"]),
            ("json_extract(parts, '$[0]') = 1", ["a"]), ("coffer_key = 'd'", ["d"]),
            ("json_extract(coffer_extra, '$.other') = 'extra'", ["c"]),
            ("coffer_version = 1 -- all", ["a", "b", "c", "d"]),
            ("1", ["a", "b", "c", "d"]), ("null", []),
        ]
        for (condition, wanted) in cases {
            let found = try box.open(["list", "things", "--where", condition, "--json"])
            #expect(found.status == 0, "\(condition): \(found.errors)")
            #expect(keys(found) == wanted, "\(condition)")
        }
    }

    @Test(arguments: [
        "nme = 1", "1)", "1; select 1", "(", "", "name = 'Bob", "load_extension('x')",
        "1) OR (1", "0) -- \n or (1", "1) ORDER BY (1",
    ])
    func refusesWhatIsNoCondition(condition: String) throws {
        let box = try levels()
        let refused = try box.open(["list", "things", "--where=\(condition)", "--json"])
        #expect(refused.status == 7)
        #expect(refused.code == "invalid")
    }

    @Test func oneConditionCannotCloseItsBrackets() throws {
        let box = try levels()
        for words in [
            ["list", "things"], ["rm", "things", "--yes"], ["set", "things", "name=x", "--yes"],
        ] {
            let refused = try box.open(words + ["--where", "0) OR (1", "--json"])
            #expect(refused.status == 7, "\(words)")
            #expect(refused.errors.contains("this is not one condition"), "\(words)")
        }
        let found = try box.open(["list", "things", "--where", "name <> ')' /* ( */", "--json"])
        #expect(keys(found) == ["a", "b", "c", "d"])
        #expect(try box.open(["list", "things", "--json"]).output.contains("\"x\"") == false)
    }

    @Test func saysWhereFieldsOutsideTheSchemaAre() throws {
        let box = try levels()
        let remark = "fields outside the schema are in coffer_extra: coffer_extra->>'other'"
        for words in [
            ["list", "things", "--where", "other = 'extra'"],
            ["rm", "things", "--yes", "--where", "level > 1 and other = 'extra'"],
            ["set", "things", "name=x", "--yes", "--where", "other = 'extra'"],
            ["sql", "select t.name from Things t where other = 1"],
        ] {
            let refused = try box.open(words)
            #expect(refused.errors.contains("no such column: other; \(remark)"), "\(words)")
        }
        let advised = ["list", "things", "--where", "coffer_extra->>'other' = 'extra'", "--json"]
        #expect(keys(try box.open(advised)) == ["c"])
        for words in [
            ["sql", "select other"], ["list", "things", "--where", "name = \"Anna\""],
            ["sql", "select \"a b\" from things"], ["sql", "select other("],
        ] {
            #expect(try !box.open(words).errors.contains("coffer_extra"), "\(words)")
        }
        try box.write(
            "closed.schema.json",
            #"""
            {"title": "closed", "type": "object", "required": ["id"],
             "additionalProperties": false, "properties": {"id": {"type": "string"}}}
            """#)
        #expect(try box.open(["schema", "apply", "closed.schema.json"]).status == 0)
        let closed = try box.open(["list", "closed", "--where", "other = 1"])
        #expect(closed.status == 7)
        #expect(!closed.errors.contains("coffer_extra"))
        // Nothing can have such a field, so an empty collection is no excuse.
        #expect(try box.open(["list", "closed", "--sort", "other"]).status == 7)
    }

    @Test func sortsByWhatSomeRecordHas() throws {
        let box = try levels()
        for words in [[], ["--where", "0"], ["--limit", "0"]] {
            let refused = try box.open(["list", "things", "--sort", "nothing"] + words)
            #expect(refused.status == 7, "\(words)")
            #expect(
                refused.errors.contains("--sort cannot be evaluated: no such column: nothing"))
            #expect(
                try box.open(["list", "things", "--sort", "other"] + words).status == 0, "\(words)")
        }
        let sorted = try box.open(["list", "things", "--sort", "other", "--reverse", "--json"])
        #expect(keys(sorted).first == "c")
    }

    @Test func sortsLimitsAndChoosesFields() throws {
        let box = try levels()
        func order(_ words: String...) throws -> [String] {
            keys(try box.open(["list", "things", "--json"] + words))
        }
        #expect(try order("--sort", "level") == ["c", "b", "a", "d"])
        #expect(try order("--sort", "level", "--reverse") == ["d", "a", "b", "c"])
        #expect(try order("--sort", "name") == ["a", "b", "d", "c"])
        #expect(try order("--sort", "good", "--limit", "2") == ["c", "d"])
        #expect(try order("--limit", "3") == ["a", "b", "c"])
        #expect(try order("--limit", "0") == [])
        let chosen = try box.open(["list", "things", "--fields", "name,level", "-n", "1", "--json"])
        #expect(
            (chosen.rows.first?["fields"] as? [String: Any])?.keys.sorted() == ["level", "name"])
        #expect(try box.open(["list", "things", "--sort", "nothing"]).status == 7)
        #expect(try box.open(["list", "things", "--limit", "x"]).status == 2)
        #expect(try box.open(["list", "things", "--limit", "99999999999999999999"]).status == 2)
        #expect(try box.open(["list", "things", "--reverse"]).status == 2)
    }

    @Test func theTableHasTheNamesThatTheNextCommandNeeds() throws {
        let box = try levels()
        let table = try box.open(["list", "things"]).output.split(separator: "\n")
        #expect(table.first?.hasPrefix("KEY  NAME") == true)
        #expect(table.count == 5)
        box.environment["COLUMNS"] = "30"
        let narrow = try box.open(["list", "things"]).output.split(separator: "\n")
        #expect(narrow.allSatisfy { $0.count <= 30 })
    }
}
