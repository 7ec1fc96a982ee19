package import CofferBytes
package import CofferFormat
package import CofferKeys
package import CofferSQLite
internal import Glibc

/// An open `vault.sqlite`: locked at first, then with its keys at hand.
///
/// One store is used by one thread at a time; other processes may have the vault open, too.
package final class Store {
    /// The vault's directory.
    package let path: String
    /// The clear header.
    package let header: VaultHeader
    /// The world around.
    package let environment: Environment
    /// The connection; the floors above run their own statements on it.
    package let connection: Connection

    /// What was verified last, with the state that it belongs to; nil while locked.
    internal var verified: Verified?
    /// Is called when the keys are forgotten, for whoever has made something of them.
    package var atLock: () -> Void = {}
    /// Gives the root key that this machine was told since the one at hand; nil for none.
    package var rootAfresh: () -> RootKey? = { nil }
    /// For a second thread that reads; made at first use.
    internal var secondConnection: Companion?
    /// Whether a transaction that writes is open.
    internal var isWriting = false
    /// Whether it was opened to read only.
    internal let isReadOnly: Bool
    /// What this machine remembers of this vault.
    internal let memory: StateMemory
    /// How this copy stands to what is remembered, as of the unlock.
    package internal(set) var standing: Standing = .current

    /// A frame and the state that was verified with it.
    internal struct Verified {
        var frame: Frame
        var state: VaultState
        var digest: [UInt8]
    }

    /// The database's name in the vault's directory.
    package static let databaseName = "vault.sqlite"

    /// Opens the vault at `path` without unlocking it.
    ///
    /// - Throws: `StoreError.notAVault` when there is none or the file is something else,
    ///   `newerFormat`, `damaged` for an unreadable header; `SQLiteError` as SQLite says it.
    package convenience init(
        opening path: String, isReadOnly: Bool, environment: Environment
    ) throws {
        try self.init(
            opening: path, isReadOnly ? .readOnly : .readWrite, environment: environment)
    }

    /// Opens the vault at `path`, as a file that is looked at and nothing more.
    ///
    /// - Throws: As ``init(opening:isReadOnly:environment:)``.
    package convenience init(lookingAt path: String, environment: Environment) throws {
        try self.init(opening: path, .untouched, environment: environment)
    }

    private init(
        opening path: String, _ mode: Connection.Mode, environment: Environment
    ) throws {
        let file = path + "/" + Self.databaseName
        self.path = path
        self.environment = environment
        isReadOnly = mode != .readWrite
        do throws(SQLiteError) {
            connection = try Connection(path: file, mode: mode)
        } catch {
            let isMissing = error.code.primary == .cantOpen && error.systemError == ENOENT
            // No statement of ours has run yet: it is the file that asks for what SQLite lacks.
            if error.code.primary == .error { throw StoreError.damaged("the database's header") }
            if error.code.primary == .notADatabase {
                throw StoreError.damaged("the database's header")
            }
            guard isMissing else { throw error }
            throw StoreError.notAVault(path: path)
        }
        header = try Self.readHeader(connection, path: path)
        memory = StateMemory(
            directory: environment.stateDirectory, vault: header.vault, path: path)
    }

    /// Takes over a connection to a database that is being made.
    internal init(
        creating path: String, connection: Connection, header: VaultHeader,
        environment: Environment
    ) throws {
        self.path = path
        self.connection = connection
        isReadOnly = false
        self.header = header
        self.environment = environment
        memory = StateMemory(
            directory: environment.stateDirectory, vault: header.vault, path: path)
    }

    /// The instance and the number of the last change in the state that the last transaction saw;
    /// they are asked for with each record that is read.
    ///
    /// - Throws: `StoreError.locked`.
    package func position() throws -> (instance: Identifier, sequence: UInt64) {
        guard let instance = verified?.state.instance, let sequence = verified?.state.sequence
        else { throw StoreError.locked }
        return (instance, sequence)
    }

    /// The state that the last transaction saw.
    ///
    /// - Throws: `StoreError.locked` before the unlock.
    package func state() throws -> VaultState {
        guard let verified else { throw StoreError.locked }
        return verified.state
    }

    /// Keys and catalog as the last transaction saw them.
    ///
    /// - Throws: `StoreError.locked` before the unlock.
    package func frame() throws -> Frame {
        guard let verified else { throw StoreError.locked }
        return verified.frame
    }

    /// Whether the keys are at hand.
    package var isUnlocked: Bool { verified != nil }

    /// Refuses to go on when another file took the database's place.
    internal func checkIdentity() throws {
        if connection.hasMoved { throw StoreError.changedUnderneath }
    }

    /// Refuses to read on when another file took the database's place, or none; looks every so
    /// often.
    ///
    /// - Throws: `StoreError.changedUnderneath`.
    package func checkPlace() throws {
        if connection.hasMovedLately { throw StoreError.changedUnderneath }
    }

    /// What tells the verified state from any other; nil while locked.
    package var digest: [UInt8]? { verified?.digest }

    /// Forgets all keys; the store is locked again.
    package func lock() {
        memory.save()
        scrubIfLeft()
        verified = nil
        atLock()
        // The last connection to close empties the log; this one could not, because it only reads.
        secondConnection = nil
    }

    private static func readHeader(
        _ connection: Connection, path: String
    ) throws -> VaultHeader {
        guard try connection.applicationID() == VaultHeader.applicationID else {
            throw StoreError.damaged("the database's header, unless it is another program's")
        }
        let format = try connection.userVersion()
        guard format <= Int32(VaultHeader.currentFormat) else {
            throw StoreError.newerFormat(Int(format))
        }
        guard format == Int32(VaultHeader.currentFormat),
            try connection.pageSize() == Int(VaultHeader.pageSize)
        else { throw StoreError.damaged("the database's header") }
        try SchemaFingerprint.checkSystem(connection)
        var row: [UInt8]?
        do {
            let statement = try connection.prepare("SELECT seal FROM meta WHERE num = 0")
            if try statement.step() { row = statement.bytes(0) }
        }
        guard let row, let header = try? VaultHeader(parsing: row) else {
            throw StoreError.damaged("the vault's header")
        }
        guard header.format <= VaultHeader.currentFormat else {
            throw StoreError.newerFormat(Int(header.format))
        }
        guard header.format == VaultHeader.currentFormat else {
            throw StoreError.damaged("the vault's header")
        }
        return header
    }
}
