internal import CofferFormat
internal import CofferSQLite
internal import CofferStore

extension RowMover {
    /// So many records are sealed by the second thread at a time.
    private static var chunkSize: Int { 256 }

    /// Moves records: they are sealed on a second thread, while this one reads the next ones and
    /// writes those before.
    internal func moveRecords(
        _ last: Int64, _ end: Int64, _ limit: Int, _ skipsDamaged: Bool
    ) throws -> Outcome {
        // What is moved is prepared already.
        let line = try SealingLine<PreparedRecord>(plan, transaction) { $0 }
        defer { line.stop() }
        let before = RowCounter(transaction.frame, .records, collection: plan.number)
        var chunks: [SealingLine<PreparedRecord>.Chunk] = []
        var chunk = SealingLine<PreparedRecord>.Chunk()
        let outcome = try read(last, end, limit, skipsDamaged) { row, draft in
            unsafe before.add(key: draft.rid, seal: row.unsafelyBorrowBytes(4))
            chunk.sealed.entries.append(try entry(draft))
            guard chunk.sealed.entries.count == Self.chunkSize else { return }
            if chunks.isEmpty { line.start() }
            line.seal(chunk)
            chunks.append(chunk)
            chunk = SealingLine<PreparedRecord>.Chunk()
        }
        if !chunk.sealed.entries.isEmpty {
            line.seal(chunk)
            chunks.append(chunk)
        }
        guard !chunks.isEmpty else { return outcome }
        transaction.leave(before.tally, .records, collection: plan.number)
        let statement = try transaction.connection.prepare(
            kind == .data || kind == .chunks ? plan.move.record : plan.move.indexed)
        for chunk in chunks {
            line.await(chunk)
            if let failure = chunk.failure { throw failure }
            for index in chunk.sealed.entries.indices {
                defer {
                    statement.reset()
                    statement.clearBindings()
                }
                try unsafe chunk.sealed.bindNoCopy(index, to: statement)
                _ = try statement.step()
            }
            transaction.enter(chunk.sealed.tally, .records, collection: plan.number)
        }
        return outcome
    }
}
