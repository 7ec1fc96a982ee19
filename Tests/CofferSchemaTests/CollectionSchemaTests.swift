import CofferFormat
import CofferSchema
import Testing

@Suite struct CollectionSchemaTests {
    private func parse(_ json: String, name: String = "things") throws -> CollectionSchema {
        try CollectionSchema(parsing: Value(json: json), text: Array(json.utf8), name: name)
    }

    /// A schema with one field `f`, and `more` beside the properties.
    private func schema(field: String, more: String = "") -> String {
        #"{"type":"object","properties":{"id":{"type":"string"},"f":\#(field)}\#(more)}"#
    }

    private func code(of json: String, name: String = "things") -> SchemaError.Code? {
        do {
            _ = try parse(json, name: name)
            return nil
        } catch {
            return (error as? SchemaError)?.code
        }
    }

    @Test func readsEveryKeywordOfAField() throws {
        let json = """
            {"title":"People","type":"object","coffer:subject":"id","additionalProperties":false,
             "properties":{
              "id":{"type":"string","format":"uuid"},
              "email":{"type":["null","string"],"format":"email","coffer:unique":true,
                "coffer:personal":{"category":"contact"}},
              "status":{"enum":["a","b"],"coffer:index":{"force":true},"coffer:plain":true},
              "boss":{"type":"string","coffer:references":"people","coffer:on-delete":"clear"},
              "friends":{"type":"array","coffer:people":true},
              "note":{"type":"string","coffer:mentions":true,
                "coffer:personal":{"category":"special","source":"observed"}},
              "count":{"type":"integer","coffer:index":"exact"},
              "weight":{"type":"number","coffer:index":false},
              "flag":{"type":"boolean"},
              "other":true,
              "shared":{"$ref":"#/definitions/code","coffer:index":true}},
             "definitions":{"code":{"type":"string","format":"date"}},
             "required":["id","email"]}
            """
        let people = try parse(json, name: "")
        #expect(people.name == "people")
        #expect(people.text == Array(json.utf8))
        #expect(people.subject == "id")
        #expect(!people.allowsOverflow)
        #expect(
            people.fields.map(\.name) == [
                "id", "email", "status", "boss", "friends", "note", "count", "weight", "flag",
                "other", "shared",
            ])
        #expect(
            people.fields.map(\.kind) == [
                .text, .text, .text, .text, .json, .text, .integer, .number, .boolean, .any, .text,
            ])
        #expect(
            people.fields.map(\.index) == [
                true, true, true, false, false, false, true, false, false, false, true,
            ])
        let email = try #require(people.field("email"))
        #expect(email.unique && email.isNullable && email.isRequired && email.format == "email")
        #expect(email.personal == .init(category: .contact, source: .provided))
        let status = try #require(people.field("status"))
        #expect(status.plain && status.indexForced && !status.isNullable)
        #expect(status.enumValues == [.text("a"), .text("b")])
        #expect(
            people.field("boss")?.reference == .init(collection: "people", onDelete: .clear))
        #expect(people.field("friends")?.people == true)
        #expect(people.field("note")?.mentions == true)
        #expect(people.field("shared")?.format == "date")
        #expect(people.field("nobody") == nil)
        #expect(people.position(ofField: "boss") == 3)
    }

    @Test func restrictsDeletionUnlessTold() throws {
        let parsed = try parse(schema(field: #"{"type":"string","coffer:references":"others"}"#))
        #expect(parsed.field("f")?.reference?.onDelete == .restrict)
    }

    @Test(arguments: [
        #"{"type":"boolean","coffer:index":true}"#,
        #"{"type":"boolean","coffer:unique":true}"#,
        #"{"enum":["a","b"],"coffer:index":true}"#,
        #"{"type":"integer","minimum":1,"maximum":20,"coffer:index":true}"#,
        #"{"type":"string","maxLength":1,"coffer:index":true}"#,
        #"{"type":"object","coffer:index":true}"#,
        #"{"coffer:index":true}"#,
        #"{"type":"string","coffer:index":"fuzzy"}"#,
        #"{"type":"string","coffer:index":{"forced":true}}"#,
        #"{"type":"string","coffer:unique":"yes"}"#,
        #"{"type":"array","coffer:plain":true}"#,
        #"{"type":"string","coffer:plain":true,"coffer:personal":{"category":"contact"}}"#,
        #"{"type":"string","coffer:plain":true,"coffer:mentions":true}"#,
        #"{"type":"array","coffer:references":"others"}"#,
        #"{"type":"string","coffer:references":"Others"}"#,
        #"{"type":"string","coffer:references":7}"#,
        #"{"type":"string","coffer:on-delete":"clear"}"#,
        #"{"type":"string","coffer:references":"others","coffer:on-delete":"nothing"}"#,
        #"{"type":"string","coffer:personal":true}"#,
        #"{"type":"string","coffer:personal":{"category":"secret"}}"#,
        #"{"type":"string","coffer:personal":{"category":"contact","source":"stolen"}}"#,
        #"{"type":"string","coffer:personal":{"category":"contact","why":"x"}}"#,
        #"{"type":"string","coffer:indexed":true}"#,
        #"{"type":"string","coffer:subject":"id"}"#,
        #"{"type":"object","properties":{"deep":{"type":"string","coffer:index":true}}}"#,
        #"{"type":"array","items":{"type":"string","coffer:people":true}}"#,
    ]) func refusesAFieldKeywordThatCannotBeKept(field: String) {
        #expect(code(of: schema(field: field)) == .keyword)
    }

    @Test(arguments: [
        #","coffer:subject":"nobody""#, #","coffer:subject":7"#, #","coffer:index":true"#,
        #","coffer:check":"x > 1""#, #","coffer:check":[{"rule":"x > 1"}]"#,
        #","coffer:check":[{"rule":"","message":"m"}]"#, #","coffer:purpose":"""#,
        #","coffer:basis":"because""#, #","coffer:recipients":7"#, #","coffer:recipients":[""]"#,
        #","coffer:retain":"two years""#, #","coffer:retain":"P2Y""#,
        #","coffer:retain":"P2Y after nothing""#, #","coffer:retain":"P after f""#,
        #","coffer:retain":"P1D1Y after f""#, #","coffer:retain":"P0D after f""#,
        #","coffer:on-erase":"burn""#, #","coffer:on-erase":"keep""#,
        #","coffer:on-erase":"keep","coffer:basis":"contract""#, #","coffer:retian":"P1Y after f""#,
        #","definitions":{"d":{"coffer:plain":true}}"#,
    ]) func refusesACollectionKeywordThatCannotBeKept(more: String) {
        #expect(code(of: schema(field: #"{"type":"string"}"#, more: more)) == .keyword)
    }

    @Test func saysWhichKeywordWasProbablyMeant() {
        #expect {
            try parse(schema(field: #"{"type":"string","coffer:referenses":"x"}"#))
        } throws: { error in
            guard let error = error as? SchemaError else { return false }
            return error.message.contains("coffer:referenses")
                && error.message.contains("did you mean coffer:references?")
                && error.pointer == "/properties/f/coffer:referenses"
        }
    }

    @Test(arguments: ["true", "[]", #"{"type":"array"}"#, ##"{"$ref":"#/definitions/x"}"##])
    func refusesASchemaThatIsNotOfObjects(json: String) {
        #expect(code(of: json) != nil)
    }

    @Test func readsWhatIsSaidAboutTheCollection() throws {
        let more = """
            ,"coffer:subject":"id","coffer:purpose":"Why","coffer:basis":"legitimate interests",
            "coffer:recipients":["A","B"],"coffer:retain":"P1Y2M3W4D after f",
            "coffer:on-erase":"keep","coffer:check":[{"rule":"f > 'a'","message":"No"}]
            """
        let parsed = try parse(schema(field: #"{"type":"string","format":"date"}"#, more: more))
        #expect(parsed.processing.purpose == "Why")
        #expect(parsed.processing.basis == "legitimate interest")
        #expect(parsed.processing.recipients == ["A", "B"])
        #expect(
            parsed.processing.retention == .init(years: 1, months: 2, days: 25, field: "f"))
        #expect(parsed.processing.onErase == .keep)
        #expect(parsed.checks == [.init(rule: "f > 'a'", message: "No")])
    }

    @Test func refusesAPlainSubject() {
        let json = schema(
            field: #"{"type":"string","coffer:plain":true}"#, more: #","coffer:subject":"f""#)
        #expect(code(of: json) == .keyword)
    }

    @Test func warnsOfWhatShowsAndOfWhatIsMissing() throws {
        let json = """
            {"type":"object","requird":["id"],"properties":{
              "id":{"type":"string","coffer:index":true},
              "Id":{"type":"string","coffer:plain":true},
              "mail":{"type":"string","coffer:personal":{"category":"contact"}},
              "up":{"type":"string","coffer:references":"things","coffer:on-delete":"clear"},
              "done":{"type":"boolean","coffer:index":{"force":true}}},
             "required":["up"]}
            """
        let warnings = try parse(json).warnings
        func warns(_ field: String, _ words: String) -> Bool {
            warnings.contains { $0.hasPrefix(field) && $0.contains(words) }
        }
        #expect(warns("things", "did you mean \"required\""))
        #expect(warns("id", "which records share a value"))
        #expect(warns("Id", "can read its values"))
        #expect(warns("Id", "only in case"))
        #expect(warns("mail", "without a \"coffer:subject\""))
        #expect(warns("up", "which records it links"))
        #expect(warns("up", "required"))
        #expect(warns("done", "few values"))
    }

    @Test(arguments: [
        ("Magic Items", "magic_items"), ("5e-SRD", "c_5e_srd"), ("Éléments", "elements"),
        ("__x__", "x"), ("Größe", "grosse"), ("a", "a"), ("NPCs (old)", "npcs_old"),
    ]) func makesNamesOutOfTitles(title: String, name: String) {
        #expect(CollectionSchema.normalizedName(title) == name)
        #expect(CollectionSchema.isName(name))
        #expect(CollectionSchema.normalizedName(name) == name)
    }

    @Test func makesNoNameOfNothing() {
        #expect(CollectionSchema.normalizedName("") == nil)
        #expect(CollectionSchema.normalizedName("—") == nil)
        let long = String(repeating: "ab_", count: 100)
        #expect(CollectionSchema.normalizedName(long).map(CollectionSchema.isName) == true)
    }

    @Test(arguments: ["Players", "1st", "", "_x", "a-b", String(repeating: "a", count: 65)])
    func refusesANameThatIsNone(name: String) {
        #expect(!CollectionSchema.isName(name))
        #expect(code(of: schema(field: "true"), name: name) == .name)
    }

    @Test func refusesARecordThatIsNoObjectOrHasANameTwice() throws {
        let parsed = try parse(schema(field: "true"))
        #expect(parsed.validate(.array([])).map(\.rule) == ["type"])
        let twice: Value = .object([.init("f", .null), .init("f", .null)])
        #expect(parsed.validate(twice).map(\.rule) == ["names"])
        let many = (0..<40).map { Value.Member("p\($0)", .null) }
        #expect(parsed.validate(.object(many)).isEmpty)
        #expect(parsed.validate(.object(many + [many[3]])).map(\.rule) == ["names"])
        // Composed and decomposed are two names.
        let forms: Value = .object([.init("\u{E4}", .null), .init("a\u{308}", .null)])
        #expect(parsed.validate(forms).isEmpty)
    }
}
