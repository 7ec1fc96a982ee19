internal import CofferBytes
internal import CofferFormat
internal import CofferSQLite
internal import CofferStore

extension RecordOpener {
    /// What a batch is filled from.
    final class Filling {
        let plan: CollectionPlan
        let keys: FieldKeys
        /// Is given each row, to prove that none is missing.
        let counter: RowCounter?
        /// The row numbers that may come.
        let range: ClosedRange<Int64>
        /// The most rows.
        let limit: Int
        /// The columns that the statement gives; nil for full rows.
        let shape: RowShape?
        /// Goes to the full row of a number, and lends it.
        let whole: (Int64, (borrowing Statement) throws -> Void) throws -> Void

        init(
            plan: CollectionPlan, keys: FieldKeys, counter: RowCounter?,
            range: ClosedRange<Int64>, limit: Int, shape: RowShape?,
            whole: @escaping (Int64, (borrowing Statement) throws -> Void) throws -> Void
        ) {
            self.plan = plan
            self.keys = keys
            self.counter = counter
            self.range = range
            self.limit = limit
            self.shape = shape
            self.whole = whole
        }
    }

    /// Opens the rows that a statement has, into a batch.
    ///
    /// - Returns: Whether there may be more; what goes wrong stands in the batch.
    mutating func fill(
        _ batch: inout OpenedRows, _ rows: borrowing Statement, _ filling: Filling
    ) -> Bool {
        var last: Int64?
        let wanted = batch.wanted
        do {
            while batch.count < filling.limit {
                guard try rows.step() else { return false }
                do {
                    try open(rows, filling, shape: filling.shape, after: last, wanted, into: &batch)
                } catch Failure.otherFields {
                    batch.others += 1
                    // Only the full row tells which fields there are.
                    try filling.whole(rows.int64(0)) { whole in
                        try open(whole, filling, shape: nil, after: last, wanted, into: &batch)
                    }
                }
                last = rid
            }
            return true
        } catch Failure.damaged(let what) {
            batch.failure = RecordsError.damaged(
                collection: filling.plan.name, rid: rows.int64(0), id: Identifier(rows.bytes(1)),
                what: what)
        } catch { batch.failure = error }
        return false
    }

    private mutating func open(
        _ row: borrowing Statement, _ filling: Filling, shape: RowShape?, after last: Int64?,
        _ wanted: [Int], into batch: inout OpenedRows
    ) throws {
        try begin(row, plan: filling.plan, shape: shape) { number, scope in
            try filling.keys.key(number, scope)
        }
        // Pages that somebody changed can show a row twice, or one from elsewhere.
        guard filling.range.contains(rid), last.map({ $0 < rid }) ?? true else {
            throw RecordsError.incomplete(collection: filling.plan.name)
        }
        if let counter = filling.counter {
            unsafe withSeal { unsafe counter.add(key: rid, seal: $0) }
        }
        batch.append(self.row)
        for slot in 0..<wanted.count {
            guard let index = index(of: wanted[slot]) else {
                batch.append(.absent)
                continue
            }
            if batch.isFull {
                batch.append(.closed)
                continue
            }
            // What is damaged is said when it is asked for, which may never be.
            do { try open(index, row, plan: filling.plan, into: &batch) } catch {
                batch.append(.closed)
            }
        }
    }
}
