internal import CCofferSQLite

extension Connection {
    /// Sets the page size of a database that has no page yet.
    ///
    /// - Throws: ``ResultCode/misuse`` when SQLite keeps another size.
    package func setPageSize(_ size: Int) throws(SQLiteError) {
        try handleRun("PRAGMA page_size=\(size)")
        guard try pageSize() == size else {
            throw SQLiteError(.misuse, "the page size cannot be \(size)")
        }
    }

    /// The size of a page in bytes.
    package func pageSize() throws(SQLiteError) -> Int { Int(try integer("PRAGMA page_size")) }

    /// The number of pages.
    package func pageCount() throws(SQLiteError) -> Int { Int(try integer("PRAGMA page_count")) }

    /// The number of pages that hold nothing.
    package func freePageCount() throws(SQLiteError) -> Int {
        Int(try integer("PRAGMA freelist_count"))
    }

    /// Sets what tells the file's kind, at offset 68 of the file.
    package func setApplicationID(_ value: Int32) throws(SQLiteError) {
        try handleRun("PRAGMA application_id=\(value)")
    }

    /// What tells the file's kind.
    package func applicationID() throws(SQLiteError) -> Int32 {
        Int32(truncatingIfNeeded: try integer("PRAGMA application_id"))
    }

    /// Sets the version of the format, at offset 60 of the file.
    package func setUserVersion(_ value: Int32) throws(SQLiteError) {
        try handleRun("PRAGMA user_version=\(value)")
    }

    /// The version of the format.
    package func userVersion() throws(SQLiteError) -> Int32 {
        Int32(truncatingIfNeeded: try integer("PRAGMA user_version"))
    }

    /// Bounds the pages that are kept in memory, in KiB.
    package func setCacheSize(_ size: Int) throws(SQLiteError) {
        try handleRun("PRAGMA cache_size=-\(max(0, size))")
    }

    /// A number that moves when another connection has changed the database.
    package func dataVersion() throws(SQLiteError) -> Int64 {
        try integer("PRAGMA data_version")
    }

    /// A number that moves whenever the schema changes.
    package func schemaVersion() throws(SQLiteError) -> Int64 {
        try integer("PRAGMA schema_version")
    }

    /// Switches to the write-ahead log, which stays set in the file.
    ///
    /// - Throws: ``ResultCode/misuse`` where the file system cannot share memory, as on some
    ///   network file systems; ``ResultCode/busy`` while another connection is there.
    package func useWriteAheadLog() throws(SQLiteError) {
        guard try journalMode("PRAGMA journal_mode=WAL") == "wal" else {
            throw SQLiteError(.misuse, "no write-ahead log is possible here")
        }
        // Once per connection is enough only while the log is there; it may be new now.
        state.isDirectorySynchronized = false
    }

    /// Keeps the journal in memory and syncs nothing: for a database that is thrown away unless
    /// it is finished, and synced as a whole by whoever finishes it.
    ///
    /// - Throws: ``ResultCode/misuse`` where SQLite keeps another journal.
    package func useJournalInMemory() throws(SQLiteError) {
        guard try journalMode("PRAGMA journal_mode=MEMORY") == "memory" else {
            throw SQLiteError(.misuse, "no journal in memory is possible here")
        }
        try handleRun("PRAGMA synchronous=OFF")
    }

    /// Leaves references unchecked while rows are written: for a database whose references are
    /// checked as a whole by whoever finishes it.
    ///
    /// - Throws: ``ResultCode/misuse`` inside a transaction, where SQLite would not do it.
    package func leaveReferencesUnchecked() throws(SQLiteError) {
        try handleRun("PRAGMA foreign_keys=OFF")
        guard try handleRun("PRAGMA foreign_keys") == "0" else {
            throw SQLiteError(.misuse, "references are checked inside a transaction")
        }
    }

    /// Whether the database has a write-ahead log.
    package func usesWriteAheadLog() throws(SQLiteError) -> Bool {
        try journalMode("PRAGMA journal_mode") == "wal"
    }

    /// Rewrites the file without its empty pages.
    ///
    /// - Throws: ``ResultCode/misuse`` inside a transaction, ``ResultCode/full`` without room for
    ///   a second copy, ``ResultCode/busy``.
    package func vacuum() throws(SQLiteError) {
        guard !inTransaction else {
            throw SQLiteError(.misuse, "a database is not compacted inside a transaction")
        }
        // The copy is an attached database to SQLite; one is allowed while it lasts.
        unsafe sqlite3_limit(handle.pointer, SQLITE_LIMIT_ATTACHED, 1)
        defer { unsafe sqlite3_limit(handle.pointer, SQLITE_LIMIT_ATTACHED, 0) }
        try handleRun("VACUUM")
    }

    private func journalMode(_ sql: String) throws(SQLiteError) -> String? {
        try handleRun(sql)
    }

    private func integer(_ sql: String) throws(SQLiteError) -> Int64 {
        let statement = try cached(sql)
        return try statement.step() ? statement.int64(0) : 0
    }

    @discardableResult
    private func handleRun(_ sql: String) throws(SQLiteError) -> String? {
        do throws(SQLiteError) {
            return try handle.run(sql)
        } catch {
            note(error)
            throw error
        }
    }
}
