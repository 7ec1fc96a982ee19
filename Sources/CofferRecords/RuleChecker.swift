internal import CofferFormat
internal import CofferSQLite
internal import CofferSchema

/// Holds records against the `coffer:check` rules of their collection.
///
/// A rule is an SQL expression over the record's own fields; it runs in a database in memory that
/// holds nothing. As with SQL's CHECK, a rule that comes out NULL is kept.
internal final class RuleChecker {
    private let connection: Connection
    private let names: [String]
    private let rules: [(sql: String, message: String)]

    /// Prepares the rules.
    ///
    /// - Throws: `RecordsError.schema`, naming the rule that is no expression over the fields.
    init(_ rules: [CollectionSchema.Check], fields: [String]) throws {
        var limits = Connection.Limits()
        limits.instructions = 10_000
        connection = try Connection(inMemory: limits)
        names = fields
        let columns = fields.enumerated().map { "?\($0.offset + 1) AS \(Self.quote($0.element))" }
        let source = columns.isEmpty ? "" : " FROM (SELECT \(columns.joined(separator: ", ")))"
        self.rules = rules.map {
            (
                sql: "SELECT CASE WHEN (\($0.rule)) IS NULL THEN 1 WHEN (\($0.rule)) THEN 1 "
                    + "ELSE 0 END\(source)", message: $0.message
            )
        }
        for (index, rule) in self.rules.enumerated() {
            let stated = rules[index].rule
            guard Self.isDeterministic(stated) else {
                throw RecordsError.schema(
                    "coffer:check: the rule «\(stated)» depends on more than the record")
            }
            do {
                let statement = try connection.prepare(rule.sql)
                _ = try statement.step()
            } catch {
                throw RecordsError.schema(
                    "coffer:check: the rule «\(stated)» is no SQL expression over the fields")
            }
        }
    }

    /// The messages of the rules that a record breaks.
    func problems(_ record: Value) throws -> [String] {
        var problems: [String] = []
        for rule in rules {
            let statement = try connection.cached(rule.sql)
            for (index, name) in names.enumerated() {
                if let value = record[name], let bound = ClearValue(plain: value) {
                    try bound.bind(to: statement, at: index + 1)
                } else {
                    try statement.bindNull(at: index + 1)
                }
            }
            if try statement.step(), statement.int64(0) == 0 { problems.append(rule.message) }
        }
        return problems
    }

    /// A name as SQL takes it, whatever is in it.
    internal static func quote(_ name: String) -> String {
        "\""
            + name.split(separator: "\"", omittingEmptySubsequences: false)
            .joined(separator: "\"\"") + "\""
    }

    /// SQLite's functions that do not depend on their arguments alone, and sub-queries.
    private static let refused: Set<String> = [
        "random", "randomblob", "now", "changes", "total_changes", "last_insert_rowid",
        "current_time", "current_date", "current_timestamp", "select", "sqlite_version",
    ]

    private static func isDeterministic(_ rule: String) -> Bool {
        let words = rule.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "_") }
        return words.allSatisfy { !refused.contains(String($0)) } && !rule.contains(";")
    }
}
