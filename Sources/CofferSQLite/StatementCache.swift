internal import CCofferSQLite

/// Prepared statements that wait for their next use, found by their text.
@safe
internal struct StatementCache {
    /// More than the distinct statements of any one command; a schema of thousands of
    /// collections must not keep them all.
    private static let capacity = 128

    private var waiting: [String: OpaquePointer]
    /// Those whose text is known by its object, which is quicker to find than by its letters.
    private var known: [ObjectIdentifier: (text: StatementText, statement: OpaquePointer)]

    internal init() {
        unsafe waiting = [:]
        unsafe known = [:]
    }

    /// Takes a statement out; the caller puts it back or finalizes it.
    internal mutating func take(_ text: StatementText) -> OpaquePointer? {
        unsafe known.removeValue(forKey: ObjectIdentifier(text))?.statement
    }

    /// Keeps a statement that was reset, or finalizes it where there is no room.
    internal mutating func put(_ statement: OpaquePointer, for text: StatementText) {
        guard unsafe known.count < Self.capacity else {
            unsafe sqlite3_finalize(statement)
            return
        }
        // The text stays with it: another one in its place would have its name.
        if let other = unsafe known.updateValue((text, statement), forKey: ObjectIdentifier(text)) {
            unsafe sqlite3_finalize(other.statement)
        }
    }

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
        while let (_, entry) = unsafe known.popFirst() { unsafe sqlite3_finalize(entry.statement) }
    }
}
