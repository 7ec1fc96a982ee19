internal import CCofferSQLite

extension Connection {
    /// The failed write after which this connection refuses to write; nil while all is well.
    ///
    /// When fsync(2) fails, the kernel forgets the pages that it could not write, and the next
    /// fsync(2) says success. So nothing that was written through this connection since the
    /// last good commit can be trusted; close it, open a new one, check.
    package var writeFailure: SQLiteError? { state.failure }

    /// Describes a failure and draws the consequences.
    internal func failure(_ code: Int32, sql: String? = nil) -> SQLiteError {
        let error = handle.error(code, sql: sql)
        note(error)
        return error
    }

    /// Draws the consequences of an error: no more writing after a failed write, and none
    /// outside a transaction that SQLite has ended by itself.
    internal func note(_ error: SQLiteError) {
        if Self.failedWrites.contains(error.code) { refuseWrites(after: error) }
        if state.isExpected, !inTransaction, !state.isLost {
            state.isLost = true
            setQueryOnly(true)
        }
    }

    /// Makes every later write fail, whoever asks for it, and keeps the close from writing.
    internal func refuseWrites(after error: SQLiteError) {
        guard state.failure == nil else { return }
        state.failure = error
        setQueryOnly(true)
        var now: Int32 = 0
        unsafe _ = CCofferSQLite_configure(
            handle.pointer, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, &now)
    }

    internal func setQueryOnly(_ isOn: Bool) {
        // A flag of the connection: needs no lock, cannot meet the disk.
        _ = try? handle.run(isOn ? "PRAGMA query_only=ON" : "PRAGMA query_only=OFF")
    }

    /// Reads are left out: one unreadable page must not stop the rest.
    private static let failedWrites: Set<ResultCode> = [
        .ioErrorWrite, .ioErrorSync, .ioErrorDirectorySync, .ioErrorTruncate,
    ]

    /// Writes the log back from time to time, like SQLite does, but does not forget a failure.
    ///
    /// SQLite's own hook drops the result, and a failed fsync(2) with it.
    internal func watchLog() {
        unsafe sqlite3_wal_hook(
            handle.pointer,
            { context, pointer, name, pages in
                // SQLITE_DEFAULT_WAL_AUTOCHECKPOINT
                guard pages >= 1_000, let context = unsafe context else { return SQLITE_OK }
                let connection = unsafe Unmanaged<Connection>.fromOpaque(context)
                    .takeUnretainedValue()
                let code = unsafe sqlite3_wal_checkpoint_v2(
                    pointer, name, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
                if ResultCode(rawValue: code).primary == .ioError {
                    connection.refuseWrites(after: connection.handle.error(code))
                }
                // The commit itself is done and durable.
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }
}
