internal import CofferFormat

extension JSONSchema {
    /// One schema of the tree, its keywords read and its references turned into numbers.
    ///
    /// A class, so that looking at one of them copies a pointer and not a dozen arrays.
    internal final class Node: Sendable {
        /// Where the schema stands.
        internal let location: String
        /// Set for the schemas `true` and `false`, which have nothing else.
        internal let fixed: Bool?
        /// Set for a reference, whose other keywords do not count in draft 7.
        internal let reference: Int?
        /// The types that are allowed.
        internal let types: JSONTypes
        /// The values that are allowed.
        internal let choice: Choice?
        /// Rules for numbers.
        internal let number: NumberRules?
        /// Rules for text.
        internal let text: TextRules?
        /// Rules for arrays.
        internal let array: ArrayRules?
        /// Rules for objects.
        internal let object: ObjectRules?
        /// Schemas that apply to the same value.
        internal let combination: Combination?

        internal init(
            location: String, fixed: Bool? = nil, reference: Int? = nil, types: JSONTypes = .any,
            choice: Choice? = nil, number: NumberRules? = nil, text: TextRules? = nil,
            array: ArrayRules? = nil, object: ObjectRules? = nil, combination: Combination? = nil
        ) {
            self.location = location
            self.fixed = fixed
            self.reference = reference
            self.types = types
            self.choice = choice
            self.number = number
            self.text = text
            self.array = array
            self.object = object
            self.combination = combination
        }

        /// The nodes that judge the same value as this one.
        internal var sameValueNodes: [Int] {
            var nodes: [Int] = []
            if let reference { nodes.append(reference) }
            if let combination {
                nodes += combination.all + combination.any + combination.one
                nodes += [
                    combination.not, combination.condition, combination.consequence,
                    combination.alternative,
                ].compactMap { $0 }
            }
            for dependency in object?.dependencies ?? [] {
                if case .schema(let node) = dependency.demand { nodes.append(node) }
            }
            return nodes
        }
    }

    /// `enum` and `const`.
    internal struct Choice: Sendable {
        /// Which of the two.
        internal let keyword: String
        /// The values.
        internal let values: [Value]
        /// The values where all are text, for a quick look.
        internal let texts: Set<ExactText>?
        /// What is asked for, in words.
        internal let message: String
    }

    /// A bound, in a form for quick and one for exact comparison.
    internal struct Bound: Sendable {
        /// The bound.
        internal let exact: ExactNumber
        /// The bound where a `Double` holds it as it was written.
        internal let double: Double?
        /// The bound as it was written, for messages.
        internal let literal: String
    }

    /// `minimum`, `maximum`, their exclusive forms, and `multipleOf`.
    internal struct NumberRules: Sendable {
        internal var minimum: Bound?
        internal var maximum: Bound?
        internal var exclusiveMinimum: Bound?
        internal var exclusiveMaximum: Bound?
        internal var multipleOf: Bound?
    }

    /// `minLength`, `maxLength`, `pattern` and `format`.
    internal struct TextRules: Sendable {
        internal var minLength: Int?
        internal var maxLength: Int?
        internal var pattern: Pattern?
        internal var format: TextFormat?
    }

    /// `items`, `additionalItems`, `contains`, `minItems`, `maxItems` and `uniqueItems`.
    internal struct ArrayRules: Sendable {
        internal var items: Int?
        internal var tuple: [Int]?
        internal var additional: Int?
        internal var contains: Int?
        internal var minItems: Int?
        internal var maxItems: Int?
        internal var unique = false
    }

    /// `allOf`, `anyOf`, `oneOf`, `not`, `if`, `then` and `else`.
    internal struct Combination: Sendable {
        internal var all: [Int] = []
        internal var any: [Int] = []
        internal var one: [Int] = []
        internal var not: Int?
        internal var condition: Int?
        internal var consequence: Int?
        internal var alternative: Int?
    }
}
