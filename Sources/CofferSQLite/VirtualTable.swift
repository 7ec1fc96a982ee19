/// A table whose rows come from code: what SQL asks of it.
///
/// Tables are eponymous only: they are there as soon as they are added to a connection, and
/// nothing about them stands in a schema. Whatever they throw ends the statement, and
/// ``VirtualTables/takeFailure()`` has the error itself.
package protocol VirtualTable: AnyObject {
    /// The columns as a `CREATE TABLE` statement, whose name does not count.
    ///
    /// `HIDDEN` at the end of a type keeps a column out of `*`.
    var declaration: String { get }

    /// Chooses a way to find the rows that a statement wants.
    func choose(_ request: IndexRequest) -> IndexChoice

    /// Opens a cursor; it is at no row before its first filter.
    func open() throws -> any VirtualCursor
}

/// One reading of a ``VirtualTable``.
package protocol VirtualCursor: AnyObject {
    /// Goes to the first row, in the way that was chosen.
    ///
    /// Every row that the constraints in use hold for must come; others may, SQLite looks again.
    func filter(_ choice: Int32, _ arguments: [SQLScalar]) throws

    /// Goes to the next row.
    func next() throws

    /// Whether there is no row any more.
    var isAtEnd: Bool { get }

    /// Tells a column of the row.
    func column(_ index: Int, to result: ColumnResult) throws

    /// The number of the row, the same whenever the row is met.
    var rowid: Int64 { get }

    /// The statement needs the cursor no longer.
    func close()
}
