internal import CofferBytes
internal import CofferExchange
internal import CofferFormat
internal import CofferRecords
internal import CofferSQLite
internal import CofferStore

/// The second reading: records go into the vault, in one transaction.
internal final class ImportLoad {
    /// Where a record of this import came from; 8 bytes, as each record has one.
    private struct Trace {
        private let fileAndNovelty: UInt32
        private let clampedLine: UInt32

        init(file: Int, line: Int, isNew: Bool) {
            fileAndNovelty = UInt32(clamping: file) << 1 | (isNew ? 1 : 0)
            clampedLine = UInt32(clamping: line)
        }

        var file: Int { Int(fileAndNovelty >> 1) }
        var line: Int { Int(clampedLine) }
        /// Whether it was not in the vault before.
        var isNew: Bool { fileAndNovelty & 1 == 1 }
    }

    internal private(set) var report = ImportReport()
    private let writer: CofferRecords.RecordWriter
    private let request: ImportRequest
    private let files: [String]
    private var plans: [String: CollectionPlan] = [:]
    private var counts: [String: ImportReport.Counts] = [:]
    private var order: [String] = []
    /// How often each content was met again, for records without a key.
    private var ordinals: [Identifier: UInt64] = [:]
    /// Where each record that stands now came from: a second one with its key is refused, and those
    /// whose references lead nowhere are named.
    private var traces: [Identifier: Trace] = [:]

    internal init(
        _ writer: CofferRecords.RecordWriter, _ request: ImportRequest, files: [String]
    ) {
        self.writer = writer
        self.request = request
        self.files = files
    }

    /// Loads one file.
    ///
    /// - Parameter about: What is known of its records beyond their fields.
    /// - Returns: How many parts it has, those that are no records included.
    @discardableResult
    internal func read(
        _ source: RecordSource, about: AboutLines? = nil, file: Int, progress: (Int) -> Void
    ) throws -> Int {
        let preparer = try writer.makePreparer()
        var parts = 0
        try ReadAhead.read(source, prepare: { ImportItem($0, preparer, about) }) { item in
            parts += 1
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
        return parts
    }

    /// Lists a collection in the report, also if nothing of it is met.
    internal func list(_ collection: String) { count(collection) { _ in } }

    /// Ends the import: drops what depends on rejected records, or refuses everything.
    internal func finish() throws {
        if request.keepsGoing { try dropBroken() }
        try refuseRejects()
        // A dry run must say what a real one would, so this cannot wait for the commit.
        if try writer.transaction.connection.hasDeferredViolations() {
            throw leadingNowhere(try writer.brokenReferences())
        }
    }

    private func refuseRejects() throws {
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
        let first = (record.id ?? content.about.id).flatMap { traces[$0] }
        do {
            // With `copy` a second record with a key passes if it is equal to the first.
            let again: CofferRecords.RecordWriter.Existing = record.id == nil ? .fail : .copy
            let written = try writer.put(
                record, id: contentID(content, item, file),
                existing: first == nil ? existing : again, created: content.about.created)
            if first == nil, written.outcome != .skipped {
                traces[written.id] = Trace(
                    file: file, line: item.line, isNew: written.outcome == .created)
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
            guard let first else { return reject(item, error, file: file) }
            reject(
                item.collection, file: file, line: item.line,
                "its \(record.id == nil ? "id" : "key") repeats: a different record with it stands in "
                    + "\(files[first.file]):\(first.line)")
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

    private var existing: CofferRecords.RecordWriter.Existing {
        switch request.existing {
        case .update: .update
        case .skip: .skip
        case .fail: .fail
        case .copy: .copy
        }
    }

    /// The id of a record without a key: from its content and its ordinal among equals, so that
    /// importing again changes nothing.
    private func contentID(
        _ content: ImportItem.Content, _ item: ImportItem, _ file: Int
    ) -> Identifier? {
        guard let first = content.firstID else {
            return content.record.id == nil ? content.about.id : nil
        }
        // The first of them leaves a trace; only a content that repeats needs a count.
        guard traces[first] != nil else {
            traces[first] = Trace(file: file, line: item.line, isNew: false)
            return first
        }
        let ordinal = (ordinals[first] ?? 0) + 1
        ordinals[first] = ordinal
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
                guard let origin = traces[reference.id], origin.isNew else {
                    throw leadingNowhere(Array(broken.prefix(20)))
                }
                try writer.drop(reference.id, in: try plan(reference.collection))
                count(reference.collection) { $0.created -= 1 }
                reject(
                    reference.collection, file: origin.file, line: origin.line,
                    "\(reference.field) leads to no record of \(reference.target)")
            }
        }
    }

    /// Says of references that lead nowhere where they stand.
    private func leadingNowhere(_ broken: [RecordsError.BrokenReference]) -> VaultError {
        let lines = broken.map { reference in
            let what = "\(reference.field) leads to no record of \(reference.target)"
            guard let trace = traces[reference.id] else {
                return "\(reference.collection) \(reference.id): \(what)"
            }
            return "\(files[trace.file]):\(trace.line): \(reference.collection): \(what)"
        }
        let advice = request.keepsGoing ? "" : "; --keep-going imports the rest"
        return VaultError(
            .brokenReference,
            "nothing was imported\(advice):\n" + lines.joined(separator: "\n"))
    }

    /// Refuses something of a file of the import.
    ///
    /// - Parameter collection: Whose record it is; nil for what is none.
    internal func reject(_ collection: String?, file: Int, line: Int, _ reason: String) {
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
