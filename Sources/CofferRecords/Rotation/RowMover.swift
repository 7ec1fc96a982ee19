internal import CofferBytes
internal import CofferCrypto
package import CofferFormat
internal import CofferSQLite
internal import CofferStore

/// Seals rows anew under the active keys, as they are.
///
/// Nothing but their keys, their seal and their sealed cells changes, or their blind indexes. No
/// value is decoded but for these.
package final class RowMover {
    /// What became of the rows of a batch.
    package struct Outcome: Sendable {
        /// How many were sealed anew.
        package var moved: UInt64 = 0
        /// What did not open and was passed over.
        package var damaged: [RecordsError] = []
        /// The last row that was looked at; nil at the end of the table.
        package var last: Int64?

        /// Nothing was there.
        package init() {}
    }

    /// A batch ends with the row that reaches this many bytes of plaintext: memory stays bounded,
    /// and so does the time for which others wait.
    private static let byteLimit = 4 << 20

    internal let writer: RecordWriter
    internal let transaction: Transaction
    internal let plan: CollectionPlan
    internal let isHistory: Bool
    internal let kind: JobPlan.Kind
    private var opener: RecordOpener
    private let keys: FieldKeys

    /// Prepares to move rows of a collection, or its older versions.
    package init(
        _ writer: RecordWriter, _ plan: CollectionPlan, isHistory: Bool, _ kind: JobPlan.Kind
    ) throws {
        let vault = writer.transaction.vault
        let opener = try RecordOpener(vault: vault, collection: plan.number)
        self.opener = opener
        self.writer = writer
        self.plan = plan
        self.isHistory = isHistory
        self.kind = kind
        transaction = writer.transaction
        keys = try FieldKeys(transaction.frame, transaction.connection)
    }

    /// The highest number of a row; nil where there is none that could have to be moved.
    ///
    /// What is written from now on is under active keys, so nothing above it has to be moved.
    ///
    /// - Throws: `SQLiteError`.
    package func end() throws -> Int64? {
        guard kind != .index || plan.hasIndex else { return nil }
        let rows = try transaction.connection.cached(
            isHistory
                ? "SELECT max(hid) FROM h_\(plan.number)" : "SELECT max(rid) FROM c_\(plan.number)")
        guard try rows.step(), !rows.isNull(0) else { return nil }
        return rows.int64(0)
    }

    /// Moves the rows after `last` and up to `end` that are under a key that is not active, at most
    /// `limit` of them and no more after some megabytes.
    ///
    /// - Throws: `RecordsError.damaged` unless `skipsDamaged`; `SQLiteError`.
    package func move(
        after last: Int64, through end: Int64, limit: Int, skipsDamaged: Bool
    ) throws -> Outcome {
        isHistory
            ? try moveHistory(last, end, limit, skipsDamaged)
            : try moveRecords(last, end, limit, skipsDamaged)
    }

    /// Gives what the rows of a batch are sealed from, where they have to be moved.
    internal func read(
        _ last: Int64, _ end: Int64, _ limit: Int, _ skipsDamaged: Bool,
        each: (borrowing Statement, RecordSealer.Draft) throws -> Void
    ) throws -> Outcome {
        var outcome = Outcome()
        let number = isHistory ? "hid" : "rid"
        let select = (isHistory ? plan.selectHistory : plan.select)
        let rows = try transaction.connection.cached(
            select + " WHERE \(number) > ?1 AND \(number) <= ?3 ORDER BY \(number) LIMIT ?2")
        try rows.bind(last, at: 1)
        try rows.bind(Int64(limit), at: 2)
        try rows.bind(end, at: 3)
        defer { rows.reset() }
        var bytes = 0
        while bytes < Self.byteLimit, try rows.step() {
            let place = isHistory ? RecordReader.historyPlace(plan) : 0
            outcome.last = rows.int64(place)
            do {
                if let draft = try draft(rows) {
                    bytes += draft.record.plaintexts.count
                    try each(rows, draft)
                    outcome.moved += 1
                }
            } catch let error as RecordsError {
                guard skipsDamaged else { throw error }
                outcome.damaged.append(error)
            }
        }
        return outcome
    }

    /// What a row is sealed from; nil where it is under active keys.
    private func draft(_ row: borrowing Statement) throws -> RecordSealer.Draft? {
        do {
            let header = try opener.header(row, plan: plan) { try keys.key($0, $1) }
            let old = opener.keys
            var new = [keys.active]
            if old.count > 1 {
                guard old[1] != 0 else {
                    new.append(0)
                    return try draft(row, header, new)
                }
                guard let person = try keys.subject(ofKey: old[1]) else {
                    throw RecordOpener.Failure.damaged("the key of a person")
                }
                let number = try keys.number(of: person) { try transaction.makeSubjectKey($0) }
                guard try keys.key(number, .subject) != nil else {
                    throw RecordOpener.Failure.damaged("the key of a person")
                }
                new.append(number)
            }
            return try draft(row, header, new)
        } catch RecordOpener.Failure.damaged(let what) {
            // Also where the key of its person is damaged, the old one or the new one.
            throw writer.reader.damaged(plan, row.int64(0), Identifier(row.bytes(1)), what)
        }
    }

    private func draft(
        _ row: borrowing Statement, _ header: RecordHeader, _ new: [UInt32]
    ) throws -> RecordSealer.Draft? {
        let clear: [(number: UInt16, place: Int, value: ClearValue)]
        switch kind {
        case .data, .chunks:
            guard new != opener.keys else { return nil }
            clear = heldValues(row)
        case .index, .all:
            clear = plan.hasIndex ? try writer.reader.derivedValues(row, plan) : heldValues(row)
            let isMoved = kind == .index || new == opener.keys
            guard !isMoved || !Self.areEqual(heldValues(row), clear) else { return nil }
        }
        var plaintexts: [UInt8] = []
        var bounds: [Range<Int>] = []
        for index in 0..<opener.present.count {
            try opener.open(index, row, plan: plan)
            let start = plaintexts.count
            unsafe opener.withPlaintext { unsafe plaintexts.append(contentsOf: $0) }
            bounds.append(start..<plaintexts.count)
        }
        let record = PreparedRecord(
            plan: plan, members: [], id: nil, positions: opener.present, values: [],
            plaintexts: plaintexts, bounds: bounds, clear: clear)
        return RecordSealer.Draft(
            rid: opener.rid, id: opener.id, sequence: opener.sequence, header: header, keys: new,
            record: record)
    }

    private func heldValues(
        _ row: borrowing Statement
    ) -> [(number: UInt16, place: Int, value: ClearValue)] {
        plan.clearOrder.compactMap { number, place in
            ClearValue(row, place).map { (number, place, $0) }
        }
    }

    private static func areEqual(
        _ left: [(number: UInt16, place: Int, value: ClearValue)],
        _ right: [(number: UInt16, place: Int, value: ClearValue)]
    ) -> Bool {
        left.elementsEqual(right) { $0.place == $1.place && $0.value == $1.value }
    }

    /// A draft with the keys that it is sealed under.
    internal func entry(_ draft: RecordSealer.Draft) throws -> SealingEntry {
        guard let vaultKey = try keys.key(draft.keys[0], .vault) else {
            throw StoreError.damaged("the key of records")
        }
        let isSubject = draft.keys.count > 1 && draft.keys[1] != 0
        let subjectKey = isSubject ? try keys.key(draft.keys[1], .subject) : nil
        guard !isSubject || subjectKey != nil else {
            throw StoreError.damaged("the key of a person")
        }
        return SealingEntry(draft: draft, vaultKey: vaultKey, subjectKey: subjectKey)
    }
}
