import CofferFormat
import CofferSchema
import Testing

/// Schemas and values made at random: any outcome will do, but a trap or an endless run.
@Suite struct TotalityTests {
    /// A small generator with a fixed start, so that a failure comes again.
    private struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            // SplitMix64 (Steele, Lea and Flood 2014).
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }

        mutating func pick<Element>(_ elements: [Element]) -> Element {
            elements[Int(next() % UInt64(elements.count))]
        }
    }

    private static let keywords = [
        "$ref", "$id", "type", "enum", "const", "multipleOf", "minimum", "maximum",
        "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "pattern", "format",
        "items", "additionalItems", "contains", "minItems", "maxItems", "uniqueItems",
        "properties", "patternProperties", "additionalProperties", "propertyNames", "required",
        "dependencies", "minProperties", "maxProperties", "allOf", "anyOf", "oneOf", "not", "if",
        "then", "else", "definitions", "title", "coffer:index", "coffer:unique", "coffer:plain",
        "coffer:references", "coffer:on-delete", "coffer:personal", "coffer:subject",
        "coffer:check", "coffer:retain", "coffer:on-erase", "coffer:basis", "coffer:people",
    ]
    private static let words = [
        "a", "b", "", "~", "a/b", "string", "integer", "object", "array", "null", "#", "#/",
        "#/properties/a", "#/definitions/b", "http://x/y", "date", "date-time", "email", "uri",
        "^a+$", "[", "(?<n>a)", "P1Y after a", "keep", "contract", "exact", "category", "contact",
        "force", "\u{E4}", "a\u{308}", "2024-02-29", "\u{0}",
    ]
    private static let numbers: [Value] = [
        .integer(0), .integer(1), .integer(-1), .integer(.max), .integer(.min), .double(0.1),
        .double(.nan), .double(1e300), .number("1e999"), .number("1E-999"), .number("x"),
        .number("123456789012345678901234567890.5"), .number("1e9999999999999999999999"),
    ]

    private func value(_ dice: inout Dice, depth: Int, asSchema: Bool) -> Value {
        switch dice.next() % (depth > 0 ? 12 : 6) {
        case 0: return .null
        case 1: return .bool(dice.next() % 2 == 0)
        case 2, 3: return .text(dice.pick(Self.words))
        case 4: return dice.pick(Self.numbers)
        case 5: return .bytes([1, 2, 3])
        case 6, 7:
            let count = Int(dice.next() % 4)
            return .array(
                (0..<count).map { _ in value(&dice, depth: depth - 1, asSchema: asSchema) })
        default:
            let count = Int(dice.next() % 5)
            return .object(
                (0..<count).map { _ in
                    let isKeyword = asSchema && dice.next() % 4 != 0
                    let name = dice.pick(isKeyword ? Self.keywords : Self.words)
                    return .init(name, value(&dice, depth: depth - 1, asSchema: asSchema))
                })
        }
    }

    @Test func judgesAnythingWithoutATrap() {
        var dice = Dice(state: 20_240_229)
        var compiled = 0
        var parsed = 0
        for _ in 0..<40_000 {
            let schema = value(&dice, depth: 5, asSchema: true)
            let instance = value(&dice, depth: 5, asSchema: false)
            if let rules = try? JSONSchema.compile(schema) {
                compiled += 1
                #expect(rules.validate(instance).isEmpty == rules.accepts(instance))
                // A schema may be a value, too.
                _ = rules.validate(schema)
            }
            if let collection = try? CollectionSchema(parsing: schema, text: [], name: "a") {
                parsed += 1
                _ = collection.validate(instance)
                #expect(collection.change(from: collection).isEmpty)
            }
            var inference = SchemaInference()
            inference.observe(instance)
            inference.observe(schema)
            _ = inference.suggestions
            let inferred = inference.schema(title: "a")
            #expect(throws: Never.self) {
                try CollectionSchema(parsing: inferred, text: [], name: "a")
            }
        }
        print("Random schemas: \(compiled) compiled, \(parsed) were collections")
        #expect(compiled > 5_000)
        #expect(parsed > 500)
    }
}
