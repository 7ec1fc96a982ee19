internal import CCofferSQLite

/// What SQLite, or the checks before it, refused or failed at.
///
/// No bound value is ever in here: SQL stands with its placeholders.
package struct SQLiteError: Error, Sendable, Equatable {
    /// What went wrong, with SQLite's detail.
    package let code: ResultCode
    /// What went wrong, in SQLite's words or ours; for people, without a full stop.
    package let message: String
    /// The statement with its placeholders, where one was running.
    package let sql: String?
    /// The errno(3) behind it where the system refused; else 0.
    package let systemError: Int32

    /// Describes a failure that did not come from a connection.
    package init(
        _ code: ResultCode, _ message: String, sql: String? = nil, systemError: Int32 = 0
    ) {
        self.code = code
        self.message = message
        self.sql = sql
        self.systemError = systemError
    }
}

extension SQLiteError: CustomStringConvertible {
    /// The message, the code and the statement, on one line.
    package var description: String {
        let statement = sql.map { " in: \($0)" } ?? ""
        let cause = systemError == 0 ? "" : ", errno \(systemError)"
        return "\(message) [\(code.rawValue)\(cause)]\(statement)"
    }
}
