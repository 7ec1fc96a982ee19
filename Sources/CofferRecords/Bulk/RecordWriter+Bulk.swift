package import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferStore

extension RecordWriter {
    /// Writes many records of one collection; a second thread prepares and seals them.
    ///
    /// - Parameters:
    ///   - existing: What to do with a record that is there already.
    ///   - next: Gives what the next record is made of; nil at the end.
    ///   - prepare: Makes it ready, on the second thread, with a preparer of its own.
    ///   - id: The id of a record without a key; nil to draw one.
    ///   - each: Is given the place of each record and what became of it, in order.
    ///   - failure: Says of an error at which record it happened.
    /// - Throws: As `put(_:in:id:existing:isChecked:)`; then the transaction must be given up,
    ///   because records before the one in question may be missing.
    package func putAll<Item: Sendable>(
        in plan: CollectionPlan, existing: Existing,
        next: () throws -> Item?,
        prepare:
            @escaping @Sendable (Item, RecordPreparer, CollectionPlan) throws
            -> PreparedRecord,
        id: (Int) -> Identifier? = { _ in nil },
        each: (Int, Written) throws -> Void,
        failure: (Int, any Error) -> any Error = { $1 }
    ) throws {
        let preparer = try makePreparer()
        let line = try SealingLine<Item>(plan, transaction) { try prepare($0, preparer, plan) }
        let bulk = BulkWrite(writer: self, plan: plan, existing: existing, line: line)
        defer { line.stop() }
        do {
            while let chunk = try bulk.advance(next) {
                for place in chunk.items.indices {
                    let number = chunk.first + place
                    do {
                        let record = try chunk.prepared[place].get()
                        try each(number, bulk.put(record, id: id(number), chunk, place, failure))
                    } catch let error as BulkFailure {
                        throw error
                    } catch { throw BulkFailure(error: failure(number, error)) }
                }
                try bulk.seal(chunk, failure)
            }
            try bulk.finish(failure)
        } catch let error as BulkFailure { throw error.error }
    }
}

/// An error that says already where it happened.
private struct BulkFailure: Error {
    let error: any Error
}

/// The chunks of a bulk write: prepared, then given rows, then sealed, then inserted.
private final class BulkWrite<Item: Sendable> {
    private typealias Chunk = SealingLine<Item>.Chunk

    /// Fewer than this are not worth a second thread.
    private static var smallest: Int { 32 }
    private static var size: Int { 256 }

    private let writer: RecordWriter
    private let plan: CollectionPlan
    private let existing: RecordWriter.Existing
    private let line: SealingLine<Item>
    private var preparing: [SealingLine<Item>.Chunk] = []
    private var sealing: [SealingLine<Item>.Chunk] = []
    private var idle: [SealingLine<Item>.Chunk] = []
    private var underWay: Set<Identifier> = []
    /// The chunk whose records are given rows at the moment.
    private var current: SealingLine<Item>.Chunk?
    private var count = 0
    private var isAtEnd = false
    private var hasStarted = false

    init(
        writer: RecordWriter, plan: CollectionPlan, existing: RecordWriter.Existing,
        line: SealingLine<Item>
    ) {
        self.writer = writer
        self.plan = plan
        self.existing = existing
        self.line = line
    }

    /// The next prepared chunk; two are ahead.
    func advance(_ next: () throws -> Item?) throws -> SealingLine<Item>.Chunk? {
        while preparing.count < 2, !isAtEnd {
            let chunk = idle.popLast() ?? Chunk()
            chunk.items.removeAll(keepingCapacity: true)
            chunk.places.removeAll(keepingCapacity: true)
            chunk.first = count
            // A first look at how much there is.
            let limit = hasStarted || count > 0 ? Self.size : Self.smallest
            while chunk.items.count < limit {
                guard let item = try next() else {
                    isAtEnd = true
                    break
                }
                chunk.items.append(item)
            }
            guard !chunk.items.isEmpty else { break }
            count += chunk.items.count
            if !isAtEnd, !hasStarted {
                hasStarted = true
                line.start()
            }
            preparing.append(chunk)
            line.prepare(chunk)
        }
        guard !preparing.isEmpty else { return nil }
        let chunk = preparing.removeFirst()
        line.await(chunk)
        current = chunk
        return chunk
    }

    /// Writes a record: gives a new one its row, and does at once what else there is to do.
    func put(
        _ record: PreparedRecord, id: Identifier?, _ chunk: SealingLine<Item>.Chunk, _ place: Int,
        _ failure: (Int, any Error) -> any Error
    ) throws -> RecordWriter.Written {
        let target = try id ?? record.id ?? writer.transaction.randomness.identifier()
        if underWay.contains(target) {
            // The same record again: the one before must be there first.
            submit(chunk)
            try insertAll(failure)
            chunk.sealed.clear()
            chunk.places.removeAll(keepingCapacity: true)
        }
        guard id == nil || record.id == nil,
            try isNew(target, isDrawn: id == nil && record.id == nil)
        else {
            return try writer.put(record, id: record.id == nil ? target : id, existing: existing)
        }
        if case .revision = existing {
            return try writer.put(record, id: id, existing: existing)
        }
        let revision = try writer.firstRevision(of: target, plan)
        chunk.sealed.entries.append(try writer.place(record, id: target, revision: revision))
        chunk.places.append(place)
        underWay.insert(target)
        return RecordWriter.Written(id: target, revision: revision, outcome: .created)
    }

    /// Whether there is no record with an id; a look-up takes as long as half of an insert.
    private func isNew(_ id: Identifier, isDrawn: Bool) throws -> Bool {
        // Nobody else has an id that was just drawn; and the insert says what is there already.
        if isDrawn { return true }
        if case .fail = existing { return true }
        return try !writer.sealer(plan).exists(id)
    }

    /// Has the new records of a chunk sealed, and inserts those of the one before it.
    func seal(
        _ chunk: SealingLine<Item>.Chunk, _ failure: (Int, any Error) -> any Error
    ) throws {
        submit(chunk)
        current = nil
        if sealing.count > 1 { try insertFirst(failure) }
    }

    private func submit(_ chunk: SealingLine<Item>.Chunk) {
        line.seal(chunk)
        sealing.append(chunk)
    }

    /// Inserts what is left.
    func finish(_ failure: (Int, any Error) -> any Error) throws { try insertAll(failure) }

    private func insertAll(_ failure: (Int, any Error) -> any Error) throws {
        while !sealing.isEmpty { try insertFirst(failure) }
    }

    private func insertFirst(_ failure: (Int, any Error) -> any Error) throws {
        let chunk = sealing.removeFirst()
        line.await(chunk)
        if let error = chunk.failure { throw BulkFailure(error: error) }
        let sealer = try writer.sealer(plan)
        for index in chunk.places.indices {
            let draft = chunk.sealed.entries[index].draft
            let id = draft.id
            do {
                try writer.refuseTwin(of: draft.record, row: draft.rid)
                try sealer.insert(chunk.sealed, index)
            } catch {
                // Whoever goes on reading before the rollback finds sums that fit.
                let done = chunk.sealed.tally(of: index, writer.transaction.frame, plan)
                writer.transaction.enter(done, .records, collection: plan.number)
                throw BulkFailure(
                    error: failure(
                        chunk.first + chunk.places[index], writer.constraint(error, plan, id)))
            }
            underWay.remove(id)
        }
        writer.transaction.enter(chunk.sealed.tally, .records, collection: plan.number)
        if chunk !== current { idle.append(chunk) }
    }
}
