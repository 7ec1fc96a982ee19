internal import CofferBytes
internal import CofferFormat

/// Makes records of the rows of a reading in which all fields are wanted.
internal final class RecordAssembly {
    private let plan: CollectionPlan
    private var coder = FieldCoder()

    init(_ plan: CollectionPlan) { self.plan = plan }

    /// The record in the row at hand.
    ///
    /// - Throws: `RecordsError.damaged`.
    func record(_ rows: RowScan) throws -> Record {
        let fields = plan.definition.fields
        let head = rows.head
        var members: [Value.Member] = []
        members.reserveCapacity(fields.count)
        var present: [UInt16] = []
        present.reserveCapacity(fields.count)
        var overflow: [Value.Member] = []
        var key: Value?
        for position in fields.indices {
            guard let value = try value(position, rows) else { continue }
            let field = fields[position]
            present.append(field.number)
            if position == plan.overflowPosition {
                guard case .object(let rest) = value, !rest.isEmpty else {
                    throw damaged(head, "its further fields")
                }
                overflow = rest
            } else {
                if field.number == plan.definition.keyField { key = value }
                members.append(Value.Member(field.name, value))
            }
        }
        present.sort()
        let header = RecordHeader(
            created: head.created, modified: head.modified, device: head.device,
            revision: head.revision, present: present)
        return Record(
            id: head.id, rid: head.rid, sequence: head.sequence, header: header,
            members: members + overflow, key: key)
    }

    private func value(_ position: Int, _ rows: RowScan) throws -> Value? {
        var value: Value?
        var isWrong = false
        try rows.lend(position) { content, bytes in
            do { value = try coder.value(content, bytes) } catch { isWrong = true }
        }
        guard !isWrong else {
            throw damaged(rows.head, "field \(plan.fieldNumbers[position])")
        }
        return value
    }

    private func damaged(_ head: OpenedRows.Row, _ what: String) -> RecordsError {
        .damaged(collection: plan.name, rid: head.rid, id: head.id, what: what)
    }
}
