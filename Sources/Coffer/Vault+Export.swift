extension Vault {
    /// The formats that records are exported in.
    public enum ExportFormat: String, CaseIterable, Sendable {
        /// One JSON array; of several collections, one object of arrays.
        case json
        /// One JSON object a line; one collection.
        case ndjson
        /// A table; one collection.
        case csv
    }

    /// Writes the records of collections, each complete and in the order of its rows.
    ///
    /// - Parameters:
    ///   - names: The collections; all when empty.
    ///   - format: How the records are written.
    ///   - progress: Is given the number of records so far.
    ///   - write: Is given the bytes in pieces of some 64 KiB.
    /// - Returns: The number of records.
    /// - Throws: ``VaultError/Code/usage`` for several collections in a format that holds one;
    ///   ``VaultError/Code/damaged`` when a record does not verify or records are missing: what
    ///   was written before is then not complete; what `write` throws.
    public func export(
        _ names: [String], as format: ExportFormat, progress: (Int) -> Void = { _ in },
        write: ([UInt8]) throws -> Void
    ) throws(VaultError) -> Int {
        try reading {
            try $0.export(names, as: format, progress: progress, write: write)
        }
    }

    /// Notes on the audit log that collections were exported.
    ///
    /// - Throws: As every write.
    public func recordExport(of names: [String], count: Int) throws(VaultError) {
        try writing { try $0.recordExport(of: names, count: count) }
    }
}
