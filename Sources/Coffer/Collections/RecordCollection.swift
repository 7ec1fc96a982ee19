/// A collection of a vault, whose records are values of one type in Swift.
///
/// ``Vault/collection(_:of:)`` makes one for a `Codable` type, and ``Vault/collection(_:)`` one for
/// records without a type (``Fields``). It is a name and no more: every call is one transaction of
/// its own, and every call may come from any task. For several calls in one transaction, use
/// ``ReadTransaction/collection(_:of:)`` and ``WriteTransaction/collection(_:of:)``.
///
/// All calls throw ``VaultError/Code/locked``, ``VaultError/Code/damaged``,
/// ``VaultError/Code/changedUnderneath`` and ``VaultError/Code/storage`` as readings do, and those
/// that write also ``VaultError/Code/busy`` after five seconds, ``VaultError/Code/readOnly``,
/// ``VaultError/Code/older``, ``VaultError/Code/full`` and ``VaultError/Code/brokenReference``;
/// below stands what they throw besides.
public struct RecordCollection<Content: Sendable>: Sendable {
    /// The collection's name.
    public let name: String
    internal let vault: Vault
    internal let coder: RecordCoder<Content>

    internal init(_ name: String, _ coder: RecordCoder<Content>, in vault: Vault) {
        self.name = name
        self.coder = coder
        self.vault = vault
    }
}

extension RecordCollection {
    /// One record, by its own key or its id; nil when there is none.
    ///
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/invalid`` when it does not fit
    ///   the type.
    /// - Complexity: O(log n).
    public func get(_ record: String) throws(VaultError) -> Stored<Content>? {
        guard let found = try vault.record(name, record) else { return nil }
        return try catching { try Stored(found, coder, in: name) }
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
    ///   does not fit the type.
    /// - Complexity: As ``ReadCollection/find(where:sort:limit:)``.
    public func find(
        where predicate: Predicate? = nil, sort: Sort? = nil, limit: Int? = nil
    ) throws(VaultError) -> [Stored<Content>] {
        try reading { try $0.find(where: predicate, sort: sort, limit: limit) }
    }

    /// The number of records for which a predicate holds; without one, of all.
    ///
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/usage`` and
    ///   ``VaultError/Code/invalid`` for a predicate that cannot be asked.
    /// - Complexity: O(1) without a predicate.
    public func count(where predicate: Predicate? = nil) throws(VaultError) -> Int {
        try reading { try $0.count(where: predicate) }
    }

    internal func reading<Result>(
        _ body: (ReadCollection<Content>) throws -> Result
    ) throws(VaultError) -> Result {
        try vault.reading { try body(ReadCollection(name, coder, $0)) }
    }

    internal func writing<Result>(
        _ body: (WriteCollection<Content>) throws -> Result
    ) throws(VaultError) -> Result {
        try vault.writing { try body(WriteCollection(name, coder, $0)) }
    }
}
