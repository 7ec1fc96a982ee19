package import CofferBytes
internal import CofferCrypto
package import CofferFormat
internal import CofferKeys
internal import CofferSQLite
package import CofferStore

/// Puts what a record stream carries into a vault that is being rebuilt.
///
/// Records keep their ids, rows, sequence numbers, versions and times; every one is sealed anew.
/// A second thread prepares and seals; this one inserts. What comes in is taken as it is: a check
/// of the whole vault has to follow, which reads every record and follows every reference.
package final class RecordLoader {
    private let records: Records
    private let transaction: Transaction
    private let randomness: Randomness
    private var keyNumbers: [Identifier: UInt32] = [:]
    private var keys: FieldKeys?
    private var plans: [UInt32: CollectionPlan] = [:]
    private var current: LoadingLine?
    private var historian: Historian?

    private final class Historian {
        let plan: CollectionPlan
        let preparer: RecordPreparer
        var sealer: RecordSealer
        let insert: Statement

        init(_ plan: CollectionPlan, _ transaction: Transaction) throws {
            self.plan = plan
            preparer = try RecordPreparer(transaction.frame)
            let sealer = try RecordSealer(vault: transaction.vault, collection: plan.number)
            self.sealer = sealer
            insert = try transaction.connection.prepare(
                plan.insertHistory, isPersistent: true)
        }
    }

    /// Starts loading into a transaction.
    ///
    /// - Parameter subjects: The keys of persons that are at hand.
    /// - Throws: `KeysError`.
    package init(
        _ store: Store, _ transaction: Transaction, subjects: [Store.KeyRows.Row]
    ) throws {
        records = Records(store)
        self.transaction = transaction
        randomness = transaction.randomness
        for row in subjects {
            let key = try Keyring.open(
                number: row.number, who: row.who, seal: row.seal,
                root: transaction.frame.keyring.root, vault: transaction.vault)
            keyNumbers[key.facts.id] = row.number
        }
    }

    /// Takes in every version of every definition, and makes the tables.
    ///
    /// - Throws: `StoreError.damaged` where one does not follow from the one before.
    package func define(_ definitions: [Definition]) throws {
        for definition in definitions { try transaction.put(definition) }
        for definition in transaction.frame.catalog.definitions {
            let hasHistory = transaction.state.hasHistory(in: definition.collection)
            for entry in TableLayout.entries(of: definition, hasHistory: hasHistory) {
                if let sql = entry.sql { try transaction.connection.execute(sql) }
            }
            for table in [RowTable.records, .history] {
                let body = VaultState.Body(table, collection: definition.collection)
                transaction.state.bodies[body] = VaultState.Tally()
            }
            plans[definition.collection] = try records.plan(definition)
        }
        keys = try FieldKeys(transaction.frame, transaction.connection)
    }

    /// Takes in a record that is not there yet.
    ///
    /// - Throws: `RecordsError`, `StoreError.damaged`, `SQLiteError`, `FieldCodingError`.
    package func load(
        _ record: StreamRecord, key: Identifier?, collection: UInt32
    ) throws {
        if let current, current.plan.number == collection {
            return try current.add(record, keys: try numbers(key, current.plan))
        }
        try finish()
        let plan = try plan(collection)
        guard let keys else { throw StoreError.damaged("the catalog of the bundle") }
        let line = try LoadingLine(plan, transaction, keys)
        current = line
        try line.add(record, keys: try numbers(key, plan))
    }

    /// Takes in an older version under its own number.
    ///
    /// - Throws: As ``load(_:key:collection:)``.
    package func loadHistory(
        _ record: StreamRecord, key: Identifier?, collection: UInt32
    ) throws {
        try finish()
        guard let version = record.version, let keys else {
            throw StoreError.damaged("an older version")
        }
        let plan = try plan(collection)
        let historian =
            try self.historian.flatMap { $0.plan === plan ? $0 : nil }
            ?? Historian(plan, transaction)
        self.historian = historian
        let entry = try LoadingLine.entry(
            record, try historian.preparer.prepare(record, in: plan),
            try numbers(key, plan), keys)
        var nonces = try NonceBatch(count: 1, randomness: randomness)
        try historian.sealer.seal(
            entry.draft, vaultKey: entry.vaultKey, subjectKey: entry.subjectKey, nonces: &nonces)
        let seal = historian.sealer.seal
        let note = try transaction.sealNote(
            HistoryNote(
                change: version.change, time: version.time, reason: version.reason,
                digest: SHA256.hash(seal)),
            number: version.number, collection: collection)
        historian.insert.reset()
        try historian.sealer.bind(entry.draft, to: historian.insert)
        let place = RecordReader.historyPlace(plan)
        try historian.insert.bind(Int64(bitPattern: version.number), at: place + 1)
        try historian.insert.bind(blob: note, at: place + 2)
        _ = try historian.insert.step()
        transaction.enter(
            .history, collection: collection, key: version.number.bigEndianBytes,
            seal: note + seal)
    }

    /// Inserts what is still under way.
    ///
    /// - Throws: As ``load(_:key:collection:)``.
    package func finish() throws {
        guard let line = current else { return }
        current = nil
        try line.finish()
    }

    /// Ends a loading that failed.
    package func stop() {
        current?.stop()
        current = nil
    }

    private func plan(_ collection: UInt32) throws -> CollectionPlan {
        guard let plan = plans[collection] else {
            throw StoreError.damaged("a collection that the bundle does not define")
        }
        return plan
    }

    private func numbers(_ key: Identifier?, _ plan: CollectionPlan) throws -> [UInt32] {
        guard let keys else { throw StoreError.damaged("the catalog of the bundle") }
        guard plan.scopeCount > 1 else {
            guard key == nil else { throw StoreError.damaged("the key of a person") }
            return [keys.active]
        }
        guard let key else { return [keys.active, 0] }
        guard let number = keyNumbers[key] else {
            throw StoreError.damaged("the key of a person")
        }
        return [keys.active, number]
    }
}
