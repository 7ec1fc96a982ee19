internal import CofferExchange
internal import CofferFormat
internal import CofferRecords
internal import CofferSchema
internal import CofferStore

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
                return try export(names, format, progress, sink)
            }
        } catch { throw VaultError(failure ?? error) }
    }

    private func export(
        _ names: [String], _ format: ExportFormat, _ progress: (Int) -> Void,
        _ sink: @escaping ([UInt8]) throws(ExchangeError) -> Void
    ) throws -> Int {
        var count = 0
        try records.read { reader in
            let plans =
                names.isEmpty ? try reader.plans() : try names.map { try reader.plan(named: $0) }
            if format != .json || names.count == 1 {
                guard plans.count == 1, let plan = plans.first else {
                    throw VaultError(
                        .usage,
                        "\(format.rawValue) holds one collection; name it, or give -o a folder")
                }
                count = try exportOne(plan, reader, format, progress, sink)
                return
            }
            var writer = CollectionsWriter(to: sink)
            for plan in plans {
                writer.begin(plan.name)
                try reader.scan(plan) { record in
                    try writer.write(record.value)
                    count += 1
                    progress(count)
                    return true
                }
            }
            try writer.finish()
        }
        return count
    }

    private func exportOne(
        _ plan: CollectionPlan, _ reader: RecordReader, _ format: ExportFormat,
        _ progress: (Int) -> Void, _ sink: @escaping ([UInt8]) throws(ExchangeError) -> Void
    ) throws -> Int {
        switch format {
        case .json:
            var writer = ArrayWriter(to: sink)
            return try copy(plan, reader, progress, to: &writer)
        case .ndjson:
            var writer = LineWriter(to: sink)
            return try copy(plan, reader, progress, to: &writer)
        case .csv:
            var names = plan.schema.fields.map(\.name)
            var known = Set(names)
            // Fields that only some records have, beyond the schema: found by a first reading.
            try reader.scan(plan) { record in
                for member in record.members where known.insert(member.name).inserted {
                    names.append(member.name)
                }
                return true
            }
            let schema = plan.schema
            var writer = CSVWriter(
                columns: names, types: { Self.cellTypes(schema.field($0)) }, to: sink)
            return try copy(plan, reader, progress, to: &writer)
        }
    }

    private func copy<Writer: CofferExchange.RecordWriter>(
        _ plan: CollectionPlan, _ reader: RecordReader, _ progress: (Int) -> Void,
        to writer: inout Writer
    ) throws -> Int {
        var count = 0
        try reader.scan(plan) { record in
            try writer.write(record.value)
            count += 1
            progress(count)
            return true
        }
        try writer.finish()
        return count
    }

    /// Notes on the audit log that collections were exported.
    ///
    /// - Throws: As every write.
    public func recordExport(of names: [String], count: Int) throws(VaultError) {
        try catching {
            try store.write { transaction in
                try transaction.audit(
                    "export",
                    [
                        AuditEntry.Detail("collections", names.joined(separator: " ")),
                        AuditEntry.Detail("records", "\(count)"),
                    ])
            }
        }
    }
}
