/// Rows that follow one another in a collection.
internal struct RowWindow {
    /// The row before the first one.
    internal let after: Int64
    /// The last one.
    internal let last: Int64

    /// What asks the inner connection for them.
    internal var question: SQLQuestion {
        SQLQuestion(
            suffix: " WHERE rid > ?1 AND rid <= ?2 ORDER BY rid",
            values: [.integer(after), .integer(last)])
    }
}
