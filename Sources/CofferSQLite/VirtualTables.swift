internal import CCofferSQLite

/// The virtual tables of one connection.
package final class VirtualTables {
    internal let connection: Connection
    internal let moment = Moment()
    /// The names of the tables in small letters.
    internal private(set) var names: Set<String> = []

    /// What goes on with the tables of one connection.
    internal final class Moment {
        /// What a table threw last.
        internal var error: (any Error)?
        /// Whether a table is told to SQLite.
        internal var isDeclaring = false
    }

    /// A table as SQLite keeps it.
    internal final class Owner {
        internal let table: any VirtualTable
        internal let moment: Moment

        internal init(_ table: any VirtualTable, _ moment: Moment) {
            self.table = table
            self.moment = moment
        }
    }

    /// Prepares `connection` for tables.
    package init(on connection: Connection) { self.connection = connection }

    /// Adds a table under `name`, which statements may use from now on.
    ///
    /// - Throws: ``ResultCode/nomem``, ``ResultCode/misuse``.
    package func add(_ table: any VirtualTable, named name: String) throws(SQLiteError) {
        let owner = unsafe Unmanaged.passRetained(Owner(table, moment)).toOpaque()
        // On a failure SQLite lets go of the owner, too.
        let code = unsafe sqlite3_create_module_v2(
            connection.handle.pointer, name, VirtualModule.pointer, owner,
            { owner in
                guard let owner = unsafe owner else { return }
                unsafe Unmanaged<Owner>.fromOpaque(owner).release()
            })
        guard code == SQLITE_OK else { throw connection.failure(code) }
        names.insert(name.lowercased())
    }

    /// The error that a table ended the last statement with; nil when none did.
    package func takeFailure() -> (any Error)? {
        defer { moment.error = nil }
        return moment.error
    }
}
