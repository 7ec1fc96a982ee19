internal import CofferBytes
internal import CofferFormat
internal import CofferSQLite
internal import CofferSchema

/// Tells which records an SQL expression over their fields holds for.
///
/// It runs in a database in memory that holds nothing. A record's own properties are columns by
/// their names; what Coffer knows of it are `coffer_id`, `coffer_key`, `coffer_version`,
/// `coffer_created`, `coffer_modified` and, as JSON, all properties without a field of their own
/// in `coffer_extra`. As with SQL's WHERE, NULL is no.
package final class RowFilter {
    /// The expression cannot be evaluated.
    package struct Failure: Error {
        /// Why, in SQLite's words.
        package let message: String
    }

    private let connection: Connection
    private let sql: String
    private let names: [String]
    private let known: Set<String>

    private static let own = [
        "coffer_id", "coffer_key", "coffer_version", "coffer_created", "coffer_modified",
        "coffer_extra",
    ]

    /// Prepares a filter.
    ///
    /// - Throws: `Failure` for what is no expression over the fields.
    package init(_ expression: String, plan: CollectionPlan) throws {
        connection = try Connection(inMemory: Connection.Limits())
        var taken = Set(Self.own)
        // SQLite's names of columns do not mind the case of ASCII letters.
        names = plan.schema.fields.map(\.name).filter { taken.insert($0.lowercased()).inserted }
        known = Set(plan.schema.fields.map(\.name))
        let columns = (Self.own + names).enumerated().map {
            "?\($0.offset + 1) AS \(RuleChecker.quote($0.element))"
        }
        // The line end ends a comment, so that the bracket stays ours.
        sql =
            "SELECT 1 FROM (SELECT \(columns.joined(separator: ", "))) WHERE (\(expression)\n)"
        do {
            let statement = try connection.prepare(sql)
            guard statement.isReadOnly else { throw Failure(message: "it is no expression") }
            _ = try statement.step()
        } catch let error as SQLiteError {
            throw Failure(message: error.message)
        }
    }

    /// Whether the expression holds for a record.
    ///
    /// - Throws: `Failure` when evaluating it fails.
    package func accepts(_ record: Record) throws -> Bool {
        do throws(SQLiteError) {
            let statement = try connection.cached(sql)
            try statement.bind(text: record.id.description, at: 1)
            try Self.bind(record.key, to: statement, at: 2)
            try statement.bind(Int64(clamping: record.header.revision), at: 3)
            try statement.bind(record.header.created, at: 4)
            try statement.bind(record.header.modified, at: 5)
            let extra = record.members.filter { !known.contains($0.name) }
            try Self.bind(extra.isEmpty ? nil : .object(extra), to: statement, at: 6)
            for (index, name) in names.enumerated() {
                try Self.bind(record.value[name], to: statement, at: index + Self.own.count + 1)
            }
            return try statement.step()
        } catch {
            throw Failure(message: error.message)
        }
    }

    /// Numbers that are kept as they were written are compared as numbers here.
    private static func bind(
        _ value: Value?, to statement: borrowing Statement, at index: Int
    ) throws(SQLiteError) {
        if case .number(let literal)? = value, let double = Double(literal) {
            try statement.bind(double, at: index)
        } else if let value, let bound = ClearValue(plain: value) {
            try bound.bind(to: statement, at: index)
        } else {
            try statement.bindNull(at: index)
        }
    }
}
