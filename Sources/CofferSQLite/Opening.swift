internal import CCofferSQLite

/// The ways to open a database, from the usual one to those for full and read-only disks.
internal struct Opening {
    internal let location: Location?
    internal let mode: Connection.Mode
    internal let limits: Connection.Limits
    internal let wait: BusyWait
    internal let vfs: String?

    /// Opens the database in the way that its place allows.
    internal func open() throws(SQLiteError) -> Handle {
        guard let location else {
            return try attempt(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY)
        }
        if mode == .untouched { return try openUntouched(location) }
        if location.isShortOfSpace {
            // Alone, with the log's index in memory, nothing needs to grow. Whoever else is there
            // already has the index, so being refused leads back to the usual way.
            if let handle = try? openAlone(location) { return handle }
        }
        do throws(SQLiteError) {
            return try openUsually(location)
        } catch {
            // The log's index could not be made: a disk without room that does not tell.
            guard error.code.primary == .ioError || error.code.primary == .full,
                let handle = try? openAlone(location)
            else { throw error }
            return handle
        }
    }

    /// With the log's index in memory instead of a file, which nobody else can share.
    private func openAlone(_ location: Location) throws(SQLiteError) -> Handle {
        try attempt(
            location.path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, exclusive: true,
            queryOnly: mode == .readOnly)
    }

    private func openUsually(_ location: Location) throws(SQLiteError) -> Handle {
        let readWrite = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW
        let readOnly = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOFOLLOW
        guard mode == .readOnly else { return try openForWriting(location, readWrite) }
        do {
            return try attempt(location.path, readOnly)
        } catch {
            // A file system that is read-only gives the one code, a folder of another user the other.
            guard error.code.primary == .cantOpen || error.code.primary == .readOnly,
                location.isReadOnlyDirectory, vfs == nil
            else { throw error }
        }
        // Nothing can be written here: not by us, and on a read-only file system by nobody.
        return try openUntouched(location)
    }

    /// A log with content is read into memory, by the VFS that takes no locks; without one the
    /// file alone is the whole database.
    private func openUntouched(_ location: Location) throws(SQLiteError) -> Handle {
        let readOnly = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOFOLLOW
        if location.hasLog {
            return try attempt(location.path, readOnly, vfs: "unix-none", exclusive: true)
        }
        return try attempt(location.uri(query: "immutable=1"), readOnly | SQLITE_OPEN_URI)
    }

    /// SQLite opens a file that cannot be written for reading instead; a writer must hear of it.
    private func openForWriting(
        _ location: Location, _ flags: Int32
    ) throws(SQLiteError) -> Handle {
        let refusal = SQLiteError(.readOnly, "the database cannot be written here")
        do throws(SQLiteError) {
            let handle = try attempt(location.path, flags)
            guard unsafe sqlite3_db_readonly(handle.pointer, "main") == 0 else {
                unsafe sqlite3_close_v2(handle.pointer)
                throw refusal
            }
            return handle
        } catch {
            guard error.code.primary == .cantOpen, location.isReadOnlyDirectory else { throw error }
            throw refusal
        }
    }

    private func attempt(
        _ name: String, _ flags: Int32, vfs: String? = nil, exclusive: Bool = false,
        queryOnly: Bool = false
    ) throws(SQLiteError) -> Handle {
        let handle = try open(name, flags | SQLITE_OPEN_NOMUTEX, vfs: vfs ?? self.vfs)
        do throws(SQLiteError) {
            limits.apply(to: handle)
            wait.install(on: handle)
            try handle.harden()
            if exclusive { try handle.run("PRAGMA locking_mode=EXCLUSIVE") }
            try handle.readFirst()
            if queryOnly { try handle.run("PRAGMA query_only=ON") }
            return handle
        } catch {
            unsafe sqlite3_close_v2(handle.pointer)
            throw error
        }
    }

    private func open(
        _ name: String, _ flags: Int32, vfs: String?
    ) throws(SQLiteError) -> Handle {
        var opened: OpaquePointer?
        let code =
            if let vfs {
                unsafe sqlite3_open_v2(name, &opened, flags, vfs)
            } else {
                unsafe sqlite3_open_v2(name, &opened, flags, nil)
            }
        guard let pointer = unsafe opened else {
            throw SQLiteError(.nomem, "no memory for a connection")
        }
        let handle = unsafe Handle(pointer)
        // Before anything can fail, so that every code has its detail.
        unsafe sqlite3_extended_result_codes(pointer, 1)
        guard code == SQLITE_OK else {
            let failure = handle.error(unsafe sqlite3_extended_errcode(pointer))
            unsafe sqlite3_close_v2(pointer)
            throw failure
        }
        return handle
    }
}
