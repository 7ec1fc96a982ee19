internal import CofferFormat
package import CofferSQLite
internal import CofferStore

/// SQL over the collections of one snapshot.
///
/// The statements run on a connection in memory of their own, whose only tables are virtual: one
/// for each collection. Nothing is written there, no table of the vault can be reached, and
/// whatever is sorted or grouped stays in memory.
package final class QueryEngine {
    private let connection: Connection
    private let virtual: VirtualTables
    private let tables: [CollectionTable]

    /// The name of the table that shows a part of a collection; none can be called that.
    internal static let pageName = "coffer page"

    /// The longest text, in bytes, that a statement may take up or make: 32 MiB.
    ///
    /// Time is looked at between SQLite's steps, and one call of a function is one step.
    internal static let longestValue: Int32 = 32 << 20

    /// Makes the collections of `reader` readable.
    package convenience init(_ reader: RecordReader) throws { try self.init(reader, page: nil) }

    /// Makes the collections of `reader` readable, and a part of one under ``pageName``.
    internal init(_ reader: RecordReader, page: CollectionTable?) throws {
        var limits = Connection.Limits()
        limits.functionArguments = 127
        limits.compoundSelects = 500
        limits.length = Self.longestValue
        connection = try Connection(inMemory: limits)
        try connection.replaceSlowFunctions()
        virtual = VirtualTables(on: connection)
        tables = try reader.plans().map { try CollectionTable($0, reader) }
        for table in tables { try virtual.add(table, named: table.plan.name) }
        if let page { try virtual.add(page, named: Self.pageName) }
        try virtual.allowOnlyReading(and: ["json_each", "json_tree"])
    }

    /// The fields whose columns have other names than they, as SQL takes `name` for `Name`.
    package var renamed: [(collection: String, field: String, column: String)] {
        tables.flatMap { table in
            table.layout.renamed.map { (table.plan.name, $0.field, $0.column) }
        }
    }

    /// Runs one statement and lends each row of its result, until `row` says false.
    ///
    /// - Parameters:
    ///   - parameters: The values of `:name`, `@name`, `$name` and `?1` by what follows the sign.
    ///   - columns: Is given the names of the result's columns before the first row.
    /// - Throws: `QueryError`, `RecordsError.damaged` and `.incomplete`, and what `row` throws.
    package func run(
        _ sql: String, parameters: [String: SQLScalar] = [:], limits: QueryLimits = QueryLimits(),
        columns: ([String]) throws -> Void = { _ in },
        row: (QueryRow) throws -> Bool
    ) throws {
        let watch = Watch(nanoseconds: limits.nanoseconds, memory: limits.memory)
        watch.install(on: connection)
        let statement = try compile(sql, watch)
        guard statement.columnCount > 0 else {
            // Such as REINDEX where nothing is indexed, about which no authorizer is asked.
            throw QueryError.refused("it gives no rows")
        }
        try bind(parameters, to: statement)
        try columns((0..<statement.columnCount).map { statement.columnName($0) })
        let current = QueryRow(statement)
        var count = 0
        while try translating(watch, { () throws in try current.statement.step() }) {
            count += 1
            if let rows = limits.rows, count > rows { throw QueryError.tooManyRows(rows) }
            guard try row(current) else { return }
        }
    }

    private func compile(_ sql: String, _ watch: Watch) throws -> Statement {
        do {
            return try translating(watch) { () throws in try connection.prepare(sql) }
        } catch QueryError.statement(let message, let offset) {
            throw QueryError.statement(
                MissingColumn.explained(message, in: sql, at: offset, of: tables.map(\.plan)),
                offset: offset)
        }
    }

    private func bind(
        _ parameters: [String: SQLScalar], to statement: borrowing Statement
    ) throws {
        var unused = Set(parameters.keys)
        for index in 0..<statement.parameterCount {
            guard let full = statement.parameterName(index + 1) else {
                throw QueryError.parameter("a parameter needs a name: write :name instead of ?")
            }
            let name = String(full.dropFirst())
            guard let value = parameters[name] else {
                throw QueryError.parameter("the parameter \(full) has no value")
            }
            unused.remove(name)
            try statement.bind(value, at: index + 1)
        }
        if let name = unused.sorted().first {
            throw QueryError.parameter("the statement has no parameter :\(name)")
        }
    }

    /// Runs `body` and finds out what was behind an error of SQLite.
    private func translating<Result: ~Copyable>(
        _ watch: Watch, _ body: () throws -> Result
    ) throws -> Result {
        do {
            return try body()
        } catch let error as SQLiteError {
            if let failure = virtual.takeFailure() { throw failure }
            throw Self.translated(error, watch, connection.errorOffset)
        }
    }

    private static func translated(
        _ error: SQLiteError, _ watch: Watch, _ offset: Int?
    ) -> any Error {
        switch error.code.primary {
        case .interrupt:
            switch watch.excess {
            case .time: return QueryError.tooLong
            case .memory: return QueryError.tooLarge
            case nil: return error
            }
        case .nomem: return QueryError.tooLarge
        case .authorization: return QueryError.refused(error.message)
        case .error where error.message.contains("is prohibited"):
            return QueryError.refused(error.message)
        case .error where error.message.hasPrefix("vtable constructor failed"):
            // One of SQLite's own, whose declaration was not let through.
            return QueryError.refused("there is no such table")
        case .error, .misuse, .tooBig, .mismatch, .range, .constraint, .readOnly:
            return QueryError.statement(error.message, offset: offset)
        default: return error
        }
    }
}
