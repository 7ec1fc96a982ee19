internal import CofferRecords
internal import CofferSQLite

extension ReadTransaction {
    /// Runs a statement of SQL over the collections and lends each row of its result, until `row`
    /// says false.
    ///
    /// - Parameters:
    ///   - sql: One statement in SQLite's dialect.
    ///   - parameters: The values of `:name` by their names.
    ///   - limits: What it may take.
    ///   - columns: Is given the names of the columns once, also where there is no row.
    ///   - row: Is lent one row after the other; false ends it.
    /// - Throws: ``VaultError/Code/statement``, ``VaultError/Code/usage`` for parameters that do
    ///   not fit it, ``VaultError/Code/timeLimit``, ``VaultError/Code/memoryLimit``,
    ///   ``VaultError/Code/rowLimit``, ``VaultError/Code/damaged``: rows that were lent before are
    ///   true but not all; what `columns` and `row` throw.
    public final func query(
        _ sql: String, parameters: [String: SQLValue] = [:], limits: SQLLimits = SQLLimits(),
        columns: ([String]) throws -> Void = { _ in },
        row: (borrowing SQLRow) throws -> Bool
    ) throws {
        try lending { reader in
            let engine = try QueryEngine(reader)
            var names: [String] = []
            do {
                try engine.run(
                    sql, parameters: parameters.mapValues(\.scalar), limits: limits.limits,
                    columns: {
                        names = Self.distinct($0)
                        try columns(names)
                    }
                ) { statement in
                    try row(SQLRow(names, statement))
                }
            } catch let error as QueryError { throw VaultError(error, sql: sql) }
        }
    }

    /// The columns that have other names than their fields: SQL does not tell `name` from `Name`.
    ///
    /// - Throws: ``VaultError/Code/damaged``.
    public final func renamedColumns() throws(VaultError) -> [Vault.RenamedColumn] {
        try reading { reader in
            try QueryEngine(reader).renamed.map {
                Vault.RenamedColumn(
                    collection: $0.collection, field: $0.field, column: $0.column)
            }
        }
    }

    /// The names with a number after those that came before: a JSON object has each once.
    private static func distinct(_ names: [String]) -> [String] {
        var taken: Set<String> = []
        return names.map { name in
            var distinct = name
            var number = 2
            while !taken.insert(distinct).inserted {
                distinct = "\(name)_\(number)"
                number += 1
            }
            return distinct
        }
    }
}
