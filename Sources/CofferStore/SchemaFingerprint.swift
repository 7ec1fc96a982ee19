internal import CofferFormat
internal import CofferSQLite

/// Holds the database's schema against the one that the catalog and the state call for.
///
/// A trigger, view, generated column, collation or index that somebody added would run or answer
/// inside Coffer's own statements; so the whole of `sqlite_schema` must be as computed.
internal enum SchemaFingerprint {
    /// - Throws: `StoreError.damaged`, naming the first object that should not be there or is
    ///   missing.
    static func check(
        _ connection: Connection, against catalog: Catalog, state: VaultState
    ) throws {
        var expected = Set(TableLayout.system)
        for definition in catalog.definitions {
            expected.formUnion(
                TableLayout.entries(
                    of: definition,
                    hasHistory: state.hasHistory(in: definition.collection)))
        }
        try each(connection) { entry in
            guard expected.remove(entry) != nil else {
                throw StoreError.damaged("the database schema: an unexpected \(kind(entry.type))")
            }
        }
        guard expected.isEmpty else { throw missing }
    }

    /// What can be said without the catalog: every system table is as it should be, and there
    /// are only tables and indexes.
    ///
    /// - Throws: `StoreError.damaged`.
    static func checkSystem(_ connection: Connection) throws {
        var expected = Set(TableLayout.system)
        try each(connection) { entry in
            guard entry.type == "table" || entry.type == "index" else {
                throw StoreError.damaged("the database schema: an unexpected \(kind(entry.type))")
            }
            expected.remove(entry)
        }
        guard expected.isEmpty else { throw missing }
    }

    private static let missing = StoreError.damaged(
        "the database schema: a table or index is missing")

    private static func each(
        _ connection: Connection, _ body: (TableLayout.Entry) throws -> Void
    ) throws {
        let rows = try connection.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema")
        while try rows.step() {
            // SQLite takes a blob for a text here.
            guard (0..<3).allSatisfy({ rows.columnType($0) == .text }),
                rows.columnType(3) == .text || rows.isNull(3)
            else { throw StoreError.damaged("the database schema: a value of another type") }
            try body(
                TableLayout.Entry(
                    type: rows.text(0), name: rows.text(1), table: rows.text(2),
                    sql: rows.isNull(3) ? nil : rows.text(3)))
        }
    }

    /// What stands in a damaged file is not printed as it is.
    private static func kind(_ type: String) -> String {
        ["table", "index", "view", "trigger"].contains(type) ? type : "object"
    }
}
