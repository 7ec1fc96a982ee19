internal import CofferCrypto
package import CofferFormat
internal import CofferSQLite

extension Transaction {
    /// Appends an entry to the audit log, in the transaction that it tells of.
    ///
    /// Details never hold values of records; long ones are cut off.
    package func audit(_ act: String, _ details: [AuditEntry.Detail] = []) throws {
        let number = state.nextAudit
        let entry = AuditEntry(
            number: number, previous: state.auditHead, time: now, act: act,
            details: details.map { AuditEntry.Detail($0.name, Self.clipped($0.value)) })
        let seal = try Cobblestone.seal(
            entry.bytes, under: frame.auditKey,
            context: AuditSeal.context(vault, number), randomness: randomness)
        let statement = try connection.cached("INSERT INTO audit(num, seal) VALUES(?1, ?2)")
        try statement.bind(Int64(bitPattern: number), at: 1)
        try statement.bind(blob: seal, at: 2)
        _ = try statement.step()
        enter(.audit, key: number.bigEndianBytes, seal: seal)
        state.nextAudit += 1
        state.auditHead = AuditSeal.head(after: state.auditHead, seal: seal)
    }

    /// The longest detail in bytes: a few of them stay far below the limit of an entry.
    private static let detailLimit = 4_096

    private static func clipped(_ text: String) -> String {
        guard text.utf8.count > detailLimit else { return text }
        var kept = ""
        var size = 0
        for scalar in text.unicodeScalars {
            size += UTF8.width(scalar)
            if size > detailLimit { break }
            kept.unicodeScalars.append(scalar)
        }
        return kept + "…"
    }
}
