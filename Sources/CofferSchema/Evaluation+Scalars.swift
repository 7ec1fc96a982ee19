internal import CofferFormat

extension Evaluation {
    /// Judges text by the rules for text.
    internal mutating func judge(
        _ text: String, by rules: JSONSchema.TextRules, of node: JSONSchema.Node
    ) -> Bool {
        var valid = true
        if let least = rules.minLength, text.scalarCount < least {
            valid = fail(node, "minLength", "must be at least \(least) characters long")
        }
        if let most = rules.maxLength, text.utf8.count > most, text.scalarCount > most {
            valid = fail(node, "maxLength", "must be at most \(most) characters long")
        }
        if let format = rules.format, valid || collecting, !format.accepts(text) {
            valid = fail(node, "format", "must be " + Self.words(for: format))
        }
        if let pattern = rules.pattern, valid || collecting,
            !matches(pattern, text, schemaPointer: node.location + "/pattern")
        {
            valid = fail(node, "pattern", "does not have the form that the schema asks for")
        }
        return valid
    }

    private static func words(for format: TextFormat) -> String {
        switch format {
        case .date: "a date such as 2024-02-29"
        case .dateTime: "a date and time such as 2024-02-29T20:15:00Z"
        case .email: "an e-mail address"
        case .uuid: "a UUID"
        case .uri: "a URI"
        }
    }

    /// Judges a number by the rules for numbers.
    internal mutating func judge(
        _ value: Value, by rules: JSONSchema.NumberRules, of node: JSONSchema.Node
    ) -> Bool {
        var valid = true
        let number = MeasuredNumber(value)
        if let bound = rules.minimum, number.isBelow(bound) {
            valid = fail(node, "minimum", "must be at least \(bound.literal)")
        }
        if let bound = rules.maximum, number.isAbove(bound) {
            valid = fail(node, "maximum", "must be at most \(bound.literal)")
        }
        if let bound = rules.exclusiveMinimum, !number.isAbove(bound) {
            valid = fail(node, "exclusiveMinimum", "must be above \(bound.literal)")
        }
        if let bound = rules.exclusiveMaximum, !number.isBelow(bound) {
            valid = fail(node, "exclusiveMaximum", "must be below \(bound.literal)")
        }
        if let divisor = rules.multipleOf, !number.isMultiple(of: divisor) {
            valid = fail(node, "multipleOf", "must be a multiple of \(divisor.literal)")
        }
        return valid
    }

    /// A number with its quick form, and its exact one where that is asked for.
    private struct MeasuredNumber {
        private let value: Value
        private let double: Double?

        init(_ value: Value) {
            self.value = value
            double = value.exactDouble
        }

        func isBelow(_ bound: JSONSchema.Bound) -> Bool {
            if let double, let limit = bound.double { return double < limit }
            return ExactNumber(value).map { $0 < bound.exact } ?? false
        }

        func isAbove(_ bound: JSONSchema.Bound) -> Bool {
            if let double, let limit = bound.double { return double > limit }
            return ExactNumber(value).map { $0 > bound.exact } ?? false
        }

        func isMultiple(of divisor: JSONSchema.Bound) -> Bool {
            ExactNumber(value)?.isMultiple(of: divisor.exact) ?? false
        }
    }
}
