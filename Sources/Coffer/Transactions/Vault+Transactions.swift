internal import CofferRecords

extension Vault {
    /// Reads on one snapshot: everything in `body` sees the vault as it was when it began,
    /// whatever others write meanwhile.
    ///
    /// Other threads wait for this vault until `body` returns; other vaults on the same path, in
    /// this process or others, do not. A snapshot that is kept for long keeps the database's log
    /// from being emptied.
    ///
    /// - Parameter body: Must not use the vault, only the transaction, and that not after its end.
    /// - Throws: What `body` throws, as it is; ``VaultError/Code/locked``,
    ///   ``VaultError/Code/damaged``, ``VaultError/Code/changedUnderneath``, and
    ///   ``VaultError/Code/usage`` out of a closure of this vault.
    public func read<Result>(_ body: (ReadTransaction) throws -> Result) throws -> Result {
        do {
            return try exclusively {
                try records.read { reader in
                    let transaction = ReadTransaction(self, reader)
                    defer { transaction.end() }
                    return try body(transaction)
                }
            }
        } catch { throw VaultError.translated(error) }
    }

    /// Writes in one transaction: all that `body` does, or nothing when it throws.
    ///
    /// It waits up to five seconds for other writers. What `body` reads includes what it has
    /// written; nobody else sees any of it before the end. References that lead nowhere are
    /// refused at the end only, so records that refer to each other can come in any order. The
    /// commit is on the disk when this returns.
    ///
    /// A write that failed half-way poisons the transaction: `body` may read on, but every later
    /// write throws the same error, and so does the end, which then keeps nothing. A write that
    /// failed before it had changed anything, for example with ``VaultError/Code/versionConflict``
    /// or because a single record is ``VaultError/Code/invalid``, leaves the transaction as it was.
    ///
    /// - Parameter body: Must not use the vault, only the transaction, and that not after its end.
    /// - Throws: What `body` throws, as it is; ``VaultError/Code/locked``,
    ///   ``VaultError/Code/busy``, ``VaultError/Code/readOnly``, ``VaultError/Code/older``,
    ///   ``VaultError/Code/damaged``, ``VaultError/Code/changedUnderneath``,
    ///   ``VaultError/Code/brokenReference``, ``VaultError/Code/full``,
    ///   ``VaultError/Code/storage``, and ``VaultError/Code/usage`` out of a closure of this vault.
    @discardableResult
    public func write<Result>(_ body: (WriteTransaction) throws -> Result) throws -> Result {
        do {
            return try exclusively {
                try records.write { writer in
                    let transaction = WriteTransaction(self, writer)
                    defer { transaction.end() }
                    let result = try body(transaction)
                    try transaction.refuseIfPoisoned()
                    return result
                }
            }
        } catch { throw VaultError.translated(error) }
    }

    /// One reading, or several, with errors of ours alone.
    internal func reading<Result>(
        _ body: (ReadTransaction) throws -> Result
    ) throws(VaultError) -> Result {
        try catching { try read(body) }
    }

    /// One write, or several, with errors of ours alone.
    internal func writing<Result>(
        _ body: (WriteTransaction) throws -> Result
    ) throws(VaultError) -> Result {
        try catching { try write(body) }
    }
}
