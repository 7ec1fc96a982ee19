/// A row whose foreign key points at no row.
package struct ForeignKeyViolation: Hashable, Sendable {
    /// The table of the row.
    package let table: String
    /// The row; nil in a table without rowids.
    package let rowid: Int64?
    /// The table that the key points to.
    package let parent: String
    /// Which of the table's foreign keys, as `PRAGMA foreign_key_list` counts them.
    package let index: Int
}
