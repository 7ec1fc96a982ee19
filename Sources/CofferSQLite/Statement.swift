internal import CCofferSQLite

/// A prepared statement, finalized (or kept for its next use) when it goes out of scope.
///
/// Parameters count from 1 and columns from 0, as in SQLite. An index that does not exist is an
/// error for a parameter and NULL for a column, never a trap.
@safe
package struct Statement: ~Copyable {
    internal let pointer: OpaquePointer
    internal let connection: Connection
    private let cacheKey: Key

    /// Where it goes back to.
    private enum Key {
        case none
        case string(String)
        case text(StatementText)
    }

    /// Takes ownership of `pointer`, which must not be finalized elsewhere.
    internal init(
        adopting pointer: OpaquePointer, of connection: Connection, returningTo key: String? = nil
    ) {
        unsafe self.pointer = pointer
        self.connection = connection
        cacheKey = key.map { .string($0) } ?? .none
    }

    /// Takes ownership of `pointer`, which goes back to `text` in the cache.
    internal init(
        adopting pointer: OpaquePointer, of connection: Connection, returningTo text: StatementText
    ) {
        unsafe self.pointer = pointer
        self.connection = connection
        cacheKey = .text(text)
    }

    deinit {
        switch cacheKey {
        case .none: unsafe sqlite3_finalize(pointer)
        case .string(let key):
            clear()
            unsafe connection.cache.put(pointer, for: key)
        case .text(let text):
            clear()
            unsafe connection.cache.put(pointer, for: text)
        }
    }

    private func clear() {
        unsafe sqlite3_reset(pointer)
        unsafe sqlite3_clear_bindings(pointer)
    }

    /// Runs to the next row; false at the end.
    ///
    /// After false or an error, ``reset()`` comes before the next step.
    ///
    /// - Throws: ``ResultCode/busy``, ``ResultCode/constraint`` and its details,
    ///   ``ResultCode/full``, ``ResultCode/ioError``, ``ResultCode/corrupt``,
    ///   ``ResultCode/interrupt``, ``ResultCode/readOnly``, …
    package func step() throws(SQLiteError) -> Bool {
        let code = unsafe sqlite3_step(pointer)
        if code == SQLITE_ROW { return true }
        if code == SQLITE_DONE { return false }
        throw failure(code)
    }

    /// Runs a statement that returns no rows, then makes it ready to run again.
    ///
    /// - Throws: What ``step()`` throws; the statement is reset all the same.
    package func run() throws(SQLiteError) {
        defer { unsafe sqlite3_reset(pointer) }
        while try step() {}
    }

    /// Makes the statement ready to run again; bindings stay.
    ///
    /// It has no failure of its own: what SQLite returns here is the last step's error again.
    package func reset() {
        unsafe sqlite3_reset(pointer)
    }

    /// Sets every parameter to NULL and lets go of borrowed bytes.
    package func clearBindings() {
        unsafe sqlite3_clear_bindings(pointer)
    }

    /// The number of columns in a result row.
    package var columnCount: Int { Int(unsafe sqlite3_column_count(pointer)) }

    /// The highest number of a parameter.
    package var parameterCount: Int { Int(unsafe sqlite3_bind_parameter_count(pointer)) }

    /// Whether running it cannot change the database.
    package var isReadOnly: Bool { unsafe sqlite3_stmt_readonly(pointer) != 0 }

    /// The name of a result column; empty where there is none.
    package func columnName(_ index: Int) -> String {
        unsafe sqlite3_column_name(pointer, Int32(clamping: index))
            .map { unsafe String(cString: $0) } ?? ""
    }

    /// The number of a named parameter (`:a`, `@a`, `$a`); nil where there is none.
    package func parameterIndex(_ name: String) -> Int? {
        let index = unsafe sqlite3_bind_parameter_index(pointer, name)
        return index > 0 ? Int(index) : nil
    }

    internal func failure(_ code: Int32) -> SQLiteError {
        let sql = unsafe sqlite3_sql(pointer).map { unsafe String(cString: $0) }
        return connection.failure(code, sql: sql)
    }
}
