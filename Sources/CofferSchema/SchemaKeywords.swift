internal import CofferFormat

/// Which keywords of draft 7 there are, and which of them hold schemas.
internal enum SchemaKeywords {
    /// A schema inside another one.
    internal struct Child {
        /// The way to it from the schema that holds it.
        internal let pointer: String
        /// The schema.
        internal let value: Value
    }

    private static let holdingOne: Set<String> = [
        "additionalItems", "contains", "additionalProperties", "propertyNames", "not", "if",
        "then", "else",
    ]
    private static let holdingList: Set<String> = ["allOf", "anyOf", "oneOf"]
    private static let holdingNamed: Set<String> = [
        "properties", "patternProperties", "definitions", "dependencies",
    ]

    /// All keywords of draft 7 (draft-handrews-json-schema-validation-01 and -json-schema-01).
    internal static let known: Set<String> =
        holdingOne.union(holdingList).union(holdingNamed).union([
            "$schema", "$id", "$ref", "$comment", "title", "description", "default", "examples",
            "readOnly", "writeOnly", "type", "enum", "const", "multipleOf", "minimum", "maximum",
            "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "pattern", "format",
            "items", "minItems", "maxItems", "uniqueItems", "required", "minProperties",
            "maxProperties", "contentEncoding", "contentMediaType",
        ])

    /// The schemas directly inside a schema with these members.
    internal static func children(of members: [Value.Member]) -> [Child] {
        var children: [Child] = []
        for member in members {
            let step = "/" + member.name
            switch member.value {
            case .array(let items)
            where holdingList.contains(member.name) || member.name == "items":
                for (index, item) in items.enumerated() {
                    children.append(Child(pointer: "\(step)/\(index)", value: item))
                }
            case .object(let named) where holdingNamed.contains(member.name):
                for child in named {
                    let pointer = step + "/" + PointerStep.escaped(child.name)
                    children.append(Child(pointer: pointer, value: child.value))
                }
            case .object, .bool:
                guard holdingOne.contains(member.name) || member.name == "items" else { continue }
                children.append(Child(pointer: step, value: member.value))
            default: continue
            }
        }
        return children
    }
}
