internal import CofferFormat

/// The schema of schemas of draft 7, for schemas that refer to it.
internal enum MetaSchema {
    /// Its address (draft-handrews-json-schema-01, section 6.4).
    internal static let uri = "http://json-schema.org/draft-07/schema"

    /// The schema: which form each keyword has.
    internal static let value: Value = .object([
        .init("$schema", .text(uri + "#")),
        .init("$id", .text(uri + "#")),
        .init("title", .text("Core schema meta-schema")),
        .init("definitions", definitions),
        .init("type", types("object", "boolean")),
        .init("properties", properties),
        .init("default", .bool(true)),
    ])

    private static let itself = reference("#")
    private static let schemaArray = reference("#/definitions/schemaArray")
    private static let count = reference("#/definitions/nonNegativeInteger")
    private static let stringArray = reference("#/definitions/stringArray")
    private static let schemaMap = object([
        ("type", .text("object")), ("additionalProperties", itself), ("default", .object([])),
    ])

    private static let definitions = object([
        (
            "schemaArray",
            object([("type", .text("array")), ("minItems", .integer(1)), ("items", itself)])
        ),
        ("nonNegativeInteger", object([("type", .text("integer")), ("minimum", .integer(0))])),
        (
            "nonNegativeIntegerDefault0",
            object([("allOf", .array([count, object([("default", .integer(0))])]))])
        ),
        (
            "simpleTypes",
            object([
                (
                    "enum",
                    types("array", "boolean", "integer", "null", "number", "object", "string")
                )
            ])
        ),
        (
            "stringArray",
            object([
                ("type", .text("array")), ("items", simple("string")),
                ("uniqueItems", .bool(true)), ("default", .array([])),
            ])
        ),
    ])

    private static let properties: Value = {
        var properties: [(String, Value)] = []
        for name in ["$id", "$ref"] { properties.append((name, format("uri-reference"))) }
        properties.append(("$schema", format("uri")))
        for name in ["$comment", "title", "description", "contentMediaType", "contentEncoding"] {
            properties.append((name, simple("string")))
        }
        for name in ["default", "const"] { properties.append((name, .bool(true))) }
        for name in ["readOnly", "writeOnly", "uniqueItems"] {
            properties.append((name, simple("boolean")))
        }
        for name in ["maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum"] {
            properties.append((name, simple("number")))
        }
        for name in [
            "maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties",
        ] {
            properties.append((name, count))
        }
        for name in [
            "additionalItems", "contains", "additionalProperties", "propertyNames", "if", "then",
            "else", "not",
        ] {
            properties.append((name, itself))
        }
        for name in ["allOf", "anyOf", "oneOf"] { properties.append((name, schemaArray)) }
        for name in ["definitions", "properties", "patternProperties"] {
            properties.append((name, schemaMap))
        }
        for name in ["enum", "examples"] {
            properties.append((name, object([("type", .text("array")), ("items", .bool(true))])))
        }
        properties.append(("items", either(itself, schemaArray)))
        properties.append(("required", stringArray))
        properties.append(("format", simple("string")))
        properties.append(("pattern", format("regex")))
        properties.append(
            (
                "multipleOf",
                object([("type", .text("number")), ("exclusiveMinimum", .integer(0))])
            ))
        properties.append(
            (
                "dependencies",
                object([
                    ("type", .text("object")),
                    ("additionalProperties", either(itself, stringArray)),
                ])
            ))
        let type = reference("#/definitions/simpleTypes")
        properties.append(
            (
                "type",
                either(
                    type,
                    object([
                        ("type", .text("array")), ("items", type), ("minItems", .integer(1)),
                        ("uniqueItems", .bool(true)),
                    ]))
            ))
        return object(properties)
    }()

    private static func object(_ members: [(String, Value)]) -> Value {
        .object(members.map { Value.Member($0.0, $0.1) })
    }

    private static func types(_ names: String...) -> Value { .array(names.map(Value.text)) }

    private static func simple(_ type: String) -> Value { object([("type", .text(type))]) }

    private static func format(_ name: String) -> Value {
        object([("type", .text("string")), ("format", .text(name))])
    }

    private static func reference(_ target: String) -> Value { object([("$ref", .text(target))]) }

    private static func either(_ first: Value, _ second: Value) -> Value {
        object([("anyOf", .array([first, second]))])
    }
}
