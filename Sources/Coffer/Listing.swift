internal import CofferBytes
internal import CofferFormat
internal import CofferRecords
internal import CofferSchema

/// One listing on one snapshot.
internal struct Listing {
    private let request: ListRequest
    private let plan: CollectionPlan
    private let reader: RecordReader
    private let predicate: Predicate?

    /// Prepares a listing.
    ///
    /// - Parameter predicate: What must hold besides the request's own condition.
    internal init(
        _ request: ListRequest, _ plan: CollectionPlan, _ reader: RecordReader,
        where predicate: Predicate? = nil
    ) {
        self.request = request
        self.plan = plan
        self.reader = reader
        self.predicate = predicate
    }

    /// Gives what is wanted in the order of the rows.
    internal func unsorted(
        _ progress: (Int) -> Void, _ each: (Record) throws -> Bool
    ) throws {
        var left = request.limit ?? .max
        guard left > 0 else { return }
        try matching(progress) { record in
            left -= 1
            return try each(record) && left > 0
        }
    }

    /// Gives what is wanted in the order of a field.
    ///
    /// It keeps the key and id of every record, never the records: those are read again.
    ///
    /// - Throws: ``VaultError/Code/invalid`` for a name that no field of the schema and no record
    ///   has. A type may have a property before there is any record.
    internal func sorted(
        by name: FieldName, _ progress: (Int) -> Void, _ each: (Record) throws -> Bool
    ) throws {
        var order: [(key: SortKey, place: Int, id: Identifier)] = []
        let isAsked = request.sort != nil
        var isKnown = Self.isKnown(name, plan)
        guard isKnown || !isAsked || plan.schema.allowsOverflow else { throw Self.unknown(name) }
        try matching(progress) { record in
            let value = Self.value(name, of: record)
            if value != nil { isKnown = true }
            order.append((SortKey(value), order.count, record.id))
            return true
        }
        if !isKnown, isAsked || !order.isEmpty {
            guard try isElsewhere(name) else { throw Self.unknown(name) }
        }
        let isReversed = request.isReversed
        order.sort { left, right in
            if left.key == right.key { return left.place < right.place }
            return isReversed ? right.key < left.key : left.key < right.key
        }
        for entry in order.prefix(max(0, request.limit ?? .max)) {
            guard let record = try reader.get(entry.id, in: plan) else {
                throw RecordsError.incomplete(collection: plan.name)
            }
            guard try each(record) else { return }
        }
    }

    private static func isKnown(_ name: FieldName, _ plan: CollectionPlan) -> Bool {
        if case .property(let property) = name { plan.schema.field(property) != nil } else { true }
    }

    /// Whether a record has a property that none of the records wanted has.
    private func isElsewhere(_ name: FieldName) throws -> Bool {
        guard request.condition != nil || predicate != nil else { return false }
        var isFound = false
        try reader.records(where: nil, in: plan) { record in
            isFound = Self.value(name, of: record) != nil
            return !isFound
        }
        return isFound
    }

    private static func unknown(_ name: FieldName) -> VaultError {
        VaultError(.invalid, "--sort cannot be evaluated: no such column: \(name.text)")
    }

    private static func value(_ name: FieldName, of record: Record) -> Value? {
        switch name {
        case .property(let property): record.value[property]
        case .own(.id): .text(record.id.description)
        case .own(.version): .integer(Int64(clamping: record.header.revision))
        case .own(.created): .integer(record.header.created)
        case .own(.modified): .integer(record.header.modified)
        }
    }

    /// The fields that are wanted of a record.
    internal func document(_ record: Record) -> Document {
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
            return try each(record)
        }
        guard let condition = request.condition else {
            return try reader.records(where: predicate, in: plan, each: look)
        }
        if let predicate {
            return try reader.records(where: .sql(condition) && predicate, in: plan, each: look)
        }
        // A listing takes the time that it takes; what is sorted is sorted here.
        var limits = QueryLimits()
        limits.nanoseconds = nil
        try reader.matching(condition, in: plan, limits: limits) { id in
            guard let record = try reader.get(id, in: plan) else {
                throw RecordsError.incomplete(collection: plan.name)
            }
            return try look(record)
        }
    }
}
