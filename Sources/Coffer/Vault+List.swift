internal import CofferBytes
internal import CofferFormat
internal import CofferRecords
internal import CofferSchema

extension Vault {
    /// Gives the records that are wanted, until `each` says false.
    ///
    /// A reading to the end proves that no record is missing. A condition of the form
    /// `FIELD = 'TEXT'` on an indexed field looks it up instead, and proves what it gives.
    ///
    /// - Parameter progress: Is given the number of records looked at so far.
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/invalid`` for a condition
    ///   that is no expression, ``VaultError/Code/damaged``: then what was given before is still
    ///   true but not complete.
    public func list(
        _ collection: String, _ request: ListRequest, progress: (Int) -> Void = { _ in },
        each: (Document) throws -> Bool
    ) throws(VaultError) {
        do {
            try records.read { reader in
                let plan = try reader.plan(named: collection)
                let filter = try request.condition.map { try RowFilter($0, plan: plan) }
                let wanted = Wanted(request, plan, reader, filter)
                guard let field = request.sort else {
                    return try wanted.unsorted(progress, each)
                }
                try wanted.sorted(by: field, progress, each)
            }
        } catch let error as RowFilter.Failure {
            throw VaultError(.invalid, "--where cannot be evaluated: \(error.message)")
        } catch { throw VaultError(error) }
    }
}

/// One listing on one snapshot.
private struct Wanted {
    private let request: ListRequest
    private let plan: CollectionPlan
    private let reader: RecordReader
    private let filter: RowFilter?

    init(
        _ request: ListRequest, _ plan: CollectionPlan, _ reader: RecordReader,
        _ filter: RowFilter?
    ) {
        self.request = request
        self.plan = plan
        self.reader = reader
        self.filter = filter
    }

    func unsorted(
        _ progress: (Int) -> Void, _ each: (Document) throws -> Bool
    ) throws {
        var left = request.limit ?? .max
        guard left > 0 else { return }
        try matching(progress) { record in
            left -= 1
            return try each(document(record)) && left > 0
        }
    }

    /// Keeps the key and id of every record, never the records: those are read again in order.
    func sorted(
        by field: String, _ progress: (Int) -> Void, _ each: (Document) throws -> Bool
    ) throws {
        var order: [(key: SortKey, place: Int, id: Identifier)] = []
        var isKnown = plan.schema.field(field) != nil
        try matching(progress) { record in
            let value = record.value[field]
            if value != nil { isKnown = true }
            order.append((SortKey(value), order.count, record.id))
            return true
        }
        guard isKnown || order.isEmpty else {
            throw VaultError(.invalid, "\(plan.name) has no field \(field) to sort by")
        }
        let isReversed = request.isReversed
        order.sort { left, right in
            if left.key == right.key { return left.place < right.place }
            return isReversed ? right.key < left.key : left.key < right.key
        }
        for entry in order.prefix(request.limit ?? .max) {
            guard let record = try reader.get(entry.id, in: plan) else {
                throw RecordsError.incomplete(collection: plan.name)
            }
            guard try each(document(record)) else { return }
        }
    }

    private func document(_ record: Record) -> Document {
        let document = Document(record)
        return request.fields.isEmpty ? document : document.keeping(request.fields)
    }

    private func matching(
        _ progress: (Int) -> Void, _ each: (Record) throws -> Bool
    ) throws {
        var seen = 0
        func look(_ record: Record) throws -> Bool {
            seen += 1
            progress(seen)
            guard try filter?.accepts(record) ?? true else { return true }
            return try each(record)
        }
        guard let hits = try lookUp() else { return try reader.scan(plan, each: look) }
        for record in hits { guard try look(record) else { return } }
    }

    /// The records that an index finds for `FIELD = 'TEXT'`; nil for another condition. The
    /// filter still looks at each: an index does not tell composed from decomposed text.
    private func lookUp() throws -> [Record]? {
        guard let condition = request.condition,
            let (name, text) = Equality.parse(condition),
            let field = plan.schema.field(name), case .text = field.kind
        else { return nil }
        do {
            return try reader.find(name, equals: .text(text), in: plan)
        } catch RecordsError.invalid {
            // The text names no record; a reading of all says the same.
            return nil
        }
    }
}

/// The one form of condition that an index can answer.
private enum Equality {
    /// The field and the text of `FIELD = 'TEXT'`; nil for anything else.
    static func parse(_ condition: String) -> (field: String, text: String)? {
        var rest = condition.utf8[...]
        skipSpace(&rest)
        let name = rest.prefix { byte in
            byte == UInt8(ascii: "_") || (byte >= 0x30 && byte <= 0x39)
                || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
        }
        rest = rest[name.endIndex...]
        skipSpace(&rest)
        guard !name.isEmpty, rest.popFirst() == UInt8(ascii: "=") else { return nil }
        if rest.first == UInt8(ascii: "=") { rest.removeFirst() }
        skipSpace(&rest)
        guard rest.popFirst() == UInt8(ascii: "'") else { return nil }
        var text: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "'") {
                guard rest.first == byte else {
                    skipSpace(&rest)
                    guard rest.isEmpty else { return nil }
                    return (
                        String(decoding: name, as: UTF8.self), String(decoding: text, as: UTF8.self)
                    )
                }
                rest.removeFirst()
            }
            text.append(byte)
        }
        return nil
    }

    private static func skipSpace(_ rest: inout Substring.UTF8View) {
        while let byte = rest.first, byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) {
            rest.removeFirst()
        }
    }
}
