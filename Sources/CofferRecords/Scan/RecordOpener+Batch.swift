internal import CofferBytes
internal import CofferFormat
internal import CofferSQLite
internal import CofferStore

extension RecordOpener {
    /// Opens the rows that a statement has, into a batch: at most `limit`, all within `range`.
    ///
    /// - Parameter counter: Is given each row, to prove that none is missing.
    /// - Returns: Whether there may be more; what goes wrong stands in the batch.
    mutating func fill(
        _ batch: RowBatch, _ rows: borrowing Statement, limit: Int, range: ClosedRange<Int64>,
        plan: CollectionPlan, keys: FieldKeys, counter: RowCounter?
    ) -> Bool {
        var last: Int64?
        let wanted = batch.wanted
        do {
            while batch.count < limit {
                guard try rows.step() else { return false }
                try begin(rows, plan: plan) { number, scope in try keys.key(number, scope) }
                // Pages that somebody changed can show a row twice, or one from elsewhere.
                guard range.contains(rid), last.map({ $0 < rid }) ?? true else {
                    throw RecordsError.incomplete(collection: plan.name)
                }
                last = rid
                if let counter { unsafe withSeal { unsafe counter.add(key: rid, seal: $0) } }
                batch.append(row)
                try open(wanted, rows, plan, into: batch)
            }
            return true
        } catch Failure.damaged(let what) {
            batch.failure = RecordsError.damaged(
                collection: plan.name, rid: rows.int64(0), id: Identifier(rows.bytes(1)),
                what: what)
        } catch { batch.failure = error }
        return false
    }

    private mutating func open(
        _ wanted: [Int], _ rows: borrowing Statement, _ plan: CollectionPlan,
        into batch: RowBatch
    ) throws {
        for slot in 0..<wanted.count {
            guard let index = index(of: wanted[slot]) else {
                batch.append(.absent)
                continue
            }
            if batch.isFull {
                batch.append(.closed)
                continue
            }
            do {
                try lend(index, rows, plan: plan) { content, bytes in
                    batch.append(content, bytes)
                }
            } catch Failure.damaged {
                // Said when it is asked for, which may never be.
                batch.append(.closed)
            }
        }
    }
}
