internal import CofferFormat

/// Turns a schema and what it refers to into the nodes of a ``JSONSchema``.
internal struct SchemaCompiler {
    private let root: Value
    private var index: SchemaIndex
    private var nodes: [JSONSchema.Node?] = []
    private var numbers: [String: Int] = [:]
    private var depth = 0

    /// A schema and all that it refers to may hold this many schemas.
    private static let mostNodes = 20_000

    /// Prepares to compile `root`; `registry` is what references may lead to.
    internal init(root: Value, registry: [String: Value]) {
        self.root = root
        index = SchemaIndex(registry: registry)
    }

    /// Compiles everything that the root needs.
    internal mutating func compile() throws(SchemaError) -> JSONSchema {
        let place = try index.add(root, uri: "")
        let number = try node(at: place)
        var compiled: [JSONSchema.Node] = []
        for node in nodes {
            guard let node else {
                throw SchemaError(.malformed, at: "", "The schema could not be read.")
            }
            compiled.append(node)
        }
        try Self.refuseEndless(compiled)
        return JSONSchema(nodes: compiled, root: number)
    }

    private mutating func node(at place: SchemaIndex.Place) throws(SchemaError) -> Int {
        let location = index.location(document: place.document, pointer: place.pointer)
        if let number = numbers[location] { return number }
        guard nodes.count < Self.mostNodes, depth < SchemaIndex.deepest else {
            throw SchemaError(.tooLarge, at: location, "The schema is too large or too deep.")
        }
        let number = nodes.count
        nodes.append(nil)
        numbers[location] = number
        depth += 1
        defer { depth -= 1 }
        nodes[number] = try read(place, location: location)
        return number
    }

    private mutating func read(
        _ place: SchemaIndex.Place, location: String
    ) throws(SchemaError) -> JSONSchema.Node {
        if case .bool(let fixed) = place.value {
            return JSONSchema.Node(location: location, fixed: fixed)
        }
        guard case .object = place.value else {
            throw SchemaError(
                .malformed, at: location, "A schema must be an object, true or false.")
        }
        if let reference = place.value["$ref"] {
            guard case .text(let text) = reference else {
                throw SchemaError(.malformed, at: location + "/$ref", "A $ref must be text.")
            }
            let target = try index.resolve(text, base: place.base, at: location + "/$ref")
            return JSONSchema.Node(location: location, reference: try node(at: target))
        }
        let reader = KeywordReader(schema: place.value, location: location)
        return JSONSchema.Node(
            location: location, types: try reader.types(), choice: try reader.choice(),
            number: try reader.numberRules(), text: try reader.textRules(),
            array: try arrayRules(place, reader), object: try objectRules(place, reader),
            combination: try combination(place, reader))
    }

    private mutating func child(
        _ place: SchemaIndex.Place, _ pointer: String, _ value: Value
    ) throws(SchemaError) -> Int {
        try node(at: index.child(of: place, at: pointer, value: value))
    }

    private mutating func child(
        _ place: SchemaIndex.Place, keyword: String
    ) throws(SchemaError) -> Int? {
        guard let value = place.value[keyword] else { return nil }
        return try child(place, "/" + keyword, value)
    }

    private mutating func list(
        _ place: SchemaIndex.Place, _ reader: KeywordReader, keyword: String
    ) throws(SchemaError) -> [Int] {
        guard let value = place.value[keyword] else { return [] }
        guard case .array(let schemas) = value, !schemas.isEmpty else {
            throw reader.malformed(keyword, "must be a list of at least one schema")
        }
        var numbers: [Int] = []
        for (position, schema) in schemas.enumerated() {
            numbers.append(try child(place, "/\(keyword)/\(position)", schema))
        }
        return numbers
    }
}

// Keywords that hold schemas.
extension SchemaCompiler {
    private mutating func combination(
        _ place: SchemaIndex.Place, _ reader: KeywordReader
    ) throws(SchemaError) -> JSONSchema.Combination? {
        var rules = JSONSchema.Combination()
        rules.all = try list(place, reader, keyword: "allOf")
        rules.any = try list(place, reader, keyword: "anyOf")
        rules.one = try list(place, reader, keyword: "oneOf")
        rules.not = try child(place, keyword: "not")
        let condition = try child(place, keyword: "if")
        let consequence = try child(place, keyword: "then")
        let alternative = try child(place, keyword: "else")
        if condition != nil, consequence != nil || alternative != nil {
            rules.condition = condition
            rules.consequence = consequence
            rules.alternative = alternative
        }
        let isEmpty =
            rules.all.isEmpty && rules.any.isEmpty && rules.one.isEmpty && rules.not == nil
            && rules.condition == nil
        return isEmpty ? nil : rules
    }

    private mutating func arrayRules(
        _ place: SchemaIndex.Place, _ reader: KeywordReader
    ) throws(SchemaError) -> JSONSchema.ArrayRules? {
        var rules = JSONSchema.ArrayRules()
        switch place.value["items"] {
        case nil: break
        case .array(let schemas):
            var tuple: [Int] = []
            for (position, schema) in schemas.enumerated() {
                tuple.append(try child(place, "/items/\(position)", schema))
            }
            rules.tuple = tuple
        case .some(let schema): rules.items = try child(place, "/items", schema)
        }
        let additional = try child(place, keyword: "additionalItems")
        // Without a list of items there is nothing that could be additional.
        if rules.tuple != nil { rules.additional = additional }
        rules.contains = try child(place, keyword: "contains")
        rules.minItems = try reader.count("minItems")
        rules.maxItems = try reader.count("maxItems")
        rules.unique = try reader.flag("uniqueItems")
        let isEmpty =
            rules.items == nil && rules.tuple == nil && rules.contains == nil
            && rules.minItems == nil && rules.maxItems == nil && !rules.unique
        return isEmpty ? nil : rules
    }

    private mutating func objectRules(
        _ place: SchemaIndex.Place, _ reader: KeywordReader
    ) throws(SchemaError) -> JSONSchema.ObjectRules? {
        var rules = JSONSchema.ObjectRules()
        for property in try reader.map("properties") {
            guard !rules.hasNode(property.name) else {
                throw reader.malformed("properties", "has the same name twice")
            }
            let pointer = "/properties/" + PointerStep.escaped(property.name)
            rules.setNode(try child(place, pointer, property.value), of: property.name)
        }
        for name in try reader.names("required") { rules.require(name) }
        for property in try reader.map("patternProperties") {
            let pattern = try reader.pattern(property.name, keyword: "patternProperties")
            let pointer = "/patternProperties/" + PointerStep.escaped(property.name)
            let node = try child(place, pointer, property.value)
            rules.patterns.append(.init(pattern: pattern, node: node))
        }
        for property in try reader.map("dependencies") {
            rules.dependencies.append(try dependency(property, in: place, reader, &rules))
        }
        rules.additional = try child(place, keyword: "additionalProperties")
        rules.names = try child(place, keyword: "propertyNames")
        rules.minProperties = try reader.count("minProperties")
        rules.maxProperties = try reader.count("maxProperties")
        let isEmpty =
            rules.slots.isEmpty && rules.patterns.isEmpty && rules.additional == nil
            && rules.names == nil && rules.minProperties == nil && rules.maxProperties == nil
        return isEmpty ? nil : rules
    }

    private mutating func dependency(
        _ property: Value.Member, in place: SchemaIndex.Place, _ reader: KeywordReader,
        _ rules: inout JSONSchema.ObjectRules
    ) throws(SchemaError) -> JSONSchema.ObjectRules.Dependency {
        let slot = rules.slot(for: property.name)
        guard case .array(let names) = property.value else {
            let pointer = "/dependencies/" + PointerStep.escaped(property.name)
            let node = try child(place, pointer, property.value)
            return .init(slot: slot, demand: .schema(node))
        }
        var slots: [Int] = []
        for name in names {
            guard case .text(let text) = name else {
                throw reader.malformed("dependencies", "must list names")
            }
            slots.append(rules.slot(for: text))
        }
        return .init(slot: slot, demand: .names(slots))
    }
}

// References without end.
extension SchemaCompiler {
    /// Refuses a schema that asks for itself on the same value: judging would not come to an end.
    private static func refuseEndless(_ nodes: [JSONSchema.Node]) throws(SchemaError) {
        enum Mark { case untouched, open, done }
        var marks = Array(repeating: Mark.untouched, count: nodes.count)
        for start in nodes.indices where marks[start] == .untouched {
            marks[start] = .open
            var stack = [(node: start, next: nodes[start].sameValueNodes)]
            while var top = stack.popLast() {
                guard let next = top.next.popLast() else {
                    marks[top.node] = .done
                    continue
                }
                stack.append(top)
                switch marks[next] {
                case .done: continue
                case .open:
                    throw SchemaError(
                        .endless, at: nodes[next].location,
                        "This schema refers to itself without going deeper into the value.")
                case .untouched:
                    marks[next] = .open
                    stack.append((next, nodes[next].sameValueNodes))
                }
            }
        }
    }
}
