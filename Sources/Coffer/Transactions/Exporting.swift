internal import CofferExchange
internal import CofferFormat
internal import CofferRecords
internal import CofferSchema

/// One export on one snapshot.
internal struct Exporting {
    private let reader: RecordReader
    private let sink: ([UInt8]) throws(ExchangeError) -> Void

    /// Prepares an export to a sink.
    internal init(
        _ reader: RecordReader, to sink: @escaping ([UInt8]) throws(ExchangeError) -> Void
    ) {
        self.reader = reader
        self.sink = sink
    }

    /// Writes collections and gives the number of records.
    internal func run(
        _ names: [String], _ format: Vault.ExportFormat, _ progress: (Int) -> Void
    ) throws -> Int {
        let plans =
            names.isEmpty ? try reader.plans() : try names.map { try reader.plan(named: $0) }
        if format != .json || names.count == 1 {
            guard plans.count == 1, let plan = plans.first else {
                throw VaultError(
                    .usage,
                    "\(format.rawValue) holds one collection; name it, or give -o a folder")
            }
            return try exportOne(plan, format, progress)
        }
        var count = 0
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
        return count
    }

    private func exportOne(
        _ plan: CollectionPlan, _ format: Vault.ExportFormat, _ progress: (Int) -> Void
    ) throws -> Int {
        switch format {
        case .json:
            var writer = ArrayWriter(to: sink)
            return try copy(plan, progress, to: &writer)
        case .ndjson:
            var writer = LineWriter(to: sink)
            return try copy(plan, progress, to: &writer)
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
                columns: names, types: { ImportRun.cellTypes(schema.field($0)) }, to: sink)
            return try copy(plan, progress, to: &writer)
        }
    }

    private func copy<Writer: CofferExchange.RecordWriter>(
        _ plan: CollectionPlan, _ progress: (Int) -> Void, to writer: inout Writer
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
}
