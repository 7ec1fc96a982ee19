import CofferFormat
import CofferSchema
import Testing

@Suite struct SchemaInferenceTests {
    private func infer(_ lines: String...) throws -> SchemaInference {
        var inference = SchemaInference()
        for line in lines { inference.observe(try Value(json: line)) }
        return inference
    }

    @Test func saysWhatWasSeen() throws {
        let inference = try infer(
            #"{"id":"2eb8aa08-aa98-11ea-b4aa-73b441d16380","n":1,"on":"2024-01-31","x":null}"#,
            #"{"id":"3eb8aa08-aa98-11ea-b4aa-73b441d16380","n":1.5,"on":null,"l":[1],"x":null}"#)
        let schema = inference.schema(title: "things")
        let expected = try Value(
            json: """
                {"$schema":"http://json-schema.org/draft-07/schema#","title":"things",
                 "type":"object","properties":{
                  "id":{"type":"string","format":"uuid"},"n":{"type":"number"},
                  "on":{"type":["string","null"],"format":"date"},"x":{"type":"null"},
                  "l":{"type":"array"}},
                 "required":["id","n","on","x"]}
                """)
        #expect(schema == expected)
        #expect(inference.recordCount == 2)
    }

    @Test func asksForLittleWhenImporting() throws {
        let inference = try infer(#"{"a":1,"b":"2024-01-31","c":null,"d":{"x":1}}"#)
        let value = inference.importSchema(title: "Things")
        let schema = try CollectionSchema(parsing: value, text: [], name: "")
        #expect(schema.name == "things")
        #expect(schema.fields.map(\.kind) == [.number, .text, .any, .json])
        #expect(schema.fields.allSatisfy { $0.isNullable && !$0.isRequired })
        for later in [
            "{}", #"{"a":1.5,"b":"soon","c":[],"d":null,"e":1}"#, #"{"a":null,"b":null}"#,
        ] {
            #expect(try schema.validate(Value(json: later)).isEmpty)
        }
        #expect(try !schema.validate(Value(json: #"{"a":"x"}"#)).isEmpty)
    }

    @Test func guessesAFormatOnlyWhereAllTextsHaveIt() throws {
        let inference = try infer(
            #"{"m":"a@example.org","u":"https://a.example/","c":"CR:1","h":"me@home","e":""}"#,
            #"{"m":"later","u":"http://b.example","c":"CR:2","h":"me@home","e":""}"#)
        let schema = inference.schema(title: "t")
        let formats = ["m", "u", "c", "h", "e"].map { schema["properties"]?[$0]?["format"] }
        #expect(formats == [nil, .text("uri"), nil, nil, nil])
    }

    @Test func remembersABoundedNumberOfProperties() throws {
        var inference = SchemaInference()
        for number in 0..<5_000 {
            inference.observe(.object([.init("p\(number)", .null), .init("", .null)]))
        }
        #expect(inference.leftSomeOut)
        let value = inference.schema(title: "t")
        let schema = try CollectionSchema(parsing: value, text: [], name: "")
        #expect(schema.fields.count == CollectionSchema.mostFields)
    }

    @Test func countsWhatIsNoRecord() throws {
        let inference = try infer("1", "[]", "{}")
        #expect(inference.otherCount == 2 && inference.recordCount == 1)
    }

    @Test func guessesWhoAndWhatARecordIsAbout() throws {
        let inference = try infer(
            """
            {"id":"p1","name":"A","emailAddress":"a@example.org","phone":"1","health_notes":"x",
             "birth_year":1980,"sent_mail":true,"campaign_id":"c","party_ids":["c"],"level":3}
            """)
        let found = inference.suggestions.map { "\($0.field ?? "-") \($0.keyword)" }
        #expect(
            found == [
                "name coffer:personal", "emailAddress coffer:personal", "phone coffer:personal",
                "health_notes coffer:personal", "birth_year coffer:personal",
                "campaign_id coffer:references", "- coffer:subject",
            ])
        #expect(inference.suggestions.last?.value == .text("id"))
    }

    @Test func guessesAPersonByTheirKey() throws {
        let inference = try infer(#"{"id":"x","playerId":"p","text":"t","player_ids":["a"]}"#)
        #expect(
            inference.suggestions.map(\.value) == [
                .text("players"), .bool(true), .text("playerId"),
            ])
    }

    @Test func findsNobodyInAMonster() throws {
        let inference = try infer(#"{"index":"orc","name":"Orc","size":"Medium","xp":100}"#)
        #expect(inference.suggestions.isEmpty)
    }

    @Test func marksItsGuesses() throws {
        let inference = try infer(#"{"id":"p1","email":"a@example.org","city_id":"c"}"#)
        let value = inference.suggestedSchema(title: "people")
        let schema = try CollectionSchema(parsing: value, text: [], name: "")
        #expect(schema.subject == "id")
        #expect(schema.field("email")?.personal?.category == .contact)
        #expect(schema.field("city_id")?.reference?.collection == "cities")
        for place in [value, value["properties"]?["email"], value["properties"]?["city_id"]] {
            guard case .text(let comment)? = place?["$comment"] else {
                Issue.record("A guess without its mark")
                continue
            }
            #expect(comment.hasPrefix("guessed: coffer:"))
        }
        #expect(value["properties"]?["id"]?["$comment"] == nil)
    }
}
