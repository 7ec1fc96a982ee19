/// The text of a statement that is run very often, and of which there is one object.
package final class StatementText: Sendable {
    /// One statement.
    package let sql: String

    /// Takes the text; keep the object for as long as the statement is used.
    package init(_ sql: String) { self.sql = sql }
}
