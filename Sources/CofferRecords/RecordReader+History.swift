package import CofferBytes
package import CofferFormat
internal import CofferSQLite
internal import CofferStore

extension RecordReader {
    /// The ids that `text` can name, whether there is such a record or not: own key, or UUID.
    package func candidates(_ text: String, in plan: CollectionPlan) -> [Identifier] {
        var candidates: [Identifier] = []
        if plan.definition.keyField != 0 {
            if let id = names.id(of: .text(text), in: plan.number) { candidates.append(id) }
            if JSONNumber.isValid(text),
                let id = names.id(of: Value(numberLiteral: text), in: plan.number)
            {
                candidates.append(id)
            }
        }
        if let id = Identifier(text: text) { candidates.append(id) }
        return candidates
    }

    /// The older versions of a record that are kept, the newest first.
    ///
    /// - Throws: `RecordsError.damaged` for one that does not verify.
    /// - Complexity: O(log n) for each version.
    package func history(
        of id: Identifier, in plan: CollectionPlan
    ) throws -> [OldVersion] {
        guard try state().hasHistory(in: plan.number) else { return [] }
        let rows = try connection.cached(
            plan.selectHistory + " WHERE id = ?1 ORDER BY hid DESC")
        try rows.bind(blob: id.bytes, at: 1)
        var versions: [OldVersion] = []
        while try rows.step() {
            let version = try openHistory(rows, plan)
            guard version.record.id == id else {
                throw damaged(plan, version.record.rid, id, "an older version")
            }
            versions.append(version)
        }
        return versions
    }

    /// The revision of the newest older version of a record; nil when none is kept.
    ///
    /// Its header is opened, not its fields.
    ///
    /// - Throws: `RecordsError.damaged` for one that does not verify.
    internal func lastRevision(of id: Identifier, in plan: CollectionPlan) throws -> UInt64? {
        let rows = try connection.cached(
            plan.selectHistory + " WHERE id = ?1 ORDER BY hid DESC LIMIT 1")
        try rows.bind(blob: id.bytes, at: 1)
        guard try rows.step() else { return nil }
        _ = try openNote(rows, plan)
        let header = try openHeader(rows, plan)
        guard try opener(plan).it.id == id else {
            throw damaged(plan, rows.int64(0), id, "an older version")
        }
        return header.revision
    }

    /// Gives every older version of a collection in the order in which they were replaced.
    ///
    /// A scan that reaches the end compares count and sum with the sealed state.
    ///
    /// - Throws: `RecordsError.damaged` for a version that does not verify,
    ///   `RecordsError.incomplete` when some are missing, doubled or put back.
    package func scanHistory(
        _ plan: CollectionPlan, each: (OldVersion) throws -> Bool
    ) throws {
        var tally = VaultState.Tally()
        let rows = try connection.prepare(plan.selectHistory + " ORDER BY hid")
        var order = RowOrder()
        while try rows.step() {
            add(rows, plan, to: &tally)
            let version = try openHistory(rows, plan)
            guard order.ascends(to: Int64(bitPattern: version.number)) else {
                throw RecordsError.incomplete(collection: plan.name)
            }
            guard try each(version) else { return }
        }
        let body = VaultState.Body(.history, collection: plan.number)
        guard try state().bodies[body] ?? VaultState.Tally() == tally else {
            throw RecordsError.incomplete(collection: plan.name)
        }
    }

    /// Opens every older version of a collection, and goes on where one does not verify.
    package func verifyHistory(
        _ plan: CollectionPlan, tally: inout VaultState.Tally, problem: (RecordsError) -> Void
    ) throws {
        let rows = try connection.prepare(plan.selectHistory + " ORDER BY hid")
        let next = try state().counters[plan.number]?.nextHistory ?? 1
        while try rows.step() {
            add(rows, plan, to: &tally)
            do {
                let version = try openHistory(rows, plan)
                guard version.number < next else {
                    throw damaged(plan, version.record.rid, version.record.id, "its number")
                }
            } catch let error as RecordsError {
                problem(error)
            }
        }
    }

    /// Opens the current row, a full row of the history of `plan`.
    internal func openHistory(
        _ row: borrowing Statement, _ plan: CollectionPlan
    ) throws -> OldVersion {
        let (number, note) = try openNote(row, plan)
        return OldVersion(number: number, note: note, record: try open(row, plan))
    }

    /// Opens the note of the current row, a full row of the history of `plan`.
    internal func openNote(
        _ row: borrowing Statement, _ plan: CollectionPlan
    ) throws -> (number: UInt64, note: HistoryNote) {
        let place = Self.historyPlace(plan)
        let number = UInt64(bitPattern: row.int64(place))
        guard row.columnType(place + 1) == .blob, row.columnType(4) == .blob,
            let note = HistorySeal.open(
                row.bytes(place + 1), number: number, collection: plan.number,
                seal: row.bytes(4), frame: frame)
        else {
            throw damaged(plan, row.int64(0), Identifier(row.bytes(1)), "an older version")
        }
        return (number, note)
    }

    /// Where number and note stand after the columns of the record.
    internal static func historyPlace(_ plan: CollectionPlan) -> Int {
        CollectionPlan.fixedColumns + plan.definition.columns.count
    }

    /// Counts the current row, a full row of the history of `plan`.
    internal func add(
        _ row: borrowing Statement, _ plan: CollectionPlan, to tally: inout VaultState.Tally
    ) {
        let place = Self.historyPlace(plan)
        let code = frame.code(
            .history, collection: plan.number, key: row.int64(place).bigEndianBytes,
            seal: row.bytes(place + 1) + row.bytes(4))
        tally.rows += 1
        tally.sum.add(code.span)
    }
}
