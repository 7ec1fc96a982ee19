internal import CofferCrypto
package import CofferFormat
internal import CofferSQLite

extension Transaction {
    /// Appends an entry to the audit log, in the transaction that it tells of.
    ///
    /// Details never hold values of records.
    package func audit(_ act: String, _ details: [AuditEntry.Detail] = []) throws {
        let number = state.nextAudit
        let entry = AuditEntry(
            number: number, previous: state.auditHead, time: now, act: act, details: details)
        let seal = try Cobblestone.seal(
            entry.bytes, under: frame.auditKey,
            context: AuditSeal.context(vault, number), randomness: randomness)
        let statement = try connection.prepare("INSERT INTO audit(num, seal) VALUES(?1, ?2)")
        try statement.bind(Int64(bitPattern: number), at: 1)
        try statement.bind(blob: seal, at: 2)
        _ = try statement.step()
        enter(.audit, key: number.bigEndianBytes, seal: seal)
        state.nextAudit += 1
        state.auditHead = AuditSeal.head(after: state.auditHead, seal: seal)
    }
}
