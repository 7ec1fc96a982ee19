package import CofferSQLite

/// The row at which a statement stands; it changes under whoever keeps it.
package final class QueryRow {
    /// The statement, whose columns are the row's.
    package let statement: Statement

    internal init(_ statement: consuming Statement) { self.statement = statement }
}
