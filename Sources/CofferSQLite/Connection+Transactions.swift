internal import CCofferSQLite

extension Connection {
    /// How a transaction begins.
    package enum Transaction: Sendable {
        /// Reads one snapshot; taken when the transaction begins.
        case read
        /// Reads one snapshot; taken by the first statement that reads, which must come at once.
        case readAtOnce
        /// Holds the one write lock from the beginning, so it cannot fail for it later.
        case write
    }

    /// Whether a transaction is open.
    package var inTransaction: Bool { unsafe sqlite3_get_autocommit(handle.pointer) == 0 }

    /// Begins a transaction.
    ///
    /// - Throws: ``ResultCode/busy`` when the lock could not be had in time,
    ///   ``ResultCode/misuse`` inside another transaction, ``ResultCode/readOnlyMoved`` when the
    ///   file is no longer the one that was opened, and after a failed write its error again.
    package func begin(_ kind: Transaction) throws(SQLiteError) {
        guard !state.isExpected, !inTransaction else {
            throw SQLiteError(.misuse, "a transaction is open already")
        }
        if kind == .write {
            if let failure = state.failure {
                throw SQLiteError(
                    failure.code, "nothing more is written after: \(failure.message)",
                    systemError: failure.systemError)
            }
            guard !hasMoved else {
                throw SQLiteError(.readOnlyMoved, "the file was moved or replaced while open")
            }
        }
        try step(kind == .write ? Self.beginWrite : Self.beginRead)
        state.isExpected = true
        state.isLost = false
        guard kind == .read else { return }
        do throws(SQLiteError) {
            // DEFERRED takes its snapshot at the first read; this is it.
            try step("SELECT 1 FROM sqlite_schema LIMIT 1")
        } catch {
            rollback()
            throw error
        }
    }

    /// Ends the transaction and makes it durable; on any failure it is rolled back.
    ///
    /// - Throws: ``ResultCode/constraintForeignKey`` for a deferred key, ``ResultCode/busy``,
    ///   ``ResultCode/full``, ``ResultCode/ioError``; ``ResultCode/abort`` when SQLite had rolled
    ///   back before, ``ResultCode/ioErrorDirectorySync`` when the log's name may be lost:
    ///   then what was written is there now, but not surely after a power cut.
    package func commit() throws(SQLiteError) {
        guard state.isExpected, !state.isLost, inTransaction else {
            let wasExpected = state.isExpected
            rollback()
            throw wasExpected
                ? SQLiteError(.abort, "the transaction was rolled back before its end")
                : SQLiteError(.misuse, "no transaction is open")
        }
        let wrote = unsafe sqlite3_txn_state(handle.pointer, "main") == SQLITE_TXN_WRITE
        do throws(SQLiteError) {
            try step(Self.commitText)
        } catch {
            if error.code.primary == .ioError { refuseWrites(after: error) }
            rollback()
            throw error
        }
        state.isExpected = false
        guard wrote, !state.isDirectorySynchronized, let location else { return }
        do throws(SQLiteError) {
            try location.synchronizeDirectory()
            state.isDirectorySynchronized = true
        } catch {
            refuseWrites(after: error)
            throw error
        }
    }

    /// Gives the transaction up; does nothing where none is open.
    package func rollback() {
        if inTransaction {
            do throws(SQLiteError) {
                try step("ROLLBACK")
            } catch {
                // Still inside means that nothing later can be told apart from it.
                if inTransaction { refuseWrites(after: error) }
            }
        }
        state.isExpected = false
        state.savepoints = 0
        if state.isLost {
            state.isLost = false
            if state.failure == nil { setQueryOnly(false) }
        }
    }

    /// Runs `body` with the write lock and commits; an error rolls back and is passed on.
    ///
    /// - Throws: What ``begin(_:)``, `body` and ``commit()`` throw.
    @inlinable
    package func write<Result: ~Copyable>(
        _ body: (Connection) throws -> Result
    ) throws -> Result {
        try transaction(.write, body)
    }

    /// Runs `body` on one snapshot.
    ///
    /// - Throws: What ``begin(_:)`` and `body` throw.
    @inlinable
    package func read<Result: ~Copyable>(
        _ body: (Connection) throws -> Result
    ) throws -> Result {
        try transaction(.read, body)
    }

    /// Runs `body` in a transaction of `kind`.
    @inlinable
    package func transaction<Result: ~Copyable>(
        _ kind: Transaction, _ body: (Connection) throws -> Result
    ) throws -> Result {
        try begin(kind)
        let result: Result
        do {
            result = try body(self)
        } catch {
            rollback()
            throw error
        }
        try commit()
        return result
    }

    /// Runs `body` inside the open transaction so that its error undoes only its own changes.
    ///
    /// - Throws: ``ResultCode/misuse`` outside of a transaction; what `body` throws.
    @inlinable
    package func savepoint<Result: ~Copyable>(
        _ body: (Connection) throws -> Result
    ) throws -> Result {
        let depth = try beginSavepoint()
        let result: Result
        do {
            result = try body(self)
        } catch {
            rollbackSavepoint(depth)
            throw error
        }
        try releaseSavepoint(depth)
        return result
    }

    /// Opens a savepoint inside the open transaction; the number to end it with.
    ///
    /// - Throws: ``ResultCode/misuse`` outside of a transaction.
    package func beginSavepoint() throws(SQLiteError) -> Int {
        guard state.isExpected, inTransaction else {
            throw SQLiteError(.misuse, "a savepoint stands inside a transaction")
        }
        let depth = state.savepoints + 1
        try step("SAVEPOINT s\(depth)")
        state.savepoints = depth
        return depth
    }

    /// Keeps the changes since the savepoint as part of the transaction.
    ///
    /// - Throws: ``ResultCode/abort`` when SQLite rolled the whole transaction back.
    package func releaseSavepoint(_ depth: Int) throws(SQLiteError) {
        guard !state.isLost, inTransaction else {
            throw SQLiteError(.abort, "the transaction was rolled back before its end")
        }
        try step("RELEASE s\(depth)")
        state.savepoints = depth - 1
    }

    /// Undoes the changes since the savepoint.
    package func rollbackSavepoint(_ depth: Int) {
        guard inTransaction else { return }
        do throws(SQLiteError) {
            try step("ROLLBACK TO s\(depth)")
            try step("RELEASE s\(depth)")
            state.savepoints = depth - 1
        } catch {
            // What cannot be undone in part is undone as a whole; commit() will refuse.
            _ = try? handle.run("ROLLBACK")
            note(error)
        }
    }

    /// Whether the open file is no longer the one under its path.
    ///
    /// Writes to a file that was replaced go nowhere; a second connection would see the new one.
    package var hasMoved: Bool {
        guard location != nil else { return false }
        var moved: Int32 = 0
        let code = unsafe sqlite3_file_control(
            handle.pointer, "main", SQLITE_FCNTL_HAS_MOVED, &moved)
        return code == SQLITE_OK && moved != 0
    }

    /// Whether ``hasMoved`` holds, looked at again when a tenth of a second has passed since the
    /// last look: made to be asked before each reading.
    package var hasMovedLately: Bool {
        let now = PlaceWatch.now()
        guard placeWatch.isDue(at: now) else { return false }
        // No look is noted once it has moved, so that no reading slips through later.
        guard !hasMoved else { return true }
        placeWatch.note(now)
        return false
    }

    /// Runs a cached statement without parameters to its end.
    internal func step(_ sql: String) throws(SQLiteError) {
        try cached(sql).run()
    }

    private func step(_ text: StatementText) throws(SQLiteError) {
        try cached(text).run()
    }

    private static let beginRead = StatementText("BEGIN DEFERRED")
    private static let beginWrite = StatementText("BEGIN IMMEDIATE")
    private static let commitText = StatementText("COMMIT")
}
