internal import CofferFormat
internal import CofferRecords
internal import CofferSQLite
internal import CofferStore

/// Writes to a vault, all or nothing, and reads what it has written, until its closure ends.
///
/// ``Vault/write(_:)`` makes one and says what becomes of it when a write fails. What it writes is
/// one change: ``undo()`` takes back all of it.
///
/// No write may come out of a closure that is being given records by a reading of the same
/// transaction: it throws ``VaultError/Code/usage``, and nothing is changed. Collect first.
public final class WriteTransaction: ReadTransaction {
    private let writer: RecordWriter
    private var failure: VaultError?
    private var isAtWork = false

    internal init(_ vault: Vault, _ writer: RecordWriter) {
        self.writer = writer
        super.init(vault, writer.reader)
    }

    // Schemas that are put in force give the writer another reader.
    internal override var reader: RecordReader { writer.reader }

    internal override var isWriting: Bool { isAtWork }

    /// A collection in this transaction, whose records are values of a `Codable` type.
    public override func collection<Content: Codable & Sendable>(
        _ name: String, of type: Content.Type
    ) -> WriteCollection<Content> {
        WriteCollection(name, RecordCoder(type), self)
    }

    /// A collection in this transaction, whose records have no type in Swift.
    public override func collection(_ name: String) -> WriteCollection<Fields> {
        WriteCollection(name, RecordCoder(), self)
    }

    /// Throws the error that the transaction was poisoned with.
    internal func refuseIfPoisoned() throws(VaultError) {
        if let failure { throw failure }
    }

    /// A write; where it fails half-way, the last one.
    internal func writing<Result>(
        _ body: (RecordWriter) throws -> Result
    ) throws(VaultError) -> Result {
        try admit()
        guard readings == 0 else {
            throw VaultError(
                .usage, "nothing can be written while records are being read; collect them first")
        }
        try refuseIfPoisoned()
        let before = Footprint(writer.transaction)
        isAtWork = true
        defer { isAtWork = false }
        do { return try body(writer) } catch {
            let error = VaultError(error)
            let isHarmless =
                Self.refusals.contains(error.code) && Footprint(writer.transaction) == before
            if !isHarmless { failure = error }
            throw error
        }
    }

    /// What is said of a request, and not of the vault or the disk.
    private static let refusals: Set<VaultError.Code> = [
        .usage, .invalid, .noCollection, .noRecord, .noFile, .exists, .versionConflict,
        .notUnique, .referenced, .nothingToUndo,
    ]

    /// What every change of a transaction leaves a mark in: when it is the same, nothing happened.
    private struct Footprint: Equatable {
        private let rows: Int64
        private let state: VaultState
        private let isUndoable: Bool

        init(_ transaction: Transaction) {
            rows = transaction.connection.totalChanges
            state = transaction.state
            isUndoable = transaction.isUndoable
        }
    }
}
