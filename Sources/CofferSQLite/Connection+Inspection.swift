internal import CCofferSQLite
internal import Glibc

extension Connection {
    /// Everything that the schema holds, in the order of the table.
    ///
    /// - Throws: ``ResultCode/corrupt`` when it cannot be read.
    package func schemaRows() throws(SQLiteError) -> [SchemaRow] {
        let sql = "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema ORDER BY rowid"
        let statement = try cached(sql)
        var rows: [SchemaRow] = []
        while try statement.step() {
            rows.append(
                SchemaRow(
                    type: statement.text(0),
                    name: statement.text(1),
                    tblName: statement.text(2),
                    rootpage: statement.isNull(3) ? nil : statement.int64(3),
                    sql: statement.isNull(4) ? nil : statement.text(4)))
        }
        return rows
    }

    /// What is wrong with the file's structure; empty when nothing is.
    ///
    /// It says nothing about the bytes in the cells: most single changed bits pass.
    ///
    /// - Throws: ``ResultCode/busy``, ``ResultCode/ioError``, ``ResultCode/interrupt``; damage
    ///   that ends the check early is the last line of the answer instead.
    package func integrityCheck(limit: Int = 100) throws(SQLiteError) -> [String] {
        var findings: [String] = []
        do throws(SQLiteError) {
            let statement = try prepare("PRAGMA integrity_check(\(max(1, limit)))")
            while try statement.step() { findings.append(statement.text(0)) }
        } catch {
            guard error.code.primary == .corrupt || error.code.primary == .notADatabase else {
                throw error
            }
            return findings + [error.message]
        }
        return findings == ["ok"] ? [] : findings
    }

    /// The rows whose foreign key points at nothing.
    ///
    /// - Throws: ``ResultCode/corrupt``, ``ResultCode/busy``, ``ResultCode/interrupt``.
    package func foreignKeyCheck() throws(SQLiteError) -> [ForeignKeyViolation] {
        var violations: [ForeignKeyViolation] = []
        let statement = try prepare("PRAGMA foreign_key_check")
        while try statement.step() {
            violations.append(
                ForeignKeyViolation(
                    table: statement.text(0),
                    rowid: statement.isNull(1) ? nil : statement.int64(1),
                    parent: statement.text(2),
                    index: Int(clamping: statement.int64(3))))
        }
        return violations
    }

    /// How far a checkpoint goes.
    package enum Checkpoint: Sendable {
        /// Writes back what it can without waiting for anybody.
        case passive
        /// Waits for readers and writers, writes everything back and empties the log.
        case truncate
    }

    /// Writes the log back into the database.
    ///
    /// - Returns: Whether somebody was in the way, the frames in the log, and those written back;
    ///   -1 for both without a log.
    /// - Throws: ``ResultCode/ioError``, ``ResultCode/full``, ``ResultCode/locked`` inside a
    ///   transaction; the failed write again after one.
    @discardableResult
    package func checkpoint(
        _ kind: Checkpoint
    ) throws(SQLiteError) -> (busy: Bool, log: Int, checkpointed: Int) {
        if let failure = state.failure { throw failure }
        var log: Int32 = -1
        var done: Int32 = -1
        let code = unsafe sqlite3_wal_checkpoint_v2(
            handle.pointer, "main",
            kind == .passive ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE, &log, &done)
        let result = ResultCode(rawValue: code)
        guard result == .ok || result.primary == .busy else {
            let error = failure(code)
            if result.primary == .ioError { refuseWrites(after: error) }
            throw error
        }
        return (result != .ok, Int(log), Int(done))
    }

    /// How many bytes of the write-ahead log could not be written back into the database, because
    /// somebody still reads an older state.
    ///
    /// What can be written back is, without waiting for anybody.
    ///
    /// - Throws: As ``checkpoint(_:)``.
    package func pendingLog() throws(SQLiteError) -> Int64 {
        let (_, log, done) = try checkpoint(.passive)
        return Int64(max(0, log - max(0, done))) * Int64(try pageSize())
    }

    /// Sleeps for a tenth of a second, between two looks at what others hold.
    package static func pause() {
        var pause = timespec(tv_sec: 0, tv_nsec: 100_000_000)
        unsafe nanosleep(&pause, nil)
    }
}
