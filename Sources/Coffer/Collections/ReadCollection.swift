internal import CofferFormat
internal import CofferRecords

/// A collection as one transaction sees it.
///
/// ``ReadTransaction/collection(_:of:)`` makes one, and ``WriteCollection`` writes as well. Like
/// the transaction it throws ``VaultError/Code/usage`` when the closure has ended.
public class ReadCollection<Content: Sendable> {
    /// The collection's name.
    public final let name: String
    internal final let coder: RecordCoder<Content>
    private let transaction: ReadTransaction

    internal init(_ name: String, _ coder: RecordCoder<Content>, _ transaction: ReadTransaction) {
        self.name = name
        self.coder = coder
        self.transaction = transaction
    }

    /// One record, by its own key or its id; nil when there is none.
    ///
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/invalid`` when it does not fit
    ///   the type, ``VaultError/Code/damaged`` when it does not verify.
    /// - Complexity: O(log n).
    public final func get(_ record: String) throws(VaultError) -> Stored<Content>? {
        try transaction.reading { reader in
            let plan = try reader.plan(named: name)
            for id in reader.candidates(record, in: plan) {
                if let found = try reader.get(id, in: plan) { return try stored(found) }
            }
            return nil
        }
    }

    /// The records for which a predicate holds.
    ///
    /// - Parameters:
    ///   - predicate: What must hold; nil for all records.
    ///   - sort: The order; nil for that in which they were added.
    ///   - limit: The most records that are wanted; nil for all.
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/usage`` and
    ///   ``VaultError/Code/invalid`` for a predicate that cannot be asked,
    ///   ``VaultError/Code/invalid`` for a field to sort by that no record has or a record that
    ///   does not fit the type, ``VaultError/Code/damaged``.
    /// - Complexity: O(log n) for each hit where an index answers the predicate; else every record
    ///   is looked at, and what the predicate does not ask for is opened of the hits only.
    public final func find(
        where predicate: Predicate? = nil, sort: Sort? = nil, limit: Int? = nil
    ) throws(VaultError) -> [Stored<Content>] {
        try transaction.reading { reader in
            var found: [Stored<Content>] = []
            try listing(predicate, sort, limit, reader) {
                found.append(try stored($0))
                return true
            }
            return found
        }
    }

    /// The number of records for which a predicate holds.
    ///
    /// - Parameter predicate: What must hold; nil for all records.
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/usage`` and
    ///   ``VaultError/Code/invalid`` for a predicate that cannot be asked,
    ///   ``VaultError/Code/damaged``.
    /// - Complexity: O(1) without a predicate; else as ``find(where:sort:limit:)``, but only the
    ///   fields that the predicate asks for are opened.
    public final func count(where predicate: Predicate? = nil) throws(VaultError) -> Int {
        try transaction.reading { reader in
            try reader.count(where: predicate, in: try reader.plan(named: name))
        }
    }

    /// Gives the records for which a predicate holds, one after the other, until `each` says false.
    ///
    /// Without a predicate, or with one that no index answers, the end proves that no record is
    /// missing.
    ///
    /// - Throws: As ``find(where:sort:limit:)``; then what was given before is true and not
    ///   complete; what `each` throws.
    public final func all(
        where predicate: Predicate? = nil, each: (Stored<Content>) throws -> Bool
    ) throws {
        try transaction.lending { reader in
            try listing(predicate, nil, nil, reader) { try each(try stored($0)) }
        }
    }

    internal final func stored(_ record: Record) throws -> Stored<Content> {
        try Stored(record, coder, in: name)
    }

    private func listing(
        _ predicate: Predicate?, _ sort: Sort?, _ limit: Int?, _ reader: RecordReader,
        _ each: (Record) throws -> Bool
    ) throws {
        var request = ListRequest()
        request.isReversed = sort?.isReversed ?? false
        request.limit = limit
        let listing = Listing(request, try reader.plan(named: name), reader, where: predicate)
        guard let sort else { return try listing.unsorted({ _ in }, each) }
        try listing.sorted(by: sort.name, { _ in }, each)
    }
}
