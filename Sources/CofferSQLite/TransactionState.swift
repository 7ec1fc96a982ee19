/// What a connection remembers about its transaction and its past failures.
internal struct TransactionState {
    /// Whether `begin` was called and neither `commit` nor `rollback` since.
    internal var isExpected = false
    /// Whether SQLite rolled back by itself, so that writing on would write outside of it.
    internal var isLost = false
    /// How many savepoints are open, which makes their names differ.
    internal var savepoints = 0
    /// Whether the directory was synchronized after the first commit.
    internal var isDirectorySynchronized = false
    /// The failed write after which nothing more is written.
    internal var failure: SQLiteError?
}
