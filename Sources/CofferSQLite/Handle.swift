internal import CCofferSQLite

/// A borrowed `sqlite3 *` with the two things that opening needs: errors and bare statements.
///
/// It owns nothing; ``Connection`` closes what it points at.
@safe
internal struct Handle {
    internal let pointer: OpaquePointer

    internal init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }

    /// Describes the failure of the call before, which returned `code`.
    internal func error(_ code: Int32, sql: String? = nil) -> SQLiteError {
        // sqlite3_extended_errcode may have moved on to another call; `code` is what we got.
        let message = unsafe sqlite3_errmsg(pointer).map { unsafe String(cString: $0) } ?? ""
        let primary = ResultCode(rawValue: code).primary
        let isSystem = primary == .ioError || primary == .cantOpen || primary == .full
        let system = isSystem ? unsafe sqlite3_system_errno(pointer) : 0
        return SQLiteError(
            ResultCode(rawValue: code), message, sql: sql, systemError: system)
    }

    /// Runs one statement to its end; the first column of its first row as text, if any.
    @discardableResult
    internal func run(_ sql: String) throws(SQLiteError) -> String? {
        var prepared: OpaquePointer?
        let code = unsafe sqlite3_prepare_v2(pointer, sql, -1, &prepared, nil)
        guard code == SQLITE_OK, let statement = unsafe prepared else {
            throw error(code == SQLITE_OK ? SQLITE_MISUSE : code, sql: sql)
        }
        defer { unsafe sqlite3_finalize(statement) }
        var answer: String?
        while true {
            let step = unsafe sqlite3_step(statement)
            if step == SQLITE_DONE { return answer }
            guard step == SQLITE_ROW else { throw error(step, sql: sql) }
            if answer == nil, let text = unsafe sqlite3_column_text(statement, 0) {
                answer = unsafe String(cString: text)
            }
        }
    }
}
