/// The database schema that a catalog calls for, row by row (`Docs/Format.md`, sections 3 and 9.1).
///
/// It is computed, never read: what stands in `sqlite_schema` must be equal to it, so a
/// trigger, view, index or collation that somebody added is refused before it can run.
package enum TableLayout {
    /// A row of `sqlite_schema`.
    package struct Entry: Hashable, Sendable {
        /// `table` or `index`.
        package let type: String
        /// The object's name.
        package let name: String
        /// The table that it belongs to.
        package let table: String
        /// Its statement; nil for SQLite's own indexes.
        package let sql: String?

        /// States a row.
        package init(type: String, name: String, table: String, sql: String?) {
            self.type = type
            self.name = name
            self.table = table
            self.sql = sql
        }
    }

    /// The tables of every vault.
    package static let system: [Entry] = [
        table("meta", "num INTEGER PRIMARY KEY, seal BLOB NOT NULL"),
        table("slot", "num INTEGER PRIMARY KEY, seal BLOB NOT NULL"),
        table("dkey", "num INTEGER PRIMARY KEY, who BLOB UNIQUE, seal BLOB NOT NULL"),
        own("sqlite_autoindex_dkey_1", "dkey"),
        table(
            "cat",
            "num INTEGER NOT NULL, ver INTEGER NOT NULL, seal BLOB NOT NULL, "
                + "PRIMARY KEY(num, ver)"),
        own("sqlite_autoindex_cat_1", "cat"),
        table("tomb", "seq INTEGER PRIMARY KEY, seal BLOB NOT NULL"),
        table("audit", "num INTEGER PRIMARY KEY, seal BLOB NOT NULL"),
        table("job", "num INTEGER PRIMARY KEY, seal BLOB NOT NULL"),
        table("quar", "num INTEGER PRIMARY KEY, seal BLOB NOT NULL"),
        table("chunk", "name BLOB PRIMARY KEY, seal BLOB NOT NULL"),
        own("sqlite_autoindex_chunk_1", "chunk"),
        table("pack", "num INTEGER PRIMARY KEY, seal BLOB NOT NULL"),
    ]

    /// The tables and indexes of one collection.
    ///
    /// - Parameter hasHistory: Whether a history number was ever given in the collection. The index
    ///   of older versions comes with the first of them: empty it would cost each collection a page.
    package static func entries(of definition: Definition, hasHistory: Bool) -> [Entry] {
        let records = "c_\(definition.collection)"
        let history = "h_\(definition.collection)"
        let fixed = "id BLOB NOT NULL UNIQUE, seq INTEGER NOT NULL, keys BLOB NOT NULL, "
        let kept =
            "note BLOB NOT NULL, rid INTEGER NOT NULL, id BLOB NOT NULL, seq INTEGER NOT NULL, "
            + "keys BLOB NOT NULL, "
        let columns = definition.columns
        var entries = [
            table(
                records,
                "rid INTEGER PRIMARY KEY, \(fixed)seal BLOB NOT NULL"
                    + columns.map { ", " + declaration(of: $0, in: definition) }.joined()),
            own("sqlite_autoindex_\(records)_1", records),
            table(
                history,
                "hid INTEGER PRIMARY KEY, \(kept)seal BLOB NOT NULL"
                    + columns.map { ", " + historyDeclaration(of: $0, in: definition) }.joined()),
            index("\(records)_s", records, "seq", isUnique: true),
        ]
        if hasHistory { entries.append(index("\(history)_i", history, "id", isUnique: false)) }
        for column in columns where column.letter != .field {
            let field = definition.fields.first { $0.column == column.number }
            entries.append(
                index(
                    "\(records)_\(column.number)", records, column.name,
                    isUnique: field?.isUnique ?? false))
        }
        return entries
    }

    /// How a column is declared in the table of records.
    package static func declaration(
        of column: Definition.Column, in definition: Definition
    ) -> String {
        guard column.letter == .clear,
            let field = definition.fields.first(where: { $0.column == column.number }),
            field.isReference
        else { return historyDeclaration(of: column, in: definition) }
        return "\(column.name) BLOB REFERENCES c_\(field.target)(id) "
            + "DEFERRABLE INITIALLY DEFERRED"
    }

    /// How a column is declared in the table of older versions.
    package static func historyDeclaration(
        of column: Definition.Column, in definition: Definition
    ) -> String {
        let isPlain =
            column.letter == .clear
            && definition.fields.contains { $0.column == column.number && $0.isPlain }
        return isPlain ? column.name : "\(column.name) BLOB"
    }

    private static func table(_ name: String, _ columns: String) -> Entry {
        Entry(type: "table", name: name, table: name, sql: "CREATE TABLE \(name)(\(columns))")
    }

    private static func own(_ name: String, _ table: String) -> Entry {
        Entry(type: "index", name: name, table: table, sql: nil)
    }

    private static func index(
        _ name: String, _ table: String, _ column: String, isUnique: Bool
    ) -> Entry {
        let kind = isUnique ? "UNIQUE INDEX" : "INDEX"
        return Entry(
            type: "index", name: name, table: table,
            sql: "CREATE \(kind) \(name) ON \(table)(\(column))")
    }
}
