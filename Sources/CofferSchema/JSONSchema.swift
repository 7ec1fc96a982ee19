package import CofferFormat

/// A compiled JSON Schema (draft 7), ready to judge any number of values.
///
/// Compiling looks up every reference and compiles every pattern once; nothing is ever fetched.
/// Judging is total: it has a limit on depth and on work, and a value beyond them is refused.
package struct JSONSchema: Sendable {
    internal let nodes: [Node]
    internal let root: Int

    /// At most this many violations are reported for one value.
    package static let mostViolations = 100
    /// Values may be judged this deep, counting each schema on the way to a part of them.
    package static let deepest = 512

    internal init(nodes: [Node], root: Int) {
        self.nodes = nodes
        self.root = root
    }

    /// Compiles a schema.
    ///
    /// - Parameters:
    ///   - schema: An object or a boolean, as draft 7 has it.
    ///   - registry: Schemas that references may lead to, by absolute URI without fragment. The
    ///     schema of draft 7 itself is always known.
    /// - Throws: ``SchemaError/Code/malformed`` for a keyword of the wrong form,
    ///   ``SchemaError/Code/unresolved`` for a reference that leads nowhere,
    ///   ``SchemaError/Code/endless`` for one that leads to itself,
    ///   ``SchemaError/Code/pattern`` for a regular expression that is none, and
    ///   ``SchemaError/Code/tooLarge``.
    package static func compile(
        _ schema: Value, registry: [String: Value] = [:]
    ) throws(SchemaError) -> JSONSchema {
        var compiler = SchemaCompiler(root: schema, registry: registry)
        return try compiler.compile()
    }

    /// Judges a value; no violations mean that it keeps the schema.
    ///
    /// Where a part breaks several rules, each is reported; inside `anyOf`, `oneOf`, `not` and
    /// `if` only the outcome is.
    package func validate(_ value: Value) -> [Violation] {
        var quick = Evaluation(of: self, collecting: false)
        if quick.accepts(value) { return [] }
        if let limit = quick.limitViolation { return [limit] }
        var thorough = Evaluation(of: self, collecting: true)
        return thorough.violations(of: value)
    }

    /// Whether a value keeps the schema, without saying why not.
    package func accepts(_ value: Value) -> Bool {
        var evaluation = Evaluation(of: self, collecting: false)
        return evaluation.accepts(value)
    }
}
