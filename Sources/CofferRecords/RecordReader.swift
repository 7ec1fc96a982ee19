package import CofferBytes
internal import CofferCrypto
package import CofferFormat
internal import CofferKeys
internal import CofferSQLite
package import CofferStore

/// Reads records on one snapshot; every value was verified before it leaves.
package final class RecordReader {
    /// Keys and catalog of the snapshot.
    package let frame: Frame
    /// Ids and blind indexes.
    package let names: Names
    /// The records, which keep the reader from one transaction to the next.
    internal unowned let records: Records
    internal let store: Store
    internal let connection: Connection
    internal let keys: FieldKeys
    /// The transaction whose own writes are read; nil on a snapshot that nobody writes to.
    private let transaction: Transaction?
    private let tools: RecordTools
    private var plansByName: [String: CollectionPlan] = [:]

    /// An opener; a class, because dictionaries hold no noncopyable values.
    internal final class Opener {
        var it: RecordOpener
        init(_ opener: consuming RecordOpener) { it = opener }
    }

    internal init(
        records: Records, frame: Frame, transaction: Transaction? = nil
    ) throws {
        self.records = records
        self.frame = frame
        self.transaction = transaction
        store = records.store
        connection = store.connection
        tools = try records.tools(frame)
        names = tools.names
        keys = try FieldKeys(frame, connection)
    }

    /// A reader of the same snapshot on a second connection, for a second thread.
    internal init(beside other: RecordReader, _ companion: Companion) throws {
        records = other.records
        frame = other.frame
        transaction = nil
        store = other.store
        connection = companion.connection
        tools = try RecordTools(frame)
        names = tools.names
        keys = try FieldKeys(frame, connection)
    }

    /// The collection with `name`.
    ///
    /// - Throws: `RecordsError.noCollection`.
    package func plan(named name: String) throws -> CollectionPlan {
        if let known = plansByName[name] { return known }
        let plan = try records.plan(named: name, in: frame)
        plansByName[name] = plan
        return plan
    }

    /// The public keys of the vault that were retired as compromised on this machine.
    package var compromisedSigners: Set<[UInt8]> { store.compromisedSigners() }

    /// All collections in order of their numbers.
    package func plans() throws -> [CollectionPlan] {
        try allPlans().filter { !$0.definition.isSystem }
    }

    /// The collections of which older versions are kept: those of a person, and the files.
    ///
    /// - Throws: As ``plans()``.
    package func versionedPlans() throws -> [CollectionPlan] {
        try allPlans().filter { $0.definition.keepsVersions }
    }

    /// How many records a person keeps, over all collections.
    ///
    /// - Throws: As ``plans()``.
    package func count() throws -> UInt64 {
        try plans().reduce(0) { try $0 &+ count($1) }
    }

    /// The plans of all collections, those that Coffer keeps for itself too, by number.
    ///
    /// - Throws: `StoreError.damaged` for a schema that cannot be read.
    package func allPlans() throws -> [CollectionPlan] {
        try frame.catalog.definitions.map { try records.plan($0) }
    }

    /// The record with `id`; nil when there is none.
    ///
    /// - Throws: `RecordsError.damaged` when it does not verify.
    package func get(_ id: Identifier, in plan: CollectionPlan) throws -> Record? {
        let row = try connection.cached(plan.selectByID)
        try row.bind(blob: id.bytes, at: 1)
        guard try row.step() else { return nil }
        let record = try open(row, plan)
        guard record.id == id else { throw damaged(plan, record.rid, id, "its id") }
        return record
    }

    /// The record with `id`, in a transaction or without one, as long as the vault is in the state
    /// that this reader knows; nil when it is not, or has no such record.
    ///
    /// - Parameters:
    ///   - plaintexts: Takes what was opened, when `isKept`.
    ///   - isKept: Whether it does.
    /// - Throws: `RecordsError.damaged` when it does not verify.
    internal func getAtOnce(
        _ id: Identifier, in plan: CollectionPlan, _ plaintexts: inout OpenedPlaintexts,
        _ isKept: Bool
    ) throws -> Record? {
        let row = try connection.cached(plan.selectAtOnce)
        try unsafe id.withBytes { try unsafe row.bind(blob: $0, at: 1) }
        guard try row.step(), let digest = store.digest else { return nil }
        guard unsafe row.unsafelyBorrowBytes(plan.stateColumn).starts(with: digest) else {
            return nil
        }
        let record = try open(row, plan) { opener, position in
            guard isKept else { return }
            let start = plaintexts.bytes.count
            unsafe opener.withPlaintext { unsafe plaintexts.bytes.append(contentsOf: $0) }
            plaintexts.fields.append((position, start..<plaintexts.bytes.count))
        }
        guard record.id == id else { throw damaged(plan, record.rid, id, "its id") }
        return record
    }

    /// The record that `text` names in a collection: by its own key, or a UUID.
    ///
    /// - Throws: `RecordsError.noRecord` when neither leads to a record; `RecordsError.damaged`.
    package func get(named text: String, in plan: CollectionPlan) throws -> Record {
        for id in candidates(text, in: plan) {
            if let record = try get(id, in: plan) { return record }
        }
        throw RecordsError.noRecord(collection: plan.name)
    }

    /// The id that `text` names in a collection: a record's own key, or a UUID.
    ///
    /// - Throws: `RecordsError.noRecord` when neither leads to a record.
    package func identify(_ text: String, in plan: CollectionPlan) throws -> Identifier {
        for id in candidates(text, in: plan) where try exists(id, in: plan) { return id }
        throw RecordsError.noRecord(collection: plan.name)
    }

    /// Whether there is a row with `id`; nothing of it is verified.
    internal func exists(_ id: Identifier, in plan: CollectionPlan) throws -> Bool {
        let row = try connection.cached("SELECT rid FROM c_\(plan.number) WHERE id = ?1")
        try row.bind(blob: id.bytes, at: 1)
        return try row.step()
    }

    /// What the rows must add up to: the sealed state, as a transaction under way has it.
    package func state() throws -> VaultState {
        if let transaction { return transaction.state }
        return try store.state()
    }

    /// The instance and the number of the last change as the sealed state has them.
    internal func position() throws -> (instance: Identifier, sequence: UInt64) {
        if let transaction { return (transaction.state.instance, transaction.state.sequence) }
        return try store.position()
    }

    /// The number of records as the sealed state has it.
    package func count(_ plan: CollectionPlan) throws -> UInt64 { try tally(plan).rows }

    /// Count and sum of the records as the sealed state has them.
    internal func tally(_ plan: CollectionPlan) throws -> VaultState.Tally {
        let body = VaultState.Body(.records, collection: plan.number)
        return try state().bodies[body] ?? VaultState.Tally()
    }

    /// Gives every record of a collection in the order of its rows, until `each` says false.
    ///
    /// A scan that reaches the end compares count and sum with the sealed state. A page that the
    /// database visits twice would show true records twice before that; rows that do not ascend
    /// end the scan at once.
    ///
    /// - Throws: `RecordsError.damaged` for a record that does not verify,
    ///   `RecordsError.incomplete` when records are missing, doubled or put back.
    package func scan(_ plan: CollectionPlan, each: (Record) throws -> Bool) throws {
        let fields = Array(plan.definition.fields.indices)
        let rows = RowScan(
            plan, self, try makeOpener(plan), wanting: fields, isProving: true, isLearning: false)
        defer { rows.stop() }
        let assembly = RecordAssembly(plan)
        while try rows.next() {
            guard try each(try assembly.record(rows)) else { return }
        }
    }

    /// The records in which an indexed or plain field, or a reference, has `value`.
    ///
    /// Every hit is verified against the opened field, so a cell that was swapped shows nothing.
    ///
    /// - Complexity: O(log n) for each hit.
    /// - Throws: `RecordsError.damaged`; nil when the field has no column to look in.
    package func find(
        _ name: String, equals value: Value, in plan: CollectionPlan
    ) throws -> [Record]? {
        guard let position = plan.position(of: name) else { return nil }
        let field = plan.definition.fields[position]
        guard field.column != 0 else { return nil }
        let candidates = try clearValues(value, of: field, in: plan)
        guard let wanted = candidates.first else { return nil }
        let letter: Definition.Column.Letter = field.isIndexed ? .index : .clear
        let column = Definition.Column(letter, field.column).name
        let marks = candidates.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
        let rows = try connection.cached(
            plan.select + " WHERE \(column) IN (\(marks)) ORDER BY rid")
        for (index, candidate) in candidates.enumerated() {
            try candidate.bind(to: rows, at: index + 1)
        }
        var found: [Record] = []
        var order = RowOrder()
        while try rows.step() {
            let record = try open(rows, plan)
            guard order.ascends(to: record.rid), let held = record.value[name],
                try clearValue(held, of: field, in: plan) == wanted
            else { throw damaged(plan, record.rid, record.id, "the index of a field") }
            found.append(record)
        }
        return found
    }

    /// What a field's clear column holds for a value; nil for NULL.
    ///
    /// - Throws: `RecordsError.invalid` for a reference that is no id.
    internal func clearValue(
        _ value: Value?, of field: Definition.Field, in plan: CollectionPlan
    ) throws -> ClearValue? {
        try names.clearValue(value, of: field, in: plan, frame.catalog)
    }

    /// What a field's clear column may hold for a value; empty for NULL.
    ///
    /// - Throws: As `clearValue(_:of:in:)`.
    internal func clearValues(
        _ value: Value?, of field: Definition.Field, in plan: CollectionPlan
    ) throws -> [ClearValue] {
        try names.clearValues(value, of: field, in: plan, frame.catalog)
    }

    /// Opens the current row, a full row of `plan`.
    internal func open(
        _ row: borrowing Statement, _ plan: CollectionPlan,
        opened: (borrowing RecordOpener, Int) -> Void = { _, _ in }
    ) throws -> Record {
        let header = try openHeader(row, plan)
        do {
            return try assemble(try opener(plan), row, plan, header, opened)
        } catch RecordOpener.Failure.damaged(let what) {
            throw damaged(plan, row.int64(0), Identifier(row.bytes(1)), what)
        }
    }

    /// Opens the header of the current row, a full row of `plan`.
    internal func openHeader(
        _ row: borrowing Statement, _ plan: CollectionPlan
    ) throws -> RecordHeader {
        do {
            return try opener(plan).it.header(row, plan: plan) { number, scope in
                try keys.key(number, scope)
            }
        } catch RecordOpener.Failure.damaged(let what) {
            throw damaged(plan, row.int64(0), Identifier(row.bytes(1)), what)
        }
    }

    private func assemble(
        _ opener: Opener, _ row: borrowing Statement, _ plan: CollectionPlan,
        _ header: RecordHeader, _ opened: (borrowing RecordOpener, Int) -> Void
    ) throws -> Record {
        var members: [Value.Member] = []
        members.reserveCapacity(opener.it.present.count)
        var overflow: [Value.Member] = []
        var key: Value?
        let keyField = plan.definition.keyField
        for (index, position) in opener.it.present.enumerated() {
            let value = try opener.it.field(index, row, plan: plan)
            opened(opener.it, position)
            if position == plan.overflowPosition {
                guard case .object(let rest) = value, !rest.isEmpty else {
                    throw RecordOpener.Failure.damaged("its further fields")
                }
                overflow = rest
            } else {
                if plan.fieldNumbers[position] == keyField { key = value }
                members.append(Value.Member(plan.fieldNames[position], value))
            }
        }
        return Record(
            id: opener.it.id, rid: opener.it.rid, sequence: opener.it.sequence, header: header,
            members: overflow.isEmpty ? members : members + overflow, key: key)
    }

    internal func opener(_ plan: CollectionPlan) throws -> Opener {
        try tools.opener(plan.number)
    }

    /// An opener for a reading that others may happen beside.
    internal func makeOpener(_ plan: CollectionPlan) throws -> Opener {
        Opener(try RecordOpener(vault: frame.keyring.vault, collection: plan.number))
    }

    internal func damaged(
        _ plan: CollectionPlan, _ rid: Int64, _ id: Identifier?, _ what: String
    ) -> RecordsError {
        .damaged(collection: plan.name, rid: rid, id: id, what: what)
    }
}
