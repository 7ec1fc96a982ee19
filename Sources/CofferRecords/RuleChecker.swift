internal import CofferFormat
internal import CofferSQLite
internal import CofferSchema

/// Holds records against the `coffer:check` rules of their collection.
///
/// A rule is an SQL expression over the record's own fields, evaluated in a database in memory as
/// a generated column of the only row of a table: there SQLite itself refuses sub-queries,
/// parameters and all that is not deterministic, date functions that ask the clock included
/// (<https://www.sqlite.org/deterministic.html>). As with SQL's CHECK, a rule that comes out NULL is
/// kept.
internal final class RuleChecker {
    private struct Rule {
        let message: String
        /// The fields that the rule may mean, in the order of their parameters.
        let names: [String]
        let insert: String
        let select: String
    }

    private let connection: Connection
    private var rules: [Rule] = []

    /// No field has these names: they are control characters (`CollectionSchema.isFieldName`).
    private static let verdict = "\"\u{1}\""
    private static let row = "\"\u{2}\""

    /// Prepares the rules.
    ///
    /// - Throws: `RecordsError.schema`, naming the rule that is no expression over the fields.
    init(_ checks: [CollectionSchema.Check], fields: [String]) throws {
        var limits = Connection.Limits()
        limits.instructions = 10_000
        connection = try Connection(inMemory: limits)
        // The tables are our own and functions that reach outside are off or not deterministic;
        // without it, SQLite takes its JSON functions for unsafe here.
        try connection.execute("PRAGMA trusted_schema=ON")
        for check in checks {
            let rule = try prepare(check, fields)
            try prove(rule, check)
            rules.append(rule)
        }
    }

    /// The messages of the rules that a record breaks, or that cannot be evaluated for it.
    func problems(_ record: Value) throws -> [String] {
        var problems: [String] = []
        for rule in rules {
            do throws(SQLiteError) {
                if try !holds(rule, { record[$0] }) { problems.append(rule.message) }
            } catch {
                guard error.code.primary != .nomem else { throw error }
                problems.append("\(rule.message) (the rule \(Self.reason(error)))")
            }
        }
        return problems
    }

    private func holds(
        _ rule: Rule, _ value: (String) -> Value?
    ) throws(SQLiteError) -> Bool {
        let statement = try connection.cached(rule.insert)
        for (index, name) in rule.names.enumerated() {
            if case .number(let literal)? = value(name), let double = Double(literal) {
                // What is kept as it was written is a number all the same.
                try statement.bind(double, at: index + 1)
            } else if let value = value(name), let bound = ClearValue(plain: value) {
                try bound.bind(to: statement, at: index + 1)
            } else {
                try statement.bindNull(at: index + 1)
            }
        }
        _ = try statement.step()
        let verdict = try connection.cached(rule.select)
        return try !verdict.step() || verdict.int64(0) != 0
    }

    /// Why a rule could not be evaluated; SQLite's own words may quote a value, these do not.
    private static func reason(_ error: SQLiteError) -> String {
        let known = ["malformed JSON", "integer overflow"].first { error.message.contains($0) }
        return "cannot be evaluated" + (known.map { ": \($0)" } ?? "")
    }

    private func prepare(_ check: CollectionSchema.Check, _ fields: [String]) throws -> Rule {
        guard RuleText.standsAlone(check.rule) else { throw Self.refusal(check, Self.noExpression) }
        let folded = RuleText.folded(check.rule)
        var alike: [String: Int] = [:]
        for field in fields { alike[RuleText.folded(field), default: 0] += 1 }
        // A name with a quotation mark is written otherwise in the rule.
        let meant = fields.filter { field in
            field.contains { "\"`]".contains($0) } || folded.contains(RuleText.folded(field))
        }
        let names = meant.filter { alike[RuleText.folded($0)] == 1 }
        let columns = (names.map(Self.quote) + [Self.row]).joined(separator: ", ")
        let table = "r\(rules.count)"
        do throws(SQLiteError) {
            try connection.execute(
                "CREATE TABLE \(table)(\(columns), \(Self.verdict) AS (\n\(check.rule)\n), "
                    + "PRIMARY KEY(\(Self.row))) WITHOUT ROWID")
        } catch {
            if names.count < meant.count, error.message.hasPrefix("no such column") {
                throw Self.refusal(check, "names fields that only differ in case")
            }
            throw Self.refusal(check, error)
        }
        let marks = names.indices.map { "?\($0 + 1), " }.joined()
        return Rule(
            message: check.message, names: names,
            insert: "REPLACE INTO \(table)(\(columns)) VALUES(\(marks)1)",
            select: "SELECT \(Self.verdict) IS NOT FALSE FROM \(table)")
    }

    /// Evaluates a rule for a record without fields, and for one whose fields are all a date: what
    /// asks the clock shows only then.
    private func prove(_ rule: Rule, _ check: CollectionSchema.Check) throws {
        do throws(SQLiteError) {
            _ = try holds(rule) { _ in nil }
        } catch { throw Self.refusal(check, error) }
        do throws(SQLiteError) {
            _ = try holds(rule) { _ in .text("2000-01-01") }
        } catch {
            guard !Self.needsMore(error) else { throw Self.refusal(check, error) }
        }
    }

    private static let noExpression = "is no SQL expression over the fields"

    /// "… prohibited in generated columns" and "non-deterministic use of … in a generated column".
    private static func needsMore(_ error: SQLiteError) -> Bool {
        error.message.contains(" generated column")
            && (error.message.contains("prohibited in ")
                || error.message.hasPrefix("non-deterministic "))
    }

    private static func refusal(
        _ check: CollectionSchema.Check, _ error: SQLiteError
    ) -> RecordsError {
        refusal(check, needsMore(error) ? "depends on more than the record" : noExpression)
    }

    private static func refusal(_ check: CollectionSchema.Check, _ why: String) -> RecordsError {
        .schema("coffer:check: the rule «\(check.rule)» \(why)")
    }

    /// A name as SQL takes it, whatever is in it.
    internal static func quote(_ name: String) -> String {
        "\""
            + name.split(separator: "\"", omittingEmptySubsequences: false)
            .joined(separator: "\"\"") + "\""
    }
}
