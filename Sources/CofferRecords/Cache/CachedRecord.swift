internal import CofferBytes
internal import CofferFormat

/// An opened record as it is kept: its fields' plaintexts in one place that is erased with it.
internal struct CachedRecord {
    private let id: Identifier
    private let rid: Int64
    private let sequence: UInt64
    private let header: RecordHeader
    /// Where the plaintext of each field lies, by the field's place in the definition.
    private let fields: [(position: Int, range: Range<Int>)]
    private let bytes: ErasedBytes

    /// About what it takes, in bytes.
    var cost: Int { bytes.count + 48 * fields.count + 256 }

    /// Takes over what was opened of a record.
    init(_ record: Record, moving plaintexts: inout OpenedPlaintexts) {
        id = record.id
        rid = record.rid
        sequence = record.sequence
        header = record.header
        fields = plaintexts.fields
        bytes = ErasedBytes(moving: &plaintexts.bytes)
    }

    /// The record again.
    func record(_ plan: CollectionPlan, _ coder: inout FieldCoder) -> Record? {
        let definition = plan.definition
        var members: [Value.Member] = []
        members.reserveCapacity(fields.count)
        var overflow: [Value.Member] = []
        var key: Value?
        for (position, range) in fields {
            guard let value = bytes.withBytes({ try? coder.decode($0.extracting(range)) }) else {
                return nil
            }
            if position == plan.overflowPosition {
                guard case .object(let rest) = value else { return nil }
                overflow = rest
            } else {
                let field = definition.fields[position]
                if field.number == definition.keyField { key = value }
                members.append(Value.Member(field.name, value))
            }
        }
        return Record(
            id: id, rid: rid, sequence: sequence, header: header, members: members + overflow,
            key: key)
    }
}

/// The plaintexts of a record's fields as they were opened, one after the other.
internal struct OpenedPlaintexts {
    /// Where each lies, by the field's place in the definition.
    var fields: [(position: Int, range: Range<Int>)] = []
    /// All of them.
    var bytes: [UInt8] = []
}
