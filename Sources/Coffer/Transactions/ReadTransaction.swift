internal import CofferRecords

/// Reads on one snapshot of a vault, until its closure ends.
///
/// ``Vault/read(_:)`` makes one, and ``WriteTransaction`` is one that writes as well. What a
/// closure that is given to one of its methods throws comes out of the method as it is, and may
/// use the transaction for further readings.
///
/// Every method throws ``VaultError/Code/usage`` once the closure has ended.
public class ReadTransaction {
    internal let vault: Vault
    private let snapshot: RecordReader
    /// How many readings are giving something to a closure at the moment.
    internal final private(set) var readings = 0
    private var isOver = false

    internal init(_ vault: Vault, _ reader: RecordReader) {
        self.vault = vault
        snapshot = reader
    }

    /// Reads the snapshot, in a transaction that writes with all that it has written.
    internal var reader: RecordReader { snapshot }

    /// Whether a write is under way, which nothing may be asked in the middle of.
    internal var isWriting: Bool { false }

    /// The closure has ended, and the snapshot with it.
    internal final func end() { isOver = true }

    /// Refuses what comes too late or in the middle of a write.
    internal final func admit() throws(VaultError) {
        guard !isOver else {
            throw VaultError(.usage, "the transaction is over: its closure has ended")
        }
        guard !isWriting else {
            throw VaultError(.usage, "the transaction is in the middle of a write")
        }
    }

    /// A collection as this transaction sees it, whose records are values of a `Codable` type.
    public func collection<Content: Codable & Sendable>(
        _ name: String, of type: Content.Type
    ) -> ReadCollection<Content> {
        ReadCollection(name, RecordCoder(type), self)
    }

    /// A collection as this transaction sees it, whose records have no type in Swift.
    public func collection(_ name: String) -> ReadCollection<Fields> {
        ReadCollection(name, RecordCoder(), self)
    }

    /// A reading that calls nobody.
    internal final func reading<Result>(
        _ body: (RecordReader) throws -> Result
    ) throws(VaultError) -> Result {
        try admit()
        return try catching { try body(reader) }
    }

    /// A reading that gives what it finds to a closure, whose errors stay as they are.
    internal final func lending<Result>(
        _ body: (RecordReader) throws -> Result
    ) throws -> Result {
        try admit()
        readings += 1
        defer { readings -= 1 }
        do { return try body(reader) } catch { throw VaultError.translated(error) }
    }
}

// A transaction belongs to the thread that its closure runs on.
@available(*, unavailable)
extension ReadTransaction: Sendable {}
