internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferSQLite
internal import CofferStore

extension RecordStream {
    /// Writes the records of a collection: all of them, proved complete, or those that changed.
    internal func writeRecords(_ plan: CollectionPlan) throws {
        if let parent {
            try writeChanged(plan, after: parent.sequence)
        } else {
            try writeAll(plan)
        }
        try flush()
        finishRecords(plan)
    }

    private func writeAll(_ plan: CollectionPlan) throws {
        let rows = RowScan(
            plan, reader, try reader.makeOpener(plan),
            wanting: Array(plan.fieldNumbers.indices),
            isProving: true, isLearning: false)
        defer { rows.stop() }
        while try rows.next() {
            let head = rows.head
            try begin(.records, plan.number)
            try unsafe write(head, plan) { try unsafe rows.borrow($0) }
            try endEntry(hasPart: true, key: head.subject)
        }
    }

    /// Writes the head of a record and its fields, those of its person apart.
    private func write(
        _ head: OpenedRows.Row, _ plan: CollectionPlan,
        field: (Int) throws -> (FieldContent, UnsafeRawBufferPointer)?
    ) throws {
        let isSplit = head.subject != 0
        try withEntry { entry in
            Self.append(head, to: &entry)
            try unsafe Self.append(plan, isSplit ? false : nil, to: &entry, field: field)
        }
        guard isSplit else { return }
        try withOwn { try unsafe Self.append(plan, true, to: &$0, field: field) }
    }

    /// Appends the number of fields and the fields.
    ///
    /// - Parameter isOwn: Whether those under the person's key are wanted, or the others; nil for
    ///   both.
    private static func append(
        _ plan: CollectionPlan, _ isOwn: Bool?, to output: inout [UInt8],
        field: (Int) throws -> (FieldContent, UnsafeRawBufferPointer)?
    ) throws {
        let place = output.count
        var count: UInt64 = 0
        // Nearly always the number of fields is one byte.
        output.append(0)
        for position in plan.fieldNumbers.indices {
            if let isOwn, plan.areSubjects[position] != isOwn { continue }
            guard let (content, body) = try unsafe field(position) else { continue }
            count += 1
            unsafe StreamRecord.append(plan.fieldNumbers[position], content, body, to: &output)
        }
        if count < 0x80 {
            output[place] = UInt8(count)
        } else {
            var number: [UInt8] = []
            number.append(varint: count)
            output.replaceSubrange(place...place, with: number)
        }
    }

    private static func append(_ head: OpenedRows.Row, to entry: inout [UInt8]) {
        entry.append(contentsOf: head.id.bytes)
        entry.append(varint: UInt64(bitPattern: head.rid))
        entry.append(varint: head.sequence)
        entry.append(bigEndian: head.created)
        entry.append(bigEndian: head.modified)
        entry.append(contentsOf: head.device.bytes)
        entry.append(varint: head.revision)
    }

    private func writeChanged(_ plan: CollectionPlan, after sequence: UInt64) throws {
        var rids: [Int64] = []
        try reader.eachNumber("SELECT rid FROM c_\(plan.number) WHERE seq > \(sequence)") {
            rids.append(Int64(bitPattern: $0))
        }
        guard !rids.isEmpty else { return }
        rids.sort()
        let row = try reader.connection.prepare(plan.select + " WHERE rid = ?1")
        for rid in rids {
            try row.bind(rid, at: 1)
            guard try row.step() else {
                throw RecordsError.incomplete(collection: plan.name)
            }
            try begin(.records, plan.number)
            try endEntry(hasPart: true, key: try write(row, plan))
            row.reset()
        }
    }

    /// Writes an opened row; gives the number of its person's key, 0 without one.
    private func write(
        _ row: borrowing Statement, _ plan: CollectionPlan
    ) throws -> UInt32 {
        _ = try reader.openHeader(row, plan)
        let opener = try reader.opener(plan)
        let head = opener.it.row
        do {
            try unsafe write(head, plan) { position in
                guard let index = opener.it.index(of: position) else { return nil }
                var found: FieldContent?
                try opener.it.lend(index, row, plan: plan) { content, bytes in
                    found = content
                    lent.truncate(to: 0)
                    unsafe bytes.withUnsafeBufferPointer {
                        unsafe lent.append(UnsafeRawBufferPointer($0))
                    }
                }
                return unsafe found.map { unsafe ($0, lent.bytes) }
            }
        } catch RecordOpener.Failure.damaged(let what) {
            throw reader.damaged(plan, head.rid, head.id, what)
        }
        return head.subject
    }

    /// Writes the older versions of a collection.
    internal func writeHistory(_ plan: CollectionPlan) throws {
        guard state.hasHistory(in: plan.number) else { return }
        let first = parent.map { $0.nextHistory[plan.number] ?? 1 } ?? 0
        let rows = try reader.connection.prepare(
            plan.selectHistory + " WHERE hid >= \(first) ORDER BY hid")
        var tally = VaultState.Tally()
        while try rows.step() {
            reader.add(rows, plan, to: &tally)
            let (number, note) = try reader.openNote(rows, plan)
            try begin(.history, plan.number)
            withEntry { entry in
                entry.append(varint: number)
                entry.append(varint: note.change)
                entry.append(bigEndian: note.time)
                entry.append(note.reason.rawValue)
            }
            try endEntry(hasPart: true, key: try write(rows, plan))
        }
        if parent == nil {
            let body = VaultState.Body(.history, collection: plan.number)
            guard state.bodies[body] ?? VaultState.Tally() == tally else {
                throw RecordsError.incomplete(collection: plan.name)
            }
        }
        try flush()
    }
}
