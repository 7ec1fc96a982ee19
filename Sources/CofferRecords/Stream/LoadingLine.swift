internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferSQLite
internal import CofferStore

/// Loads the records of one collection: one thread prepares and seals, the other inserts.
internal final class LoadingLine {
    let plan: CollectionPlan
    private let transaction: Transaction
    private let keys: FieldKeys
    private let sealer: RecordWriter.Sealer
    private let line: SealingLine<StreamRecord>
    private var filling = SealingLine<StreamRecord>.Chunk()
    private var numbers: [[UInt32]] = []
    private var preparing: [(SealingLine<StreamRecord>.Chunk, [[UInt32]])] = []
    private var sealing: [SealingLine<StreamRecord>.Chunk] = []
    private var idle: [SealingLine<StreamRecord>.Chunk] = []
    private var isRunning = false
    private var filled = 0

    /// How many records go from hand to hand together.
    private static let size = 256
    /// Fewer go together where they are large: no more than the one that makes it this many bytes.
    private static let byteSize = 1 << 20

    init(_ plan: CollectionPlan, _ transaction: Transaction, _ keys: FieldKeys) throws {
        self.plan = plan
        self.transaction = transaction
        self.keys = keys
        sealer = RecordWriter.Sealer(
            plan, try RecordSealer(vault: transaction.vault, collection: plan.number),
            insert: try transaction.connection.prepare(plan.insert, isPersistent: true),
            look: try transaction.connection.prepare(
                "SELECT rid FROM c_\(plan.number) WHERE id = ?1", isPersistent: true))
        let preparer = try RecordPreparer(transaction.frame)
        line = try SealingLine(plan, transaction) {
            try preparer.prepare($0, in: plan)
        }
    }

    deinit { stop() }

    /// Takes a record; inserts others.
    func add(_ record: StreamRecord, keys: [UInt32]) throws {
        filling.items.append(record)
        numbers.append(keys)
        filled += record.fields.reduce(0) { $0 + $1.body.count }
        guard filling.items.count >= Self.size || filled >= Self.byteSize else { return }
        if !isRunning {
            isRunning = true
            line.start()
        }
        submit()
        while preparing.count > 1 { try sealFirst() }
        while sealing.count > 1 { try insertFirst() }
    }

    /// Inserts what is under way, and ends the second thread.
    func finish() throws {
        defer { stop() }
        if !filling.items.isEmpty { submit() }
        while !preparing.isEmpty { try sealFirst() }
        while !sealing.isEmpty { try insertFirst() }
    }

    /// Ends the second thread.
    func stop() { line.stop() }

    private func submit() {
        preparing.append((filling, numbers))
        line.prepare(filling)
        filling = idle.popLast() ?? SealingLine<StreamRecord>.Chunk()
        filling.items.removeAll(keepingCapacity: true)
        numbers.removeAll(keepingCapacity: true)
        filled = 0
    }

    private func sealFirst() throws {
        let (chunk, numbers) = preparing.removeFirst()
        line.await(chunk)
        for place in chunk.items.indices {
            chunk.sealed.entries.append(
                try Self.entry(
                    chunk.items[place], try chunk.prepared[place].get(), numbers[place], keys))
        }
        line.seal(chunk)
        sealing.append(chunk)
    }

    private func insertFirst() throws {
        let chunk = sealing.removeFirst()
        line.await(chunk)
        if let failure = chunk.failure { throw failure }
        for index in chunk.sealed.entries.indices { try sealer.insert(chunk.sealed, index) }
        transaction.enter(chunk.sealed.tally, .records, collection: plan.number)
        idle.append(chunk)
    }

    /// What is sealed of a record.
    ///
    /// - Throws: `StoreError.damaged` where a key is not at hand.
    static func entry(
        _ record: StreamRecord, _ prepared: PreparedRecord, _ numbers: [UInt32],
        _ keys: FieldKeys
    ) throws -> SealingEntry {
        var header = record.header
        header.present = prepared.positions.map { prepared.plan.fieldNumbers[$0] }
        guard let vaultKey = try keys.key(numbers[0], .vault) else {
            throw StoreError.damaged("the key of records")
        }
        let isSubject = numbers.count > 1 && numbers[1] != 0
        let subjectKey = isSubject ? try keys.key(numbers[1], .subject) : nil
        guard !isSubject || subjectKey != nil else {
            throw StoreError.damaged("the key of a person")
        }
        return SealingEntry(
            draft: RecordSealer.Draft(
                rid: record.rid, id: record.id, sequence: record.sequence, header: header,
                keys: numbers, record: prepared),
            vaultKey: vaultKey, subjectKey: subjectKey)
    }
}
