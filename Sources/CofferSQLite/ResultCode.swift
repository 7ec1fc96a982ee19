internal import CCofferSQLite

/// What SQLite answered, with the detail of its extended codes.
///
/// Codes that this release does not name still compare and print; branch on ``primary`` unless
/// the detail matters. <https://www.sqlite.org/rescode.html>
package struct ResultCode: RawRepresentable, Hashable, Sendable {
    /// The number, as SQLite returns it with extended codes switched on.
    package let rawValue: Int32

    /// Wraps a number from SQLite.
    package init(rawValue: Int32) { self.rawValue = rawValue }

    /// The code without its detail, for example ``ioError`` for every kind of I/O error.
    package var primary: ResultCode { ResultCode(rawValue: rawValue & 0xFF) }
}

extension ResultCode {
    /// The call worked.
    package static let ok = ResultCode(rawValue: SQLITE_OK)
    /// Something about the statement is wrong; the message tells.
    package static let error = ResultCode(rawValue: SQLITE_ERROR)
    /// A result row is ready.
    package static let row = ResultCode(rawValue: SQLITE_ROW)
    /// A statement ran to its end.
    package static let done = ResultCode(rawValue: SQLITE_DONE)
    /// A callback asked for an abort, or a rollback ended a running query.
    package static let abort = ResultCode(rawValue: SQLITE_ABORT)
    /// Another connection holds a lock for longer than the time to wait.
    package static let busy = ResultCode(rawValue: SQLITE_BUSY)
    /// The same connection holds a conflicting lock.
    package static let locked = ResultCode(rawValue: SQLITE_LOCKED)
    /// Memory ran out.
    package static let nomem = ResultCode(rawValue: SQLITE_NOMEM)
    /// A write was asked of something that cannot be written.
    package static let readOnly = ResultCode(rawValue: SQLITE_READONLY)
    /// Another thread interrupted the statement.
    package static let interrupt = ResultCode(rawValue: SQLITE_INTERRUPT)
    /// The disk failed.
    package static let ioError = ResultCode(rawValue: SQLITE_IOERR)
    /// The file's structure is damaged.
    package static let corrupt = ResultCode(rawValue: SQLITE_CORRUPT)
    /// The disk, or the largest allowed database, is full.
    package static let full = ResultCode(rawValue: SQLITE_FULL)
    /// A file cannot be opened.
    package static let cantOpen = ResultCode(rawValue: SQLITE_CANTOPEN)
    /// A lock protocol failed; only seen when writers race at opening.
    package static let lockProtocol = ResultCode(rawValue: SQLITE_PROTOCOL)
    /// The schema changed under a statement too often.
    package static let schema = ResultCode(rawValue: SQLITE_SCHEMA)
    /// A value or a statement is longer than the connection's limits.
    package static let tooBig = ResultCode(rawValue: SQLITE_TOOBIG)
    /// A constraint of the schema refused the change.
    package static let constraint = ResultCode(rawValue: SQLITE_CONSTRAINT)
    /// A value has the wrong type for its place.
    package static let mismatch = ResultCode(rawValue: SQLITE_MISMATCH)
    /// The connection or a statement was used in a way that it does not support.
    package static let misuse = ResultCode(rawValue: SQLITE_MISUSE)
    /// An authorizer refused the statement.
    package static let authorization = ResultCode(rawValue: SQLITE_AUTH)
    /// A parameter's number is out of range.
    package static let range = ResultCode(rawValue: SQLITE_RANGE)
    /// The file is no SQLite database.
    package static let notADatabase = ResultCode(rawValue: SQLITE_NOTADB)
}

extension ResultCode {
    /// A foreign key points at no row; with deferred keys, told at commit.
    package static let constraintForeignKey = detail(SQLITE_CONSTRAINT, 3)
    /// A column is NULL that must not be.
    package static let constraintNotNull = detail(SQLITE_CONSTRAINT, 5)
    /// A primary key is taken.
    package static let constraintPrimaryKey = detail(SQLITE_CONSTRAINT, 6)
    /// A unique value is taken.
    package static let constraintUnique = detail(SQLITE_CONSTRAINT, 8)
    /// A rowid is taken.
    package static let constraintRowID = detail(SQLITE_CONSTRAINT, 10)
    /// A value does not fit its STRICT column.
    package static let constraintDataType = detail(SQLITE_CONSTRAINT, 12)
    /// The read snapshot is no longer the newest, so it cannot turn into a write.
    package static let busySnapshot = detail(SQLITE_BUSY, 2)
    /// A read failed.
    package static let ioErrorRead = detail(SQLITE_IOERR, 1)
    /// A write failed.
    package static let ioErrorWrite = detail(SQLITE_IOERR, 3)
    /// fsync(2) failed: what was written before may be lost although it can still be read.
    package static let ioErrorSync = detail(SQLITE_IOERR, 4)
    /// fsync(2) of a directory failed: the names of new files may be lost.
    package static let ioErrorDirectorySync = detail(SQLITE_IOERR, 5)
    /// ftruncate(2) failed.
    package static let ioErrorTruncate = detail(SQLITE_IOERR, 6)
    /// Space for the shared index of the write-ahead log could not be had.
    package static let ioErrorSharedMemory = detail(SQLITE_IOERR, 19)
    /// The path is a directory.
    package static let cantOpenDirectory = detail(SQLITE_CANTOPEN, 2)
    /// The path ends in a symbolic link.
    package static let cantOpenSymbolicLink = detail(SQLITE_CANTOPEN, 6)
    /// The database was renamed, replaced or deleted while it was open.
    package static let readOnlyMoved = detail(SQLITE_READONLY, 4)

    /// An extended code; Swift does not import them because their macros are expressions.
    ///
    /// sqlite3.h gives each as `primary | (number << 8)`.
    private static func detail(_ primary: Int32, _ number: Int32) -> ResultCode {
        ResultCode(rawValue: primary | number << 8)
    }
}

extension ResultCode: CustomStringConvertible {
    /// SQLite's English phrase and the number.
    package var description: String {
        let phrase = unsafe sqlite3_errstr(rawValue).map { unsafe String(cString: $0) }
        return "\(phrase ?? "unknown") (\(rawValue))"
    }
}
