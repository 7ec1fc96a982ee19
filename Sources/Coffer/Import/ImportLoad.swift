internal import CofferBytes
internal import CofferExchange
internal import CofferFormat
internal import CofferRecords

/// The second reading: records go into the vault, in one transaction.
internal final class ImportLoad {
    private struct Origin {
        let file: Int
        let line: Int
    }

    internal private(set) var report = ImportReport()
    private let writer: CofferRecords.RecordWriter
    private let request: ImportRequest
    private let files: [String]
    private var plans: [String: CollectionPlan] = [:]
    private var counts: [String: ImportReport.Counts] = [:]
    private var order: [String] = []
    /// How often each content was met, for records without a key.
    private var ordinals: [Identifier: UInt64] = [:]
    /// Where each new record came from, to name those that are dropped; only kept when going on.
    private var origins: [Identifier: Origin] = [:]

    internal init(
        _ writer: CofferRecords.RecordWriter, _ request: ImportRequest, files: [String]
    ) {
        self.writer = writer
        self.request = request
        self.files = files
    }

    /// Loads one file.
    internal func read(
        _ source: RecordSource, file: Int, progress: (Int) -> Void
    ) throws {
        let preparer = try writer.makePreparer()
        try ReadAhead.read(source, prepare: { ImportItem($0, preparer) }) { item in
            switch item.content {
            case .success(let content):
                try load(item, content, file: file)
            case .failure(let error as RecordsError) where Self.isOfTheRecord(error):
                reject(item, error, file: file)
            case .failure(let error): throw error
            case nil:
                reject(nil, file: file, line: item.line, item.reason)
            }
            progress(item.bytesConsumed)
        }
    }

    /// Ends the import: drops what depends on rejected records, or refuses everything.
    internal func finish() throws {
        if request.keepsGoing { try dropBroken() }
        report.collections = order.map { ($0, counts[$0] ?? ImportReport.Counts()) }
        if !report.rejects.isEmpty, !request.keepsGoing {
            let lines = report.rejects.prefix(20).map { "\($0.file):\($0.line): \($0.reason)" }
            let more = rejected > 20 ? ["… and \(rejected - 20) more"] : []
            throw VaultError(
                .invalid,
                "nothing was imported; --keep-going imports the rest:\n"
                    + (lines + more).joined(separator: "\n"))
        }
    }

    private var rejected: Int { counts.values.reduce(unnamed) { $0 + $1.rejected } }
    private var unnamed = 0

    private func load(_ item: ImportItem, _ content: ImportItem.Content, file: Int) throws {
        let record = content.record
        do {
            let written = try writer.put(
                record, id: contentID(content), existing: existing(record.plan))
            if request.keepsGoing, written.outcome == .created {
                origins[written.id] = Origin(file: file, line: item.line)
            }
            count(item.collection) { counts in
                switch written.outcome {
                case .created: counts.created += 1
                case .updated: counts.updated += 1
                case .unchanged, .skipped: counts.unchanged += 1
                }
            }
        } catch let error as RecordsError {
            guard Self.isOfTheRecord(error) else { throw error }
            reject(item, error, file: file)
        }
    }

    private func reject(_ item: ImportItem, _ error: RecordsError, file: Int) {
        let reason = VaultError(error).message.split(separator: "\n").joined(separator: "; ")
        reject(item.collection, file: file, line: item.line, reason)
    }

    /// Whether an error is the record's own, so that others may still be right.
    private static func isOfTheRecord(_ error: RecordsError) -> Bool {
        switch error {
        case .invalid, .exists, .notUnique: true
        default: false
        }
    }

    private func existing(_ plan: CollectionPlan) -> CofferRecords.RecordWriter.Existing {
        switch request.existing {
        case .update: .update
        case .skip: .skip
        case .fail: .fail
        case .copy: .copy
        }
    }

    /// The id of a record without a key: from its content and its ordinal among equals, so that
    /// importing again changes nothing.
    private func contentID(_ content: ImportItem.Content) -> Identifier? {
        guard let first = content.firstID else { return nil }
        let ordinal = ordinals[first] ?? 0
        ordinals[first] = ordinal + 1
        guard ordinal > 0 else { return first }
        return writer.reader.names.id(
            ofContent: JSON.write(.object(content.record.members)), ordinal: ordinal,
            in: content.record.plan.number)
    }

    private func dropBroken() throws {
        while true {
            let broken = try writer.brokenReferences(limit: 1_000)
            if broken.isEmpty { return }
            var gone: Set<Identifier> = []
            for reference in broken where gone.insert(reference.id).inserted {
                // Only what this import has made may be dropped; an older record never.
                guard let origin = origins[reference.id] else {
                    throw RecordsError.brokenReferences(broken)
                }
                try writer.drop(reference.id, in: try plan(reference.collection))
                count(reference.collection) { $0.created -= 1 }
                reject(
                    reference.collection, file: origin.file, line: origin.line,
                    "\(reference.field) leads to no record of \(reference.target)")
            }
        }
    }

    private func reject(_ collection: String?, file: Int, line: Int, _ reason: String) {
        if let collection { count(collection) { $0.rejected += 1 } } else { unnamed += 1 }
        guard report.rejects.count < ImportReport.rejectLimit else { return }
        report.rejects.append(
            ImportReport.Reject(file: files[file], line: line, reason: reason))
    }

    private func count(_ collection: String, _ change: (inout ImportReport.Counts) -> Void) {
        if counts[collection] == nil { order.append(collection) }
        change(&counts[collection, default: ImportReport.Counts()])
    }

    private func plan(_ collection: String) throws -> CollectionPlan {
        if let known = plans[collection] { return known }
        let plan = try writer.plan(named: collection)
        plans[collection] = plan
        return plan
    }
}
