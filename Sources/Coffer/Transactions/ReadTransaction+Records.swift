internal import CofferFormat
internal import CofferRecords

extension ReadTransaction {
    /// One record, by its own key or its id.
    ///
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/noRecord``,
    ///   ``VaultError/Code/damaged`` when it does not verify.
    /// - Complexity: O(log n).
    public final func get(_ collection: String, _ name: String) throws(VaultError) -> Document {
        try reading { reader in
            Document(try reader.get(named: name, in: reader.plan(named: collection)))
        }
    }

    /// Lends some fields of every record of a collection in the order of its rows, until `each`
    /// says false.
    ///
    /// The quickest way through a collection: only those fields are opened, by two threads from
    /// 4,096 records on, and nothing is copied that is not asked for. The end proves that no record
    /// is missing.
    ///
    /// - Parameters:
    ///   - collection: The collection's name.
    ///   - fields: Properties that the schema names.
    ///   - each: Is lent each row, and says whether it wants more.
    /// - Throws: ``VaultError/Code/noCollection``; ``VaultError/Code/usage`` for a field that the
    ///   schema does not name; ``VaultError/Code/damaged``: what was given before is then true and
    ///   not complete; what `each` throws.
    public final func scan(
        _ collection: String, fields: [String], each: (borrowing FieldRow) throws -> Bool
    ) throws {
        try lending { reader in
            let cursor = try reader.fields(fields, of: try reader.plan(named: collection))
            defer { cursor.stop() }
            let row = FieldRow(cursor, count: fields.count)
            while try cursor.next() {
                guard try each(row) else { return }
            }
        }
    }

    /// Gives every record of a collection in the order of its rows, until `each` says false.
    ///
    /// The end proves that no record is missing.
    ///
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/damaged``: what was given
    ///   before is then true and not complete; what `each` throws.
    public final func scan(_ collection: String, each: (Document) throws -> Bool) throws {
        try lending { reader in
            let plan = try reader.plan(named: collection)
            try reader.scan(plan) { try each(Document($0)) }
        }
    }

    /// The records in which an indexed or plain field or a reference has a value.
    ///
    /// - Parameters:
    ///   - collection: The collection's name.
    ///   - field: The field's name.
    ///   - json: The value as JSON.
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/invalid`` for what is no
    ///   JSON, ``VaultError/Code/usage`` when the field has no index to look in,
    ///   ``VaultError/Code/damaged``.
    /// - Complexity: O(log n) for each hit.
    public final func find(
        _ collection: String, _ field: String, equals json: String
    ) throws(VaultError) -> [Document] {
        try reading { reader in
            let value = try JSON.parse(Array(json.utf8))
            let plan = try reader.plan(named: collection)
            guard let found = try reader.find(field, equals: value, in: plan) else {
                throw VaultError(.usage, "\(collection): \(field) has no index")
            }
            return found.map { Document($0) }
        }
    }

    /// Gives the records that a request wants, until `each` says false.
    ///
    /// A reading to the end proves that no record is missing. A condition that an index answers is
    /// looked up instead, and proves what it gives.
    ///
    /// - Parameters:
    ///   - collection: The collection's name.
    ///   - request: What is wanted, and how.
    ///   - progress: Is given the number of records looked at so far.
    ///   - each: Is given one after the other; false ends it.
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/invalid`` for a condition
    ///   that is no expression or a field to sort by that nothing has,
    ///   ``VaultError/Code/damaged``; what `each` throws.
    /// - Complexity: Without an index it opens every record; sorting keeps one key for each.
    public final func list(
        _ collection: String, _ request: ListRequest, progress: (Int) -> Void = { _ in },
        each: (Document) throws -> Bool
    ) throws {
        try lending { reader in
            let plan = try reader.plan(named: collection)
            let listing = Listing(request, plan, reader)
            do {
                guard let field = request.sort else {
                    return try listing.unsorted(progress) { try each(listing.document($0)) }
                }
                try listing.sorted(by: .property(field), progress) {
                    try each(listing.document($0))
                }
            } catch let error as QueryError {
                throw VaultError(condition: error, request.condition ?? "")
            }
        }
    }

    /// The number of records of a collection, as the sealed state has it.
    ///
    /// - Throws: ``VaultError/Code/noCollection``.
    /// - Complexity: O(1); nothing is opened.
    public final func count(_ collection: String) throws(VaultError) -> Int {
        try reading { reader in
            Int(clamping: try reader.count(try reader.plan(named: collection)))
        }
    }

    /// The number of records for which a condition holds.
    ///
    /// - Parameters:
    ///   - collection: The collection's name.
    ///   - condition: An SQL expression over the fields, as in ``ListRequest``.
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/invalid`` for what is no
    ///   expression, ``VaultError/Code/damaged``.
    public final func count(
        _ collection: String, where condition: String
    ) throws(VaultError) -> Int {
        try reading { reader in
            try Matching(condition).ids(in: try reader.plan(named: collection), reader).count
        }
    }
}
