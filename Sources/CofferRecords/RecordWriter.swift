package import CofferBytes
internal import CofferCrypto
package import CofferFormat
internal import CofferKeys
internal import CofferSQLite
internal import CofferSchema
package import CofferStore

/// Writes records in one transaction.
package final class RecordWriter {
    /// What to do with a record that is there already.
    package enum Existing: Sendable {
        /// Write the new version over it.
        case update
        /// Leave it.
        case skip
        /// Refuse.
        case fail
        /// Keep both; the new one gets a random id. Refused for a record with a key: a key is one
        /// record's alone.
        case copy
        /// Write over it only if it is at this revision.
        case revision(UInt64)
    }

    /// What became of a record.
    package enum Outcome: Sendable {
        /// It is new.
        case created
        /// It was written over.
        case updated
        /// It was equal, and nothing was written.
        case unchanged
        /// It was left as it was.
        case skipped
    }

    /// A record that was written, or did not need to be.
    package struct Written: Sendable {
        /// Its id.
        package let id: Identifier
        /// Its revision now.
        package let revision: UInt64
        /// What became of it.
        package let outcome: Outcome
    }

    /// The transaction.
    package let transaction: Transaction
    /// Reads inside the transaction.
    package private(set) var reader: RecordReader
    internal let records: Records
    internal private(set) var preparer: RecordPreparer
    /// Collections whose history this transaction has changed.
    internal var touchedHistories: Set<UInt32> = []
    /// Rows that have left the sums and are written over last.
    internal var waiting: [(Record, PreparedRecord)] = []
    private var sealers: [UInt32: Sealer] = [:]
    private var nextRows: [UInt32: Int64] = [:]

    internal init(records: Records, transaction: Transaction) throws {
        self.records = records
        self.transaction = transaction
        reader = try RecordReader(
            records: records, frame: transaction.frame, transaction: transaction)
        preparer = try records.tools(transaction.frame).makePreparer()
    }

    /// The collection with `name`.
    package func plan(named name: String) throws -> CollectionPlan {
        try reader.plan(named: name)
    }

    /// Takes note of a definition that was put in force in this transaction.
    internal func reload() throws {
        reader = try RecordReader(
            records: records, frame: transaction.frame, transaction: transaction)
        preparer = try RecordPreparer(transaction.frame)
    }

    /// One that prepares records for this transaction on another thread.
    package func makePreparer() throws -> RecordPreparer {
        try RecordPreparer(transaction.frame)
    }

    /// The problems that keep a record from being written, one line each.
    package func problems(_ record: Value, in plan: CollectionPlan) throws -> [String] {
        try preparer.problems(record, in: plan)
    }

    /// Writes a record.
    ///
    /// - Parameters:
    ///   - record: An object.
    ///   - id: The id of a record without a key; nil to draw one.
    ///   - existing: What to do when it is there already.
    ///   - isChecked: Whether the schema's rules hold it up; not when a reference is cleared.
    ///   - created: When a record that is new here was made; nil for now.
    /// - Throws: `RecordsError.invalid`, also for another key than that of `id`; `exists`,
    ///   `versionConflict`, `notUnique`; what the store throws.
    @discardableResult
    package func put(
        _ record: Value, in plan: CollectionPlan, id: Identifier? = nil, existing: Existing,
        isChecked: Bool = true, created: Int64? = nil
    ) throws -> Written {
        try put(
            try preparer.prepare(record, in: plan, isChecked: isChecked), id: id,
            existing: existing, created: created)
    }

    /// Writes a prepared record.
    ///
    /// - Parameters:
    ///   - id: The id of a record without a key; nil to draw one.
    ///   - existing: What to do when it is there already.
    ///   - created: When a record that is new here was made; nil for now.
    /// - Throws: As `put(_:in:id:existing:isChecked:)`.
    @discardableResult
    package func put(
        _ record: PreparedRecord, id: Identifier? = nil, existing: Existing, created: Int64? = nil
    ) throws -> Written {
        let plan = record.plan
        let derived = record.id
        if let id, let derived, id != derived { throw keyProblem(plan, Self.fixedKey) }
        var target = try id ?? derived ?? transaction.randomness.identifier()
        // Most records of an import are new, and the bare look-up costs a third of the whole one.
        if try sealer(plan).exists(target), let found = try reader.get(target, in: plan) {
            switch existing {
            case .skip:
                return Written(id: target, revision: found.header.revision, outcome: .skipped)
            case .fail: throw RecordsError.exists(collection: plan.name, id: target)
            case .copy where !Self.isEqual(found.members, record.members):
                guard derived == nil else {
                    throw keyProblem(plan, "a record with this key is there already")
                }
                target = try transaction.randomness.identifier()
            case .revision(let wanted) where wanted != found.header.revision:
                throw RecordsError.versionConflict(
                    collection: plan.name, id: target, current: found.header.revision)
            case .update, .copy, .revision:
                if Self.isEqual(found.members, record.members) {
                    return Written(
                        id: target, revision: found.header.revision, outcome: .unchanged)
                }
                return try replace(found, with: record)
            }
        } else if case .revision = existing {
            throw RecordsError.noRecord(collection: plan.name)
        }
        return try insert(
            target, record, created: created, revision: try firstRevision(of: target, plan))
    }

    /// The revision of a record that is made: two above the newest version that is kept of one
    /// that was removed, as when it is put back.
    ///
    /// Otherwise whoever has read the removed one could write over the new one as if it were it.
    internal func firstRevision(of id: Identifier, _ plan: CollectionPlan) throws -> UInt64 {
        guard transaction.state.hasHistory(in: plan.number),
            let last = try reader.lastRevision(of: id, in: plan)
        else { return 1 }
        return last + 2
    }

    /// A record's id is derived from its key, so a record is another one with another key.
    private static let fixedKey = "the key of a record cannot change"

    private func keyProblem(_ plan: CollectionPlan, _ problem: String) -> RecordsError {
        let pointer = JSONPointer.text([plan.keyName ?? ""])
        return .invalid(collection: plan.name, problems: ["\(pointer): \(problem)"])
    }

    private static func isEqual(_ left: [Value.Member], _ right: [Value.Member]) -> Bool {
        guard left.count == right.count else { return false }
        // Written out, because `==` on text takes composed and decomposed forms for the same.
        return sorted(left) == sorted(right)
    }

    private static func sorted(_ members: [Value.Member]) -> [UInt8] {
        let ordered = members.sorted { $0.name < $1.name }
        return JSON.write(.object(ordered))
    }

    /// Writes a record that is not there.
    internal func insert(
        _ id: Identifier, _ record: PreparedRecord, created: Int64? = nil, revision: UInt64 = 1
    ) throws -> Written {
        let plan = record.plan
        let rid = try nextRow(plan)
        try write(
            record, id: id, rid: rid, sequence: transaction.nextSequence(),
            header: newHeader(created: created, revision: revision), isNew: true)
        nextRows[plan.number] = rid + 1
        return Written(id: id, revision: revision, outcome: .created)
    }

    private func newHeader(created: Int64? = nil, revision: UInt64 = 1) -> RecordHeader {
        RecordHeader(
            created: created ?? transaction.now, modified: transaction.now,
            device: transaction.device, revision: revision, present: [])
    }

    /// Gives a record that is not there its row and number, for others to seal and insert.
    internal func place(
        _ record: PreparedRecord, id: Identifier, revision: UInt64
    ) throws -> SealingEntry {
        let rid = try nextRow(record.plan)
        let entry = try entry(
            record, id: id, rid: rid, sequence: transaction.nextSequence(),
            header: newHeader(revision: revision))
        nextRows[record.plan.number] = rid + 1
        return entry
    }

    /// Writes over a record.
    internal func replace(_ old: Record, with record: PreparedRecord) throws -> Written {
        let plan = record.plan
        if let key = old.key, key != .null,
            record.id != reader.names.id(of: key, in: plan.number)
        {
            throw keyProblem(plan, Self.fixedKey)
        }
        try leave(old, plan)
        return try write(record, over: old)
    }

    /// The row of a record leaves the sums, and goes into the history as it stands.
    internal func leave(_ old: Record, _ plan: CollectionPlan) throws {
        let seal = try rowSeal(old.rid, plan)
        try keep(old, seal: seal, in: plan, .replaced)
        transaction.leave(
            .records, collection: plan.number, key: old.rid.bigEndianBytes, seal: seal)
    }

    /// Writes a record into a row that has left the sums.
    internal func write(_ record: PreparedRecord, over old: Record) throws -> Written {
        let header = RecordHeader(
            created: old.header.created, modified: transaction.now, device: transaction.device,
            revision: old.header.revision + 1, present: [])
        try write(
            record, id: old.id, rid: old.rid, sequence: transaction.nextSequence(),
            header: header, isNew: false)
        return Written(id: old.id, revision: header.revision, outcome: .updated)
    }

    /// Prepares what was checked before.
    internal func prepare(
        _ members: [Value.Member], _ plan: CollectionPlan
    ) throws -> PreparedRecord {
        try preparer.prepare(.object(members), in: plan, isChecked: false)
    }

    /// Seals a record anew as it is, at its sequence, revision and times.
    internal func reseal(_ old: Record, _ plan: CollectionPlan) throws {
        let seal = try rowSeal(old.rid, plan)
        transaction.leave(
            .records, collection: plan.number, key: old.rid.bigEndianBytes, seal: seal)
        try write(
            try prepare(old.members, plan), id: old.id,
            rid: old.rid, sequence: old.sequence,
            header: old.header, isNew: false)
    }

    private func write(
        _ record: PreparedRecord, id: Identifier, rid: Int64, sequence: UInt64,
        header: RecordHeader, isNew: Bool
    ) throws {
        let plan = record.plan
        let entry = try entry(record, id: id, rid: rid, sequence: sequence, header: header)
        try refuseTwin(of: record, row: rid)
        let sealer = try self.sealer(plan)
        // Drawn here, when the record's plaintexts are final, and used up at once.
        var nonces = try NonceBatch(count: 1, randomness: transaction.randomness)
        try sealer.it.seal(
            entry.draft, vaultKey: entry.vaultKey, subjectKey: entry.subjectKey, nonces: &nonces)
        do {
            if isNew {
                try sealer.insert(entry.draft)
            } else {
                let statement = try transaction.connection.cached(plan.update)
                try sealer.it.bind(entry.draft, to: statement)
                _ = try statement.step()
            }
        } catch {
            throw constraint(error, plan, id)
        }
        transaction.enter(
            .records, collection: plan.number, key: rid.bigEndianBytes, seal: sealer.it.seal)
    }

    /// What a record is sealed from, with its keys; a person's key is made at its first use.
    internal func entry(
        _ record: PreparedRecord, id: Identifier, rid: Int64, sequence: UInt64,
        header: RecordHeader
    ) throws -> SealingEntry {
        let plan = record.plan
        var header = header
        header.present = record.positions.map { plan.definition.fields[$0].number }
        let keys = try keyNumbers(record, plan, id: id)
        guard let vaultKey = try reader.keys.key(keys[0], .vault) else {
            throw StoreError.damaged("the key of records")
        }
        let isSubject = keys.count > 1 && keys[1] != 0
        let subjectKey = isSubject ? try reader.keys.key(keys[1], .subject) : nil
        guard !isSubject || subjectKey != nil else {
            throw StoreError.damaged("the key of a person")
        }
        let draft = RecordSealer.Draft(
            rid: rid, id: id, sequence: sequence, header: header, keys: keys, record: record)
        return SealingEntry(draft: draft, vaultKey: vaultKey, subjectKey: subjectKey)
    }

    private func keyNumbers(
        _ record: PreparedRecord, _ plan: CollectionPlan, id: Identifier
    ) throws -> [UInt32] {
        func value(of number: UInt16) -> Value? {
            record.positions.firstIndex { plan.definition.fields[$0].number == number }
                .map { record.values[$0] }
        }
        let vault = reader.keys.active
        let person: Value?
        switch plan.definition.subject {
        case .none: return [vault]
        case .own:
            let key = plan.definition.keyField
            person = key == 0 ? .text(id.description) : value(of: key)
        case .field(let number):
            person = value(of: number)
        }
        guard let person, let subject = reader.names.subject(person) else { return [vault, 0] }
        return [
            vault,
            try reader.keys.number(of: subject) { try transaction.makeSubjectKey($0) },
        ]
    }

    internal func rowSeal(_ rid: Int64, _ plan: CollectionPlan) throws -> [UInt8] {
        let row = try transaction.connection.cached(
            "SELECT seal FROM c_\(plan.number) WHERE rid = ?1")
        try row.bind(rid, at: 1)
        guard try row.step() else { throw RecordsError.noRecord(collection: plan.name) }
        return row.bytes(0)
    }

    private func nextRow(_ plan: CollectionPlan) throws -> Int64 {
        if let known = nextRows[plan.number] {
            guard known < .max else { throw StoreError.exhausted("records") }
            return known
        }
        let row = try transaction.connection.cached("SELECT max(rid) FROM c_\(plan.number)")
        guard try row.step() else { return 1 }
        guard row.int64(0) < .max - 1 else { throw StoreError.exhausted("records") }
        return row.int64(0) + 1
    }

    internal func sealer(_ plan: CollectionPlan) throws -> Sealer {
        if let known = sealers[plan.number], known.plan === plan { return known }
        // A definition of this transaction is in no frame that others will see, if it fails.
        let tools = try records.tools(transaction.frame)
        let made = try tools.sealer(plan) {
            Sealer(
                plan,
                try RecordSealer(vault: transaction.vault, collection: plan.number),
                insert: try transaction.connection.prepare(plan.insert, isPersistent: true),
                look: try transaction.connection.prepare(
                    "SELECT rid FROM c_\(plan.number) WHERE id = ?1", isPersistent: true))
        }
        sealers[plan.number] = made
        return made
    }
}
