internal import CofferSQLite
package import CofferStore

extension Store {
    /// Runs `body` in one transaction, and waits longer than others for whoever writes to the
    /// vault: what was copied before would be done in vain.
    ///
    /// - Throws: As `write(_:)`; `SQLiteError` where the vault stays busy for two minutes.
    package func writePatiently<Result>(
        _ body: (Transaction) throws -> Result
    ) throws -> Result {
        // Each attempt waits for five seconds.
        for _ in 1..<24 {
            do { return try write(body) } catch let error as SQLiteError
                where error.code.primary == .busy
            { continue }
        }
        return try write(body)
    }
}
