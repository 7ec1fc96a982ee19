internal import CofferBytes
package import CofferFormat
internal import CofferSQLite
internal import CofferStore

extension RecordWriter {
    /// How many versions that are too old go with one write: the rest goes with the next ones.
    private static let expiryBatch = 256

    private static let millisecondsOfDay: Int64 = 86_400_000

    /// Moves the version of a row as it stands into the history, before it is written over or
    /// deleted.
    internal func keep(
        _ record: Record, seal: [UInt8], in plan: CollectionPlan, _ reason: HistoryNote.Reason
    ) throws {
        let limit = Int(transaction.state.historyPolicy.versions)
        guard limit > 0, plan.definition.keepsVersions else { return }
        var counters = transaction.state.counters[plan.number] ?? VaultState.Counters()
        let number = counters.nextHistory
        guard number < UInt64(Int64.max) else { throw StoreError.exhausted("older versions") }
        if number == 1 { try makeHistoryIndex(plan) }
        counters.nextHistory += 1
        transaction.state.counters[plan.number] = counters
        let note = try transaction.note(
            reason, number: number, collection: plan.number, seal: seal)
        let row = try transaction.connection.cached(plan.keep)
        try row.bind(Int64(number), at: 1)
        try row.bind(blob: note, at: 2)
        try row.bind(record.rid, at: 3)
        _ = try row.step()
        transaction.enter(
            .history, collection: plan.number, key: Int64(number).bigEndianBytes,
            seal: note + seal)
        touchedHistories.insert(plan.number)
        try forget(record.id, in: plan, keeping: limit)
    }

    /// Removes older versions of a record, all but the newest `count`.
    internal func forget(_ id: Identifier, in plan: CollectionPlan, keeping count: Int) throws {
        guard transaction.state.hasHistory(in: plan.number) else { return }
        let rows = try transaction.connection.cached(
            "SELECT hid, note, seal FROM h_\(plan.number) WHERE id = ?1 "
                + "ORDER BY hid DESC LIMIT -1 OFFSET ?2")
        try rows.bind(blob: id.bytes, at: 1)
        try rows.bind(Int64(count), at: 2)
        var old: [Kept] = []
        while try rows.step() { old.append(Kept(rows)) }
        for version in old { try remove(version, plan) }
    }

    /// Removes versions that are older than the policy keeps, from the collections whose history
    /// this transaction has changed.
    internal func expireHistory() throws {
        let days = Int64(transaction.state.historyPolicy.days)
        let cutoff = transaction.now - days * Self.millisecondsOfDay
        for number in touchedHistories.sorted() {
            guard let definition = reader.frame.catalog[number] else { continue }
            try expireHistory(try records.plan(definition), before: cutoff)
        }
    }

    /// Removes every older version of the records that are deleted.
    ///
    /// - Returns: How many records can no longer be put back.
    package func emptyTrash(_ plan: CollectionPlan) throws -> Int {
        var gone: Set<Identifier> = []
        for deleted in try reader.trash(plan) { gone.insert(deleted.record.id) }
        for id in gone { try forget(id, in: plan, keeping: 0) }
        if !gone.isEmpty { transaction.state.change = 0 }
        return gone.count
    }

    /// Says how long older versions are kept; what is over the new bounds goes at once.
    package func set(_ policy: VaultState.HistoryPolicy) throws {
        transaction.state.historyPolicy = policy
        let cutoff = transaction.now - Int64(policy.days) * Self.millisecondsOfDay
        for plan in try reader.versionedPlans() where transaction.state.hasHistory(in: plan.number)
        {
            try trim(plan, keeping: Int(policy.versions))
            while try expireHistory(plan, before: cutoff) {}
        }
    }

    private func trim(_ plan: CollectionPlan, keeping count: Int) throws {
        let rows = try transaction.connection.prepare(
            "SELECT id FROM h_\(plan.number) GROUP BY id HAVING count(*) > \(count)")
        var crowded: [Identifier] = []
        while try rows.step() {
            if let id = Identifier(rows.bytes(0)) { crowded.append(id) }
        }
        for id in crowded { try forget(id, in: plan, keeping: count) }
    }

    /// Whether there may be more to remove.
    @discardableResult
    private func expireHistory(_ plan: CollectionPlan, before cutoff: Int64) throws -> Bool {
        let rows = try transaction.connection.cached(
            "SELECT hid, note, seal FROM h_\(plan.number) ORDER BY hid LIMIT ?1")
        try rows.bind(Int64(Self.expiryBatch), at: 1)
        var old: [Kept] = []
        while try rows.step() {
            let version = Kept(rows)
            guard
                let note = HistorySeal.open(
                    version.note, number: version.number, collection: plan.number,
                    seal: version.seal, frame: reader.frame)
            else { throw reader.damaged(plan, 0, nil, "older version \(version.number)") }
            guard note.time < cutoff else { break }
            old.append(version)
        }
        for version in old { try remove(version, plan) }
        return old.count == Self.expiryBatch
    }

    /// What must be known of a version to take it out.
    private struct Kept {
        let number: UInt64
        let note: [UInt8]
        let seal: [UInt8]

        init(_ row: borrowing Statement) {
            number = UInt64(bitPattern: row.int64(0))
            note = row.bytes(1)
            seal = row.bytes(2)
        }
    }

    private func remove(_ version: Kept, _ plan: CollectionPlan) throws {
        let row = try transaction.connection.cached("DELETE FROM h_\(plan.number) WHERE hid = ?1")
        try row.bind(Int64(bitPattern: version.number), at: 1)
        _ = try row.step()
        transaction.leave(
            .history, collection: plan.number,
            key: Int64(bitPattern: version.number).bigEndianBytes,
            seal: version.note + version.seal)
    }

    private func makeHistoryIndex(_ plan: CollectionPlan) throws {
        let without = Set(TableLayout.entries(of: plan.definition, hasHistory: false))
        for entry in TableLayout.entries(of: plan.definition, hasHistory: true)
        where !without.contains(entry) {
            if let sql = entry.sql { try transaction.connection.execute(sql) }
        }
    }
}
