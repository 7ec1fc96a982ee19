internal import CofferRecords
internal import CofferSQLite
internal import CofferSchema

/// Makes an expression of SQL from a predicate, for one collection.
///
/// Whatever the caller gave ends up in parameters, but for names of columns, which are quoted, and
/// for SQL of the caller's own, which is looked at so that its brackets stay its own.
///
/// A negation is carried down to what it is about: `x AND y` is not true where one of them is not
/// true. So nothing but single tests can come out NULL, and where they do it is the same as false:
/// tests stand as they are, which lets SQLite see that an index answers them, and a negated one is
/// first made to say 0 instead of NULL.
internal struct PredicateCompiler {
    private let reader: RecordReader
    private let plan: CollectionPlan
    /// The values of the expression's parameters by their names.
    internal private(set) var parameters: [String: SQLScalar] = [:]
    private var count = 0

    /// SQLite's own bound, which is set below what it could be.
    private static let mostParameters = Int(Connection.Limits().parameters)
    private static let prefix = "coffer_"

    /// Prepares for a collection.
    internal init(_ reader: RecordReader, _ plan: CollectionPlan) {
        self.reader = reader
        self.plan = plan
    }

    /// The expression.
    ///
    /// - Throws: `VaultError.Code.usage` for what cannot be asked.
    internal mutating func compile(_ predicate: Predicate) throws(VaultError) -> String {
        try expression(predicate.condition, isNegated: false)
    }

    private mutating func expression(
        _ condition: Condition, isNegated: Bool
    ) throws(VaultError) -> String {
        switch condition {
        case .constant(let flag): return flag != isNegated ? "1" : "0"
        case .test(let name, let test):
            return Self.negated(try expression(name, test), isNegated)
        case .sql(let text, let values):
            return Self.negated(try expression(text, values), isNegated)
        case .all(let conditions):
            return try expressions(conditions, isNegated, isAll: !isNegated)
        case .any(let conditions): return try expressions(conditions, isNegated, isAll: isNegated)
        case .not(let condition): return try expression(condition, isNegated: !isNegated)
        case .refused(let why): throw VaultError(.usage, why)
        }
    }

    private mutating func expressions(
        _ conditions: [Condition], _ areNegated: Bool, isAll: Bool
    ) throws(VaultError) -> String {
        var parts: [String] = []
        for condition in conditions {
            parts.append(try expression(condition, isNegated: areNegated))
        }
        guard !parts.isEmpty else { return isAll ? "1" : "0" }
        return Self.joined(parts[...], isAll ? "AND" : "OR")
    }

    private static func negated(_ expression: String, _ isNegated: Bool) -> String {
        // IS NOT TRUE would ask a field that is called so.
        isNegated ? "NOT ifnull(\(expression), 0)" : expression
    }

    /// Puts parts together in halves: SQLite's own way to read a long row of them is as deep as it
    /// is long.
    internal static func joined(_ parts: ArraySlice<String>, _ word: String) -> String {
        guard parts.count > 1 else { return parts.first ?? "0" }
        let middle = parts.startIndex + parts.count / 2
        return "(\(joined(parts[..<middle], word)) \(word) \(joined(parts[middle...], word)))"
    }
}

extension PredicateCompiler {
    /// An expression of the caller's in brackets.
    private mutating func expression(
        _ text: String, _ values: [String: SQLValue]
    ) throws(VaultError) -> String {
        guard RecordReader.standsAlone(text) else {
            throw VaultError(
                .usage, "the SQL of a predicate leaves a bracket or quotation open, or has a «;»")
        }
        for name in SQLParameterNames.all(in: text) where values[name] == nil {
            throw VaultError(
                .usage,
                name == "?"
                    ? "a parameter of a predicate needs a name: write :name instead of ?"
                    : "the parameter :\(name) of the predicate has no value")
        }
        for (name, value) in values {
            guard !name.hasPrefix(Self.prefix) else {
                throw VaultError(.usage, "the parameter :\(name): names with coffer_ are taken")
            }
            let known = parameters.updateValue(value.scalar, forKey: name)
            guard known == nil || known == value.scalar else {
                throw VaultError(.usage, "the parameter :\(name) has two values in one predicate")
            }
        }
        try checkCount()
        // The line end ends a comment.
        return "(\(text)\n)"
    }

    /// A parameter with a value.
    internal mutating func parameter(_ value: SQLScalar) throws(VaultError) -> String {
        count += 1
        let name = "\(Self.prefix)\(count)"
        parameters[name] = value
        try checkCount()
        return ":" + name
    }

    private func checkCount() throws(VaultError) {
        guard parameters.count <= Self.mostParameters else {
            throw VaultError(
                .usage, "the predicate has more than \(Self.mostParameters) values; ask in parts")
        }
    }

    /// A test of a field in brackets, which is NULL or false of a field that holds nothing.
    private mutating func expression(
        _ name: FieldName, _ test: FieldTest
    ) throws(VaultError) -> String {
        switch name {
        case .own(let column):
            let kind: FieldKind = column == .id ? .text : .integer
            return try expression(reader.own(column.rawValue, in: plan), kind, test)
        case .property(let property):
            switch reader.place(of: property, in: plan) {
            case .column(let column, let kind): return try expression(column, kind, test)
            case .extra(let column):
                return try expression(property, extra: column, test)
            case .nowhere:
                throw VaultError(.usage, "\(plan.name) has no field \(property)")
            }
        }
    }
}
