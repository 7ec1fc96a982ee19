internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferKeys
internal import CofferSQLite

extension Transaction {
    /// Seals the tombstones of some numbers anew under the active key where they are under another.
    ///
    /// - Parameters:
    ///   - last: The number before the first that is looked at.
    ///   - end: The last number that is looked at.
    ///   - limit: How many are looked at.
    ///   - skips: Whether one that opens under no key is passed over.
    /// - Returns: How many were moved, and the last that was looked at; nil at the end.
    /// - Throws: `StoreError.damaged` for one that opens under no key; `SQLiteError`.
    package func moveTombstones(
        after last: Int64, through end: UInt64, limit: Int, skips: Bool
    ) throws -> (moved: UInt64, last: Int64?) {
        guard frame.keyring.opening(.catalog).count > 1 else { return (0, nil) }
        let active = try frame.keyring.active(.catalog).number
        var found: [(number: Int64, seal: [UInt8])] = []
        var seen: Int64?
        do {
            let rows = try connection.cached(
                "SELECT seq, seal FROM tomb WHERE seq > ?1 AND seq <= ?3 ORDER BY seq LIMIT ?2")
            try rows.bind(last, at: 1)
            try rows.bind(Int64(limit), at: 2)
            try rows.bind(Int64(bitPattern: end), at: 3)
            while try rows.step() {
                seen = rows.int64(0)
                found.append((rows.int64(0), rows.bytes(1)))
            }
        }
        var moved: UInt64 = 0
        let update = try connection.cached("UPDATE tomb SET seal = ?2 WHERE seq = ?1")
        for (number, seal) in found {
            let key = number.bigEndianBytes
            let context = SealContext.make("coffer/v1/tomb", vault.bytes, key)
            guard let under = frame.number(ofKeyOpening: seal, .catalog, context: context),
                let plain = frame.open(seal, .catalog, context: context)
            else {
                guard skips else { throw StoreError.damaged("deletion \(number)") }
                continue
            }
            guard under != active else { continue }
            let anew = try Cobblestone.seal(
                plain, under: frame.catalogKey, context: context, randomness: randomness)
            leave(.tombstone, key: key, seal: seal)
            update.reset()
            try update.bind(number, at: 1)
            try update.bind(blob: anew, at: 2)
            _ = try update.step()
            enter(.tombstone, key: key, seal: anew)
            moved += 1
        }
        return (moved, seen)
    }
}
