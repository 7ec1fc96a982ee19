internal import CofferBytes
internal import CofferFormat
internal import CofferRecords
internal import CofferSchema

/// What an exported record's fields do not say: one line of the file beside the records.
internal struct AboutRecord {
    /// The id of a record without a key; one with a key has its id from that.
    internal var id: Identifier?
    /// When it was made, in milliseconds since 1970.
    internal var created: Int64?
    /// The fields that hold bytes; as JSON they are an object that others may hold as well.
    internal var bytes: [String] = []
    /// Whether the schema need not hold the record up, because a reference of it may have been
    /// cleared when what it led to was removed.
    internal var isCleared = false
}

extension AboutRecord {
    /// Describes a record.
    ///
    /// - Parameter clearable: The fields that `coffer:on-delete` may clear.
    internal init(_ record: Record, _ plan: CollectionPlan, clearable: [String]) {
        if record.key.flatMap(CanonicalValue.bytes) == nil { id = record.id }
        created = record.header.created
        bytes = record.members.compactMap { member in
            if case .bytes = member.value { member.name } else { nil }
        }
        guard !clearable.isEmpty else { return }
        let value = record.value
        isCleared =
            clearable.contains { value[$0] == nil || value[$0] == .null }
            && !(plan.schema.checks.isEmpty && plan.schema.validate(value).isEmpty)
    }

    /// The line as a value.
    internal var value: Value {
        var members: [Value.Member] = []
        if let id { members.append(Value.Member("id", .text(id.description))) }
        if let created { members.append(Value.Member("created", .text(Timestamp.text(created)))) }
        if !bytes.isEmpty {
            members.append(Value.Member("bytes", .array(bytes.map { .text($0) })))
        }
        if isCleared { members.append(Value.Member("cleared", .bool(true))) }
        return .object(members)
    }
}

extension AboutRecord {
    /// Reads a line; nil for what has not the form, and what it does not know it passes over.
    internal init?(_ value: Value) {
        guard case .object = value else { return nil }
        switch value["id"] {
        case .text(let text)?:
            guard let id = Identifier(text: text) else { return nil }
            self.id = id
        case nil: break
        default: return nil
        }
        switch value["created"] {
        case .text(let text)?:
            guard let created = Timestamp.milliseconds(text) else { return nil }
            self.created = created
        case nil: break
        default: return nil
        }
        switch value["bytes"] {
        case .array(let listed)?:
            for name in listed {
                guard case .text(let name) = name else { return nil }
                bytes.append(name)
            }
        case nil: break
        default: return nil
        }
        isCleared = value["cleared"] == .bool(true)
    }

    /// The record that its fields, read as JSON, stand for; nil where a field that is said to hold
    /// bytes does not.
    internal func restored(_ value: Value) -> Value? {
        guard !bytes.isEmpty, case .object(var members) = value else { return value }
        for name in bytes {
            guard let place = members.firstIndex(where: { $0.name.hasSameBytes(as: name) }),
                case .object(let wrapped) = members[place].value, wrapped.count == 1,
                case .text(let text)? = members[place].value["$bytes"],
                let bytes = CofferBytes.Base64.decode(Array(text.utf8))
            else { return nil }
            members[place] = Value.Member(name, .bytes(bytes))
        }
        return .object(members)
    }
}
