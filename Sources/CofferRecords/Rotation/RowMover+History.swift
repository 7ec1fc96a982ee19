internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferSQLite
internal import CofferStore

extension RowMover {
    /// An older version that is to be sealed anew.
    private struct Pending {
        let entry: SealingEntry
        let number: Int64
        let before: [UInt8]
        let note: HistoryNote
    }

    /// Moves older versions; the note of each is bound to its seal, and is sealed anew with it.
    internal func moveHistory(
        _ last: Int64, _ end: Int64, _ limit: Int, _ skipsDamaged: Bool
    ) throws -> Outcome {
        var pending: [Pending] = []
        let place = RecordReader.historyPlace(plan)
        let outcome = try read(last, end, limit, skipsDamaged) { row, draft in
            pending.append(
                Pending(
                    entry: try entry(draft), number: row.int64(place),
                    before: row.bytes(place + 1) + row.bytes(4),
                    note: try writer.reader.openNote(row, plan).note))
        }
        guard !pending.isEmpty else { return outcome }
        let statement = try transaction.connection.prepare(plan.move.history)
        var sealer = try RecordSealer(vault: transaction.vault, collection: plan.number)
        // Drawn here, when the plaintexts of the batch are final.
        var nonces = try NonceBatch(count: pending.count, randomness: transaction.randomness)
        for one in pending {
            let (number, entry, note) = (one.number, one.entry, one.note)
            try sealer.seal(
                entry.draft, vaultKey: entry.vaultKey, subjectKey: entry.subjectKey,
                nonces: &nonces)
            let sealed = try transaction.sealNote(
                HistoryNote(
                    change: note.change, time: note.time, reason: note.reason,
                    digest: SHA256.hash(sealer.seal)),
                number: UInt64(bitPattern: number), collection: plan.number)
            transaction.leave(
                .history, collection: plan.number, key: number.bigEndianBytes, seal: one.before)
            defer { statement.reset() }
            try sealer.bind(entry.draft, to: statement)
            try statement.bind(number, at: place + 1)
            try statement.bind(blob: sealed, at: place + 2)
            _ = try statement.step()
            transaction.enter(
                .history, collection: plan.number, key: number.bigEndianBytes,
                seal: sealed + sealer.seal)
        }
        return outcome
    }
}
