package import CofferSQLite

/// A second connection to the same database, for a second thread that reads the same snapshot.
///
/// - Important: It is used by one thread at a time, like the store's own.
package final class Companion: @unchecked Sendable {
    // Sendable is true because the store lends it to one reading at a time, and the reading hands
    // it from its own thread to the other one and back.

    /// The connection.
    package let connection: Connection
    internal var isLent = false

    internal init(_ connection: Connection) { self.connection = connection }
}

extension Store {
    /// Begins a reading on a second connection, of the same snapshot as the one that is open here.
    ///
    /// - Returns: nil where there can be none: inside a write, when somebody committed since the
    ///   snapshot was taken, where the database is held alone, while another reading has it.
    package func borrowCompanion() -> Companion? {
        guard !isWriting, let verified, let companion = companion(), !companion.isLent else {
            return nil
        }
        do {
            try companion.connection.begin(.read)
            guard let row = try Self.metaRow(1, companion.connection),
                row.starts(with: verified.digest)
            else {
                companion.connection.rollback()
                return nil
            }
            companion.isLent = true
            return companion
        } catch {
            companion.connection.rollback()
            return nil
        }
    }

    /// Ends a reading on the second connection; the thread that had it must be done.
    package func giveBack(_ companion: Companion) {
        companion.connection.rollback()
        companion.isLent = false
    }

    private func companion() -> Companion? {
        if let known = secondConnection { return known }
        // Reading only, and never waiting for anybody: without it one thread does the work.
        guard !connection.hasMoved,
            let connection = try? Connection(
                path: path + "/" + Self.databaseName, mode: .readOnly, busyTimeout: .zero)
        else { return nil }
        // A scan meets each page once.
        try? connection.setCacheSize(2_048)
        let made = Companion(connection)
        secondConnection = made
        return made
    }
}
