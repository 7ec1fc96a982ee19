internal import CofferRecords

extension Vault {
    /// Runs a statement of SQL over the collections and lends each row of its result, until `row`
    /// says false.
    ///
    /// Each collection is a table, with the schema's fields as columns, and with `coffer_id`,
    /// `coffer_key`, `coffer_version`, `coffer_created`, `coffer_modified` and `coffer_extra`, which
    /// `*` leaves out. All tables show one snapshot, and only reading is possible. A table that is
    /// read to its end is proved to be complete. See `Docs/Interface.md`, "SQL".
    ///
    /// - Parameters:
    ///   - sql: One statement in SQLite's dialect.
    ///   - parameters: The values of `:name` by their names.
    ///   - limits: What it may take.
    ///   - columns: Is given the names of the columns once, also where there is no row.
    ///   - row: Must not use the vault; see ``read(_:)`` for several readings of one snapshot.
    /// - Throws: ``VaultError/Code/statement`` for one that cannot be compiled or evaluated or that
    ///   does more than read, ``VaultError/Code/usage`` for parameters that do not fit it,
    ///   ``VaultError/Code/timeLimit``, ``VaultError/Code/memoryLimit``,
    ///   ``VaultError/Code/rowLimit``, ``VaultError/Code/damaged``: rows that were lent before are
    ///   true but not all; what `row` throws.
    public func query(
        _ sql: String, parameters: [String: SQLValue] = [:], limits: SQLLimits = SQLLimits(),
        columns: ([String]) throws -> Void = { _ in },
        row: (borrowing SQLRow) throws -> Bool
    ) throws(VaultError) {
        try reading {
            try $0.query(
                sql, parameters: parameters, limits: limits, columns: columns, row: row)
        }
    }

    /// The columns that have other names than their fields: SQL does not tell `name` from `Name`.
    ///
    /// - Throws: ``VaultError/Code/locked``, ``VaultError/Code/damaged``.
    public func renamedColumns() throws(VaultError) -> [RenamedColumn] {
        try reading { try $0.renamedColumns() }
    }

    /// A field whose column in SQL has another name.
    public struct RenamedColumn: Sendable, Equatable {
        /// The collection.
        public let collection: String
        /// The field.
        public let field: String
        /// The column.
        public let column: String
    }
}

extension VaultError {
    /// Says of a statement what is wrong with it, and where.
    internal init(_ error: QueryError, sql: String) {
        switch error {
        case .statement(let message, let offset):
            let place = offset.map { Self.place($0, in: sql) } ?? ""
            self.init(.statement, "\(place)\(message)")
        case .refused(let message):
            self.init(.statement, "\(message): SQL only reads collections here")
        case .parameter(let message): self.init(.usage, message)
        case .tooLong:
            self.init(.timeLimit, "the statement took longer than it may; see --timeout")
        case .tooLarge:
            self.init(
                .memoryLimit, "the statement took more memory than it may; sort or group less")
        case .tooManyRows(let rows):
            self.init(.rowLimit, "there are more than \(rows) rows; those before are not all")
        }
    }

    /// Says of a condition what is wrong with it, and where.
    internal init(condition error: QueryError, _ condition: String) {
        let error = VaultError(error, sql: condition)
        guard error.code == .statement || error.code == .usage else {
            self = error
            return
        }
        self.init(.invalid, "--where cannot be evaluated: \(error.message)")
    }

    /// `line 2, column 7: `, or without the line where there is one only.
    private static func place(_ offset: Int, in sql: String) -> String {
        let before = Array(sql.utf8.prefix(offset))
        let lines = before.split(separator: 10, omittingEmptySubsequences: false)
        let column = String(decoding: lines.last ?? [], as: UTF8.self).unicodeScalars.count + 1
        return sql.utf8.contains(10)
            ? "line \(lines.count), column \(column): " : "column \(column): "
    }
}
