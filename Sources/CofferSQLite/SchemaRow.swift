/// One row of `sqlite_schema`.
package struct SchemaRow: Hashable, Sendable {
    /// `table`, `index`, `view` or `trigger`.
    package let type: String
    /// The object's name.
    package let name: String
    /// The table that it belongs to.
    package let tblName: String
    /// Its first page; 0 or nil for a view, a trigger and a virtual table.
    package let rootpage: Int64?
    /// The statement that made it; nil for an index that a constraint made.
    package let sql: String?
}
