internal import CCofferSQLite

extension Handle {
    /// Switches off what a hostile database could use, before its schema is read.
    ///
    /// Options of the connection only, none is stored in the file; so a file in which somebody
    /// changed settings is opened under ours all the same.
    /// <https://www.sqlite.org/security.html>
    ///
    /// - Throws: ``ResultCode/misuse`` when this SQLite does not know an option.
    internal func harden() throws(SQLiteError) {
        let options: [(Int32, Int32)] = [
            (SQLITE_DBCONFIG_DEFENSIVE, 1),
            (SQLITE_DBCONFIG_ENABLE_TRIGGER, 0),
            (SQLITE_DBCONFIG_ENABLE_VIEW, 0),
            (SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
            (SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0),
            (SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0),
            (SQLITE_DBCONFIG_DQS_DML, 0),
            (SQLITE_DBCONFIG_DQS_DDL, 0),
            (SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0),
            (SQLITE_DBCONFIG_ENABLE_FKEY, 1),
        ]
        for (option, value) in options {
            var now: Int32 = -1
            let code = unsafe CCofferSQLite_configure(pointer, option, value, &now)
            guard code == SQLITE_OK, now == value else {
                throw SQLiteError(.misuse, "SQLite cannot set option \(option) to \(value)")
            }
        }
        // Memory that needs no lock, for the cells of wide rows; without it SQLite is slower only.
        unsafe _ = CCofferSQLite_makeLookaside(pointer, 1_200, 400)
        // None of these reads the file; `synchronous` does and follows later.
        try run("PRAGMA cell_size_check=ON")
        try run("PRAGMA mmap_size=0")
        try run("PRAGMA temp_store=MEMORY")
    }

    /// Reads the schema for the first time and sets what needs it.
    ///
    /// - Throws: ``ResultCode/notADatabase`` and ``ResultCode/corrupt`` for a file that is none
    ///   or is damaged, ``ResultCode/cantOpen`` when the log's files cannot be had,
    ///   ``ResultCode/busy`` when another process holds the file for too long.
    internal func readFirst() throws(SQLiteError) {
        try run("PRAGMA schema_version")
        try run("PRAGMA synchronous=FULL")
        try run("PRAGMA secure_delete=ON")
        // 64 MiB at most, used as pages are read and changed. What a transaction changes beyond it
        // goes to the log early, and again after each further change: ids are spread at random.
        try run("PRAGMA cache_size=-65536")
        guard try run("PRAGMA synchronous") == "2", try run("PRAGMA secure_delete") == "1" else {
            throw SQLiteError(.misuse, "SQLite does not keep its durability settings")
        }
    }
}
