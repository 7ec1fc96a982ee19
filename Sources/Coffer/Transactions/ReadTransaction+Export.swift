internal import CofferExchange

extension ReadTransaction {
    /// Writes the records of collections, each complete and in the order of its rows.
    ///
    /// - Parameters:
    ///   - names: The collections; all when empty.
    ///   - format: How the records are written.
    ///   - progress: Is given the number of records so far.
    ///   - write: Is given the bytes in pieces of some 64 KiB.
    /// - Returns: The number of records.
    /// - Throws: ``VaultError/Code/usage`` for several collections in a format that holds one;
    ///   ``VaultError/Code/noCollection``; ``VaultError/Code/damaged`` when a record does not
    ///   verify or records are missing: what was written before is then not complete; what `write`
    ///   throws.
    public final func export(
        _ names: [String], as format: Vault.ExportFormat, progress: (Int) -> Void = { _ in },
        write: ([UInt8]) throws -> Void
    ) throws -> Int {
        var failure: (any Error)?
        do {
            return try withoutActuallyEscaping(write) { write in
                let sink: ([UInt8]) throws(ExchangeError) -> Void = {
                    bytes throws(ExchangeError) in
                    do { try write(bytes) } catch {
                        failure = error
                        throw .unwritable(errno: 0)
                    }
                }
                return try lending { reader in
                    try Exporting(reader, to: sink).run(names, format, progress)
                }
            }
        } catch { throw failure ?? error }
    }
}
