internal import CofferFormat

/// What a field's schema says about its values, references inside the document followed.
internal struct FieldShape {
    /// The types that the field may have.
    internal let types: JSONTypes
    /// The value of `format`.
    internal let format: String?
    /// The values of `enum` or `const`.
    internal let values: [Value]?
    private let schema: Value

    // Further than any schema goes that people write; beyond it a field may be anything.
    private static let deepest = 16

    /// Looks at the schema of a field; `root` is the schema of the collection.
    internal init(_ field: Value, root: Value) {
        types = Self.types(of: field, root: root, depth: 0)
        schema = Self.target(of: field, root: root)
        if case .text(let name)? = schema["format"] { format = name } else { format = nil }
        if let constant = schema["const"] {
            values = [constant]
        } else if case .array(let items)? = schema["enum"] {
            values = items
        } else {
            values = nil
        }
    }

    /// Why an index of this field would give its values away; nil where it would not.
    internal var fewValues: String? {
        if types.subtracting(.null) == .boolean { return "it is only true or false" }
        if values != nil { return "the schema lists its few values" }
        if types.isSubset(of: [.integer, .null]), let least = schema["minimum"],
            let most = schema["maximum"], let low = ExactNumber(least)?.clampedInteger,
            let high = ExactNumber(most)?.clampedInteger
        {
            let (span, overflow) = high.subtractingReportingOverflow(low)
            // Counting 256 values takes a reader no time.
            if !overflow, span < 256 { return "its minimum and maximum leave it few values" }
        }
        if types.isSubset(of: [.text, .null]), let most = schema["maxLength"],
            let length = ExactNumber(most)?.clampedInteger, length <= 1
        {
            return "it is a single character"
        }
        return nil
    }

    private static func target(of schema: Value, root: Value) -> Value {
        var schema = schema
        for _ in 0..<deepest {
            guard case .text(let reference)? = schema["$ref"] else { return schema }
            guard let next = follow(reference, root: root) else { return .bool(true) }
            schema = next
        }
        return .bool(true)
    }

    private static func follow(_ reference: String, root: Value) -> Value? {
        guard reference.hasPrefix("#/"),
            let pointer = URIReference.percentDecoded(String(reference.dropFirst(2)))
        else { return nil }
        var value = root
        for step in pointer.split(separator: "/", omittingEmptySubsequences: false) {
            guard let next = value[PointerStep.unescaped(String(step))] else { return nil }
            value = next
        }
        return value
    }

    private static func types(of schema: Value, root: Value, depth: Int) -> JSONTypes {
        guard depth < deepest else { return .any }
        let schema = target(of: schema, root: root)
        if schema == .bool(false) { return [] }
        var types = named(schema["type"])
        if let constant = schema["const"] { types.formIntersection(constant.jsonTypes) }
        if case .array(let values)? = schema["enum"] {
            types.formIntersection(values.reduce(into: []) { $0.formUnion($1.jsonTypes) })
        }
        if case .array(let schemas)? = schema["allOf"] {
            for part in schemas {
                types.formIntersection(Self.types(of: part, root: root, depth: depth + 1))
            }
        }
        for keyword in ["anyOf", "oneOf"] {
            guard case .array(let schemas)? = schema[keyword] else { continue }
            var union: JSONTypes = []
            for part in schemas {
                union.formUnion(Self.types(of: part, root: root, depth: depth + 1))
            }
            types.formIntersection(union)
        }
        return types
    }

    private static func named(_ type: Value?) -> JSONTypes {
        switch type {
        case .text(let name): return JSONTypes(name: name) ?? .any
        case .array(let names):
            var types: JSONTypes = []
            for case .text(let name) in names { types.formUnion(JSONTypes(name: name) ?? []) }
            return types
        default: return .any
        }
    }
}
