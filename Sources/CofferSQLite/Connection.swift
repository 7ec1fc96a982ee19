internal import CCofferSQLite

/// One connection to one database file, set up to distrust the file.
///
/// Triggers, views, extensions and attached databases are off, limits are low, every commit is
/// synchronized. Paths are never taken for URIs; symbolic links are not followed at the last
/// part. Errors carry the statement with its placeholders and never a bound value.
///
/// A connection is used by one thread at a time; only ``interrupt()`` may be called from
/// another. `@unchecked Sendable` is for owners that hand a whole connection from one thread to
/// the next under their own lock: SQLite allows that (`SQLITE_OPEN_NOMUTEX`,
/// <https://www.sqlite.org/threadsafe.html>, multi-thread mode), and the compiler cannot see it.
@safe
package final class Connection: @unchecked Sendable {
    internal let handle: Handle
    internal let location: Location?
    internal let wait: BusyWait
    internal var cache: StatementCache
    internal var state = TransactionState()
    internal var placeWatch = PlaceWatch()
    /// What SQLite calls back into, alive as long as the handle.
    internal var companions: [AnyObject] = []

    /// Opens the database at `path`.
    ///
    /// - Parameters:
    ///   - path: The file; its directory may be reached through symbolic links, it may not.
    ///   - mode: What may be done with it.
    ///   - busyTimeout: How long to wait for other connections' locks.
    ///   - limits: Bounds on statements and values.
    ///   - vfs: A registered VFS in place of SQLite's own; for tests.
    /// - Throws: ``ResultCode/cantOpen`` or one of its details with ``SQLiteError/systemError``
    ///   when the file is not there, is taken (`.create`), is no ordinary file, has a second
    ///   name, or may not be opened; ``ResultCode/readOnly`` when it can be read and not written; ``ResultCode/notADatabase``, ``ResultCode/corrupt``,
    ///   ``ResultCode/busy``, ``ResultCode/ioError``.
    package init(
        path: String,
        mode: Mode = .readWrite,
        busyTimeout: Duration = .seconds(5),
        limits: Limits = Limits(),
        vfs: String? = nil
    ) throws(SQLiteError) {
        let location = try Location(path)
        if mode == .create {
            try location.createFile()
        } else {
            try location.requireOrdinaryFile(allowingLinks: mode == .readOnly)
        }
        let wait = BusyWait(busyTimeout)
        let opening = Opening(
            location: location, mode: mode, limits: limits, wait: wait, vfs: vfs)
        self.location = location
        self.wait = wait
        cache = StatementCache()
        handle = try opening.open()
        watchLog()
    }

    /// Makes a database in memory, gone with the connection.
    ///
    /// - Throws: ``ResultCode/nomem``.
    package init(inMemory limits: Limits) throws(SQLiteError) {
        let wait = BusyWait(.zero)
        let opening = Opening(
            location: nil, mode: .create, limits: limits, wait: wait, vfs: nil)
        location = nil
        self.wait = wait
        cache = StatementCache()
        handle = try opening.open()
    }

    deinit {
        cache.removeAll()
        // No statement is left: each holds its connection. The log of the last connection is
        // written back and deleted here, unless a failed write forbids it.
        unsafe sqlite3_close_v2(handle.pointer)
    }

    /// Stops the running statement, or its wait for a lock; callable from any thread.
    package func interrupt() {
        wait.interrupt()
        unsafe sqlite3_interrupt(handle.pointer)
    }
}
