internal import CCofferSQLite

extension Connection {
    /// Whether the open transaction has foreign keys that still lead nowhere.
    ///
    /// `SQLITE_DBSTATUS_DEFERRED_FKS` is zero if and only if all are resolved
    /// (<https://www.sqlite.org/c3ref/c_dbstatus_options.html>).
    ///
    /// - Complexity: O(1).
    package func hasDeferredViolations() throws(SQLiteError) -> Bool {
        var now: Int32 = 0
        var most: Int32 = 0
        let code = unsafe sqlite3_db_status(
            handle.pointer, SQLITE_DBSTATUS_DEFERRED_FKS, &now, &most, 0)
        guard code == SQLITE_OK else { throw failure(code) }
        return now != 0
    }
}
