internal import CCofferSQLite

extension Connection {
    /// Runs one or more statements without parameters; result rows are passed over.
    ///
    /// - Throws: ``ResultCode/error`` for bad SQL, and whatever running it meets.
    package func execute(_ sql: String) throws(SQLiteError) {
        var rest = sql[...]
        while true {
            let (next, length) = try unsafe compile(String(rest), isPersistent: false)
            guard let pointer = unsafe next else {
                // SQLite stops reading at a NUL; what stands behind it must not be dropped silently.
                guard length == rest.utf8.count else {
                    throw SQLiteError(.misuse, "a NUL in a statement", sql: sql)
                }
                return
            }
            let statement = unsafe Statement(adopting: pointer, of: self)
            while try statement.step() {}
            rest = rest[rest.utf8.index(rest.startIndex, offsetBy: length)...]
        }
    }

    /// Compiles one statement.
    ///
    /// - Parameters:
    ///   - sql: One statement; what follows it is refused, so nothing can be smuggled in.
    ///   - isPersistent: Whether it will be kept for long and used often.
    /// - Throws: ``ResultCode/error`` for bad SQL, ``ResultCode/misuse`` for no statement or
    ///   more than one, ``ResultCode/tooBig``, and whatever reading the schema meets.
    package func prepare(
        _ sql: String, isPersistent: Bool = false
    ) throws(SQLiteError) -> Statement {
        let pointer = try unsafe compileOne(sql, isPersistent: isPersistent)
        return unsafe Statement(adopting: pointer, of: self)
    }

    /// A statement that is compiled once and kept, without bindings; it goes back by itself when
    /// it goes out of scope.
    ///
    /// Asking for the same text while one is out gives a second one.
    ///
    /// - Throws: What ``prepare(_:isPersistent:)`` throws.
    package func cached(_ sql: String) throws(SQLiteError) -> Statement {
        if let pointer = unsafe cache.take(sql) {
            return unsafe Statement(adopting: pointer, of: self, returningTo: sql)
        }
        let pointer = try unsafe compileOne(sql, isPersistent: true)
        return unsafe Statement(adopting: pointer, of: self, returningTo: sql)
    }

    /// A statement as ``cached(_:)-(String)`` gives it, found by the object that its text is in.
    ///
    /// - Throws: What ``prepare(_:isPersistent:)`` throws.
    package func cached(_ text: StatementText) throws(SQLiteError) -> Statement {
        if let pointer = unsafe cache.take(text) {
            return unsafe Statement(adopting: pointer, of: self, returningTo: text)
        }
        let pointer = try unsafe compileOne(text.sql, isPersistent: true)
        return unsafe Statement(adopting: pointer, of: self, returningTo: text)
    }

    /// The rows that the last INSERT, UPDATE or DELETE changed.
    package var changes: Int { Int(unsafe sqlite3_changes64(handle.pointer)) }

    /// The rows that INSERT, UPDATE and DELETE have changed through this connection so far.
    package var totalChanges: Int64 { unsafe sqlite3_total_changes64(handle.pointer) }

    /// The rowid of the last insert through this connection; 0 before the first.
    package var lastInsertRowID: Int64 { unsafe sqlite3_last_insert_rowid(handle.pointer) }

    private func compileOne(
        _ sql: String, isPersistent: Bool
    ) throws(SQLiteError) -> OpaquePointer {
        let (first, length) = try unsafe compile(sql, isPersistent: isPersistent)
        guard let statement = unsafe first else {
            throw SQLiteError(.misuse, "no statement", sql: sql)
        }
        let tail = sql.utf8.dropFirst(length)
        guard tail.allSatisfy({ $0 == 0x20 || (0x09...0x0D).contains($0) || $0 == 0x3B }) else {
            unsafe sqlite3_finalize(statement)
            throw SQLiteError(.misuse, "more than one statement", sql: sql)
        }
        return unsafe statement
    }

    /// Compiles the first statement of `sql`; nil where there is none; and the bytes it took.
    private func compile(
        _ sql: String, isPersistent: Bool
    ) throws(SQLiteError) -> (OpaquePointer?, Int) {
        var text = sql
        var statement: OpaquePointer?
        var code = SQLITE_TOOBIG
        let length = text.withUTF8 { bytes -> Int in
            guard let start = bytes.baseAddress, bytes.count < Int32.max else { return 0 }
            return unsafe start.withMemoryRebound(to: CChar.self, capacity: bytes.count) { text in
                var tail: UnsafePointer<CChar>?
                code = unsafe sqlite3_prepare_v3(
                    handle.pointer, text, Int32(bytes.count),
                    isPersistent ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0, &statement, &tail)
                return unsafe tail.map { unsafe $0 - text } ?? bytes.count
            }
        }
        guard code == SQLITE_OK else { throw failure(code, sql: sql) }
        return unsafe (statement, length)
    }
}
