internal import CCofferSQLite

/// Prepared statements that wait for their next use, found by their text.
@safe
internal struct StatementCache {
    /// More than the distinct statements of any one command; a schema of thousands of
    /// collections must not keep them all.
    private static let capacity = 128

    private var waiting: [String: OpaquePointer]

    internal init() { unsafe waiting = [:] }

    /// Takes a statement out; the caller puts it back or finalizes it.
    internal mutating func take(_ sql: String) -> OpaquePointer? {
        unsafe waiting.removeValue(forKey: sql)
    }

    /// Keeps a statement that was reset, or finalizes it where there is no room.
    internal mutating func put(_ statement: OpaquePointer, for sql: String) {
        guard unsafe waiting.count < Self.capacity else {
            unsafe sqlite3_finalize(statement)
            return
        }
        if let other = unsafe waiting.updateValue(statement, forKey: sql) {
            unsafe sqlite3_finalize(other)
        }
    }

    /// Finalizes every statement.
    internal mutating func removeAll() {
        while let (_, statement) = unsafe waiting.popFirst() {
            unsafe sqlite3_finalize(statement)
        }
    }
}
