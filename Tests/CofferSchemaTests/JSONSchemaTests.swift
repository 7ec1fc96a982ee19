import CofferFormat
import CofferSchema
import Testing

@Suite struct JSONSchemaTests {
    private func compile(_ json: String) throws -> JSONSchema {
        try JSONSchema.compile(Value(json: json))
    }

    private func refusal(of json: String) -> SchemaError? {
        do {
            _ = try compile(json)
            return nil
        } catch {
            return error as? SchemaError
        }
    }

    @Test func saysWhereAndWhich() throws {
        let schema = try compile(
            """
            {"properties":{"a/b":{"items":{"$ref":"#/definitions/n"}}},
             "required":["a/b","x"],"additionalProperties":false,
             "definitions":{"n":{"type":"integer","minimum":3}}}
            """)
        let violations = try schema.validate(Value(json: #"{"a/b":[3,2,"t"],"z":1}"#))
        #expect(violations.map(\.pointer) == ["/a~1b/1", "/a~1b/2", "/z", ""])
        #expect(violations.map(\.rule) == ["minimum", "type", "additionalProperties", "required"])
        #expect(
            violations.map(\.schemaPointer) == [
                "/definitions/n/minimum", "/definitions/n/type", "/additionalProperties",
                "/required",
            ])
        #expect(violations[0].message == "must be at least 3")
        #expect(violations[1].message == "must be a whole number")
        #expect(violations[3].message == "must have \"x\"")
    }

    /// Every keyword is broken once by a value with the same word in it.
    @Test(arguments: [
        #"{"type":"integer"}"#, #"{"enum":["a"]}"#, #"{"const":1}"#, #"{"maxLength":3}"#,
        #"{"minLength":99}"#, #"{"pattern":"^a"}"#, #"{"format":"email"}"#, #"{"not":{}}"#,
        #"{"anyOf":[false]}"#, #"{"oneOf":[true,true]}"#, #"{"allOf":[false]}"#, "false",
        #"{"if":true,"then":false}"#,
    ]) func neverQuotesAValue(json: String) throws {
        let secret = "s3cretw0rd"
        let violations = try compile(json).validate(.text(secret))
        #expect(!violations.isEmpty)
        let inside = try compile(#"{"additionalProperties":\#(json)}"#)
            .validate(.object([.init("p", .text(secret))]))
        #expect(inside.map(\.pointer).allSatisfy { $0 == "/p" })
        for violation in violations + inside {
            #expect(!violation.message.contains(secret))
            #expect(!violation.message.contains("\n"))
        }
    }

    @Test func reportsABoundedNumberOfViolations() throws {
        let violations = try compile(#"{"items":{"type":"string"}}"#)
            .validate(.array(Array(repeating: .null, count: 10_000)))
        #expect(violations.count == JSONSchema.mostViolations)
    }

    @Test(arguments: [
        ##"{"$ref":"#"}"##, ##"{"allOf":[{"$ref":"#"}]}"##, ##"{"not":{"$ref":"#"}}"##,
        ##"{"if":true,"then":{"$ref":"#"}}"##, ##"{"dependencies":{"a":{"$ref":"#"}}}"##,
        ##"{"$ref":"#/definitions/a","definitions":{"a":{"$ref":"#/definitions/b"},"b":{"anyOf":[{"$ref":"#/definitions/a"}]}}}"##,
    ]) func refusesReferencesWithoutEnd(json: String) {
        #expect(refusal(of: json)?.code == .endless)
    }

    @Test(arguments: [
        ##"{"$ref":"#/definitions/x"}"##, ##"{"$ref":"http://example.com/s"}"##,
        ##"{"$ref":"other.json#/a"}"##, ##"{"$ref":"#%zz"}"##, ##"{"$ref":"#x"}"##,
    ]) func fetchesNothing(json: String) {
        #expect(refusal(of: json)?.code == .unresolved)
    }

    @Test(arguments: [
        "3", "[]", #"{"type":"text"}"#, #"{"type":[]}"#, #"{"type":7}"#, #"{"enum":7}"#,
        #"{"minLength":-1}"#, #"{"minLength":1.5}"#, #"{"maxItems":"x"}"#, #"{"minimum":"x"}"#,
        #"{"multipleOf":0}"#, #"{"multipleOf":-2}"#, #"{"pattern":7}"#, #"{"format":7}"#,
        #"{"required":"a"}"#, #"{"required":[1]}"#, #"{"properties":[]}"#, #"{"allOf":[]}"#,
        #"{"allOf":{}}"#, #"{"items":3}"#, #"{"uniqueItems":1}"#, #"{"$ref":7}"#,
        #"{"dependencies":{"a":[1]}}"#, #"{"not":3}"#, #"{"properties":{"a":3}}"#,
    ]) func refusesAKeywordOfTheWrongForm(json: String) {
        #expect(refusal(of: json)?.code == .malformed)
    }

    @Test func refusesASchemaBeyondItsLimits() {
        let deep =
            String(repeating: #"{"not":"#, count: 250) + "true"
            + String(repeating: "}", count: 250)
        #expect(refusal(of: deep)?.code == .tooLarge)
        let wide = (0..<25_000).map { #""p\#($0)":true"# }.joined(separator: ",")
        #expect(refusal(of: #"{"properties":{\#(wide)}}"#)?.code == .tooLarge)
    }

    @Test func refusesAValueTooDeepToBeJudged() throws {
        let schema = try compile(##"{"items":{"$ref":"#"}}"##)
        func nested(_ depth: Int) -> Value {
            (0..<depth).reduce(.null) { value, _ in .array([value]) }
        }
        #expect(schema.validate(nested(200)).isEmpty)
        #expect(schema.validate(nested(500)).map(\.rule) == ["limit"])
        let unique = try compile(#"{"uniqueItems":true}"#)
        #expect(unique.validate(nested(400)).isEmpty)
        #expect(unique.validate(nested(600)).map(\.rule) == ["limit"])
    }

    /// Each definition asks twice for the next, so judging would double thirty times.
    @Test func givesUpWorkWithoutEnd() throws {
        var definitions: [String] = []
        for level in 0..<30 {
            let next = ##"{"$ref":"#/definitions/d\##(level + 1)"}"##
            definitions.append(#""d\#(level)":{"allOf":[\#(next),\#(next)]}"#)
        }
        definitions.append(#""d30":true"#)
        let body = definitions.joined(separator: ",")
        let schema = try compile(##"{"$ref":"#/definitions/d0","definitions":{\##(body)}}"##)
        #expect(schema.validate(.null).map(\.rule) == ["limit"])
        // A refusal inside `not` must not become an acceptance.
        let negated = try compile(
            ##"{"not":{"$ref":"#/definitions/d0"},"definitions":{\##(body)}}"##)
        #expect(negated.validate(.null).map(\.rule) == ["limit"])
        #expect(!negated.accepts(.null))
    }

    @Test func judgesNumbersThatNoJSONHas() throws {
        let schema = try compile(#"{"type":"number","maximum":3}"#)
        #expect(!schema.accepts(.double(.infinity)))
        #expect(!schema.accepts(.double(.nan)))
        #expect(!schema.accepts(.number("three")))
        #expect(!schema.accepts(.bytes([1])))
        #expect(try compile("{}").accepts(.bytes([1])))
        #expect(try !compile(#"{"maximum":3}"#).accepts(.number("1e99999999999999999999999")))
    }

    @Test func twoNamesThatLookTheSameAreTwo() throws {
        let schema = try compile(
            #"{"properties":{"\u00e4":{"type":"string"}},"required":["\u00e4"]}"#)
        #expect(schema.accepts(.object([.init("\u{E4}", .text(""))])))
        #expect(
            schema.validate(.object([.init("a\u{308}", .integer(1))])).map(\.rule) == ["required"])
    }
}
