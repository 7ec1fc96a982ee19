internal import CofferFormat

/// Reads the keywords of one schema that hold no other schemas, and checks their form.
internal struct KeywordReader {
    private let schema: Value
    private let location: String

    /// Reads from `schema`, which stands at `location`.
    internal init(schema: Value, location: String) {
        self.schema = schema
        self.location = location
    }

    /// An error that says what is wrong with a keyword.
    internal func malformed(_ keyword: String, _ problem: String) -> SchemaError {
        SchemaError(.malformed, at: location + "/" + keyword, "\"\(keyword)\" \(problem).")
    }

    /// A number of things: zero or more.
    internal func count(_ keyword: String) throws(SchemaError) -> Int? {
        guard let value = schema[keyword] else { return nil }
        guard let count = ExactNumber(value)?.clampedInteger, count >= 0 else {
            throw malformed(keyword, "must be a whole number, zero or more")
        }
        return count
    }

    /// A yes or no, which is no where it is absent.
    internal func flag(_ keyword: String) throws(SchemaError) -> Bool {
        guard let value = schema[keyword] else { return false }
        guard case .bool(let flag) = value else {
            throw malformed(keyword, "must be true or false")
        }
        return flag
    }

    /// An object, as its members; none where it is absent.
    internal func map(_ keyword: String) throws(SchemaError) -> [Value.Member] {
        guard let value = schema[keyword] else { return [] }
        guard case .object(let members) = value else {
            throw malformed(keyword, "must be an object")
        }
        return members
    }

    /// A list of texts; none where it is absent.
    internal func names(_ keyword: String) throws(SchemaError) -> [String] {
        guard let value = schema[keyword] else { return [] }
        var names: [String] = []
        guard case .array(let items) = value else { throw malformed(keyword, "must be a list") }
        for item in items {
            guard case .text(let name) = item else { throw malformed(keyword, "must list names") }
            names.append(name)
        }
        return names
    }

    /// A regular expression.
    internal func pattern(_ text: String, keyword: String) throws(SchemaError) -> Pattern {
        do {
            return try Pattern(text)
        } catch {
            throw SchemaError(
                .pattern, at: location + "/" + keyword, "The pattern has \(error.what).")
        }
    }

    /// `type`: one name or several.
    internal func types() throws(SchemaError) -> JSONTypes {
        switch schema["type"] {
        case nil: return .any
        case .text(let name):
            guard let types = JSONTypes(name: name) else {
                throw malformed("type", "names no type of JSON")
            }
            return types
        case .array(let names) where !names.isEmpty:
            var types: JSONTypes = []
            for case let name in names {
                guard case .text(let text) = name, let type = JSONTypes(name: text) else {
                    throw malformed("type", "names no type of JSON")
                }
                types.formUnion(type)
            }
            return types
        default: throw malformed("type", "must be the name of a type or a list of them")
        }
    }

    /// `const`, else `enum`; both together are the values of `enum` that are the constant.
    internal func choice() throws(SchemaError) -> JSONSchema.Choice? {
        var values: [Value]?
        var keyword = "enum"
        if let list = schema["enum"] {
            guard case .array(let items) = list else { throw malformed("enum", "must be a list") }
            values = items
        }
        if let constant = schema["const"] {
            values = values?.filter { $0.isSame(as: constant) } ?? [constant]
            keyword = "const"
        }
        guard let values else { return nil }
        var texts: Set<ExactText>? = []
        var names: [String] = []
        for value in values {
            guard case .text(let text) = value else {
                texts = nil
                break
            }
            texts?.insert(ExactText(text))
            names.append("\"\(text)\"")
        }
        // Few and short ones are a help; the values of a schema are no secret of a record.
        let isShort = texts != nil && names.count <= 8 && names.allSatisfy { $0.count <= 30 }
        return JSONSchema.Choice(
            keyword: keyword, values: values, texts: texts,
            message: isShort && !names.isEmpty
                ? "must be " + names.joined(separator: " or ")
                : "must be one of the \(values.count) values that the schema lists")
    }
}

// Rules for numbers and text.
extension KeywordReader {
    /// The bounds of numbers; nil where there are none.
    internal func numberRules() throws(SchemaError) -> JSONSchema.NumberRules? {
        let rules = JSONSchema.NumberRules(
            minimum: try bound("minimum"), maximum: try bound("maximum"),
            exclusiveMinimum: try bound("exclusiveMinimum"),
            exclusiveMaximum: try bound("exclusiveMaximum"), multipleOf: try bound("multipleOf"))
        if let divisor = rules.multipleOf, divisor.exact <= .zero {
            throw malformed("multipleOf", "must be above zero")
        }
        let isEmpty =
            rules.minimum == nil && rules.maximum == nil && rules.exclusiveMinimum == nil
            && rules.exclusiveMaximum == nil && rules.multipleOf == nil
        return isEmpty ? nil : rules
    }

    private func bound(_ keyword: String) throws(SchemaError) -> JSONSchema.Bound? {
        guard let value = schema[keyword] else { return nil }
        guard let exact = ExactNumber(value) else { throw malformed(keyword, "must be a number") }
        let literal: String
        switch value {
        case .integer(let integer): literal = String(integer)
        case .double(let double): literal = double.description
        case .number(let text): literal = text
        default: literal = ""
        }
        return JSONSchema.Bound(
            exact: exact, double: value.exactDouble, literal: literal.count > 40 ? "…" : literal)
    }

    /// The rules for text; nil where there are none.
    internal func textRules() throws(SchemaError) -> JSONSchema.TextRules? {
        var rules = JSONSchema.TextRules()
        rules.minLength = try count("minLength")
        rules.maxLength = try count("maxLength")
        switch schema["pattern"] {
        case nil: break
        case .text(let text): rules.pattern = try pattern(text, keyword: "pattern")
        default: throw malformed("pattern", "must be text")
        }
        switch schema["format"] {
        case nil: break
        case .text(let name): rules.format = TextFormat(rawValue: name)
        default: throw malformed("format", "must be text")
        }
        let isEmpty =
            rules.minLength == nil && rules.maxLength == nil && rules.pattern == nil
            && rules.format == nil
        return isEmpty ? nil : rules
    }
}

extension Value {
    /// The number as a `Double` that stands for exactly the same decimal; nil where none does.
    ///
    /// Of two such numbers the larger decimal is the larger `Double`: the shortest decimal of a
    /// `Double` lies between those of its neighbours.
    internal var exactDouble: Double? {
        switch self {
        case .double(let double): return double.isFinite ? double : nil
        case .integer(let integer):
            // 2^53: up to here every integer is a Double.
            return integer.magnitude <= 9_007_199_254_740_992 ? Double(integer) : nil
        default: return nil
        }
    }
}
