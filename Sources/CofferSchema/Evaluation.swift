internal import CofferFormat

/// One run of a schema over one value.
///
/// The same code finds out whether a value is valid and, in a second run that is only made for
/// invalid ones, what is wrong with it: only then are paths kept and messages written.
internal struct Evaluation {
    /// Why a run was given up.
    private enum Interruption {
        case tooDeep
        case tooMuchWork
        case pattern(schemaPointer: String)
    }

    /// A step from a value to a part of it.
    internal enum Step {
        case name(String)
        case index(Int)
    }

    /// All nodes of the schema.
    internal let nodes: [JSONSchema.Node]
    /// Whether paths and violations are wanted; off inside `anyOf` and its like.
    internal private(set) var collecting: Bool
    private let root: Int
    private var path: [Step] = []
    private var violations: [Violation] = []
    private var depth = 0
    private var work = 0
    private var interruption: Interruption?
    private var space: MatchSpace?

    // A fraction of a second of work; honest records need a few hundred steps.
    private static let mostWork = 5_000_000

    /// Prepares a run of `schema`.
    internal init(of schema: JSONSchema, collecting: Bool) {
        nodes = schema.nodes
        root = schema.root
        self.collecting = collecting
    }

    /// Whether the value keeps the schema; false as well where that could not be found out.
    internal mutating func accepts(_ value: Value) -> Bool {
        evaluate(root, value) && interruption == nil
    }

    /// What is wrong with a value that does not keep the schema.
    internal mutating func violations(of value: Value) -> [Violation] {
        let accepted = evaluate(root, value)
        if let limit = limitViolation { return [limit] }
        // A refusal always has a reason; should one be missing, it stays a refusal.
        guard !accepted, violations.isEmpty else { return violations }
        return [limit(nodes[root].location, "does not keep the schema")]
    }

    /// Why the run was given up; nil where it was not.
    internal var limitViolation: Violation? {
        switch interruption {
        case nil: nil
        case .tooDeep: limit("", "is nested too deeply to be judged")
        case .tooMuchWork: limit("", "takes too much work to be judged")
        case .pattern(let pointer):
            limit(pointer, "has text that takes too much work to match with a pattern")
        }
    }

    private func limit(_ schemaPointer: String, _ message: String) -> Violation {
        Violation(pointer: "", rule: "limit", schemaPointer: schemaPointer, message: message)
    }

    /// Judges a value by one node.
    internal mutating func evaluate(_ number: Int, _ value: Value) -> Bool {
        guard interruption == nil else { return false }
        work += 1
        guard work <= Self.mostWork else {
            interruption = .tooMuchWork
            return false
        }
        guard depth < JSONSchema.deepest else {
            interruption = .tooDeep
            return false
        }
        depth += 1
        defer { depth -= 1 }
        let node = nodes[number]
        if let reference = node.reference { return evaluate(reference, value) }
        if let fixed = node.fixed {
            return fixed || fail(node, nil, "is not allowed here")
        }
        return judge(value, by: node)
    }

    private mutating func judge(_ value: Value, by node: JSONSchema.Node) -> Bool {
        var valid = true
        if node.types != .any, node.types.isDisjoint(with: value.jsonTypes) {
            // What else the schema asks for would only repeat that the type is another one.
            return fail(node, "type", "must be " + Self.names(of: node.types))
        }
        if let choice = node.choice, !isAllowed(value, by: choice) {
            valid = fail(node, choice.keyword, choice.message)
            if !collecting { return false }
        }
        switch value {
        case .text(let text):
            if let rules = node.text { valid = judge(text, by: rules, of: node) && valid }
        case .integer, .double, .number:
            if let rules = node.number { valid = judge(value, by: rules, of: node) && valid }
        case .array(let items):
            if let rules = node.array { valid = judge(items, by: rules, of: node) && valid }
        case .object(let members):
            if let rules = node.object {
                valid = judge(members, of: value, by: rules, of: node) && valid
            }
        case .null, .bool, .bytes: break
        }
        if let combination = node.combination, valid || collecting {
            valid = judge(value, by: combination, of: node) && valid
        }
        return valid
    }

    private func isAllowed(_ value: Value, by choice: JSONSchema.Choice) -> Bool {
        if let texts = choice.texts {
            guard case .text(let text) = value else { return false }
            return texts.contains(ExactText(text))
        }
        return choice.values.contains { $0.isSame(as: value) }
    }

    private static func names(of types: JSONTypes) -> String {
        let names = types.names.map { name in
            switch name {
            case "string": "text"
            case "integer": "a whole number"
            case "number": "a number"
            case "boolean": "true or false"
            case "array": "a list"
            case "object": "an object"
            default: name
            }
        }
        return names.joined(separator: " or ")
    }
}

// What the judges of one kind of value use.
extension Evaluation {
    /// Records that `keyword` is not kept at the place reached, or at its part `step`.
    ///
    /// Always false, so that a judge can return it.
    internal mutating func fail(
        _ node: JSONSchema.Node, _ keyword: String?, _ message: @autoclosure () -> String,
        at step: Step? = nil
    ) -> Bool {
        guard collecting, violations.count < JSONSchema.mostViolations else { return false }
        let place = node.location
        let pointer = keyword.map { place + "/" + $0 } ?? place
        violations.append(
            Violation(
                pointer: Self.pointer(step.map { path + [$0] } ?? path), rule: keyword ?? "false",
                schemaPointer: pointer, message: message()))
        return false
    }

    /// Judges a part of the value.
    internal mutating func evaluate(_ number: Int, _ value: Value, at step: Step) -> Bool {
        guard collecting else { return evaluate(number, value) }
        path.append(step)
        defer { path.removeLast() }
        return evaluate(number, value)
    }

    /// Judges without reporting anything, for schemas that are only asked for their outcome.
    internal mutating func tries(_ number: Int, _ value: Value) -> Bool {
        let before = collecting
        collecting = false
        defer { collecting = before }
        return evaluate(number, value)
    }

    /// Looks for a pattern; gives the run up where that takes too much.
    internal mutating func matches(
        _ pattern: Pattern, _ text: String, schemaPointer: @autoclosure () -> String
    ) -> Bool {
        let room = space ?? MatchSpace()
        space = room
        switch pattern.match(text, in: room) {
        case .found: return true
        case .missing: return false
        case .exhausted:
            interruption = .pattern(schemaPointer: schemaPointer())
            return false
        }
    }

    /// Gives the run up because a value is too deep.
    internal mutating func giveUpTooDeep() { interruption = .tooDeep }

    /// Whether the run was given up.
    internal var isInterrupted: Bool { interruption != nil }

    private static func pointer(_ path: [Step]) -> String {
        var pointer = ""
        for step in path {
            switch step {
            case .name(let name): pointer += "/" + PointerStep.escaped(name)
            case .index(let index): pointer += "/\(index)"
            }
        }
        return pointer
    }
}
