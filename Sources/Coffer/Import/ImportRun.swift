internal import CofferDisk
internal import CofferExchange
internal import CofferFormat
internal import CofferRecords
internal import CofferSchema
internal import CofferStore

/// Files on their way into a vault: one import, without the transaction that it goes into.
internal struct ImportRun {
    private let request: ImportRequest
    private let files: [OpenedFile]
    private let folder: FolderImport?

    /// Opens the files.
    ///
    /// - Throws: ``VaultError/Code/usage`` for a name that no collection can have.
    internal init(_ request: ImportRequest) throws {
        if let into = request.into, !CollectionSchema.isName(into) {
            throw VaultError(
                .usage,
                "--into: a collection's name has a to z, 0 to 9 and _, begins with a letter "
                    + "and has at most \(CollectionSchema.longestName) characters")
        }
        self.request = request
        folder = try FolderImport.open(request)
        files =
            try folder?.parts.map(\.lines)
            ?? Self.files(request.paths).map { try OpenedFile($0) }
    }

    /// Whether every file's collection has a definition: then there is nothing to find out before
    /// loading, unless a record of another collection shows that there was after all.
    internal func isSettled(_ catalog: Catalog) -> Bool {
        request.idField == nil
            && files.allSatisfy { file in
                catalog.named(request.into ?? CollectionName.forFile(file.path)) != nil
            }
    }

    /// Proves of a folder with a whole vault that it is as it was written; nothing of other files.
    ///
    /// - Returns: Whether there was such a folder; then all was read once.
    internal func verify(_ progress: (Int64, Int64) -> Void) throws -> Bool {
        guard let folder else { return false }
        try folder.verify { progress($0, size * 2) }
        return true
    }

    /// The first reading: finds out which collections, keys and types there are.
    ///
    /// - Parameters:
    ///   - known: The collections that have definitions.
    ///   - schema: Gives the schema of a collection that has one.
    internal func scan(
        known: Set<String>, schema: (String) throws -> CollectionSchema?,
        progress: (Int64, Int64) -> Void
    ) throws -> ImportScan {
        let scan = ImportScan(known: known, idField: request.idField)
        var done: Int64 = 0
        for file in files {
            try Self.naming(file) { try scan.read(try source(file, schema), at: file.path) }
            done += file.size
            progress(done, size * 2)
        }
        return scan
    }

    /// The second reading: writes the records.
    ///
    /// - Parameter scan: What the first one has found; nil when there was none.
    internal func load(
        _ writer: CofferRecords.RecordWriter, _ scan: ImportScan?,
        progress: (Int64, Int64) -> Void
    ) throws -> ImportReport {
        if let scan { try make(try scan.proposals(), writer) }
        if let folder {
            let catalog = writer.transaction.frame.catalog
            try make(folder.proposals { catalog.named($0) != nil }, writer)
        }
        let isSecond = scan != nil || folder != nil
        let total = isSecond ? size * 2 : size
        var done = isSecond ? size : 0
        let load = ImportLoad(
            writer, request, files: files.map(\.path) + [folder?.kept?.path ?? ""])
        for (index, file) in files.enumerated() {
            let start = done
            try Self.naming(file) {
                if let part = folder?.parts[index] {
                    return try read(part, load, file: index) { progress(start + Int64($0), total) }
                }
                let source = try source(file) { name in
                    guard writer.transaction.frame.catalog.named(name) != nil else { return nil }
                    return try writer.plan(named: name).schema
                }
                try load.read(source, file: index) { progress(start + Int64($0), total) }
            }
            done += file.size
        }
        let kept = try folder?.kept?.look(writer.reader, request.existing) { line, reason in
            load.reject(nil, file: files.count, line: line, reason)
        }
        try load.finish()
        var report = load.report
        (report.files, report.lostFiles) = (kept?.counts, kept?.lost ?? [])
        try writer.transaction.audit("import", Self.details(report))
        return report
    }

    /// Whether files come in, which is done in transactions of their own.
    internal var hasFiles: Bool { folder?.kept != nil }

    /// Adds the files, once the records are there.
    ///
    /// - Parameter report: What was done so far; gets what became of the files.
    internal func addFiles(
        _ records: Records, _ report: inout ImportReport, progress: (Int64, Int64) -> Void
    ) throws {
        guard let kept = folder?.kept else { return }
        let (done, total) = (size * 2 - kept.bytes, size * 2)
        let rejected = report.files?.rejected ?? 0
        var counts = try kept.add(records, request.existing) { progress(done + $0, total) }
        counts.rejected = rejected
        report.files = counts
    }

    /// Makes collections, and changes none: one that another program has made since we looked
    /// keeps its schema.
    private func make(
        _ proposals: [CofferRecords.RecordWriter.Proposal],
        _ writer: CofferRecords.RecordWriter
    ) throws {
        for change in try writer.apply(proposals) where change.isChanged && !change.isNew {
            throw VaultError(
                .busy, "another program has just made \(change.name); import again")
        }
    }

    /// Loads a collection of a folder with a whole vault.
    private func read(
        _ part: FolderImport.Part, _ load: ImportLoad, file: Int, progress: (Int) -> Void
    ) throws {
        var options = RecordSource.Options()
        options.collection = part.collection.name
        options.format = .lines
        load.list(part.collection.name)
        let count = try load.read(
            try part.lines.records(options), about: AboutLines(part.about), file: file,
            progress: progress)
        guard count == part.collection.records else {
            throw VaultError(
                .invalid,
                "\(part.lines.path) has \(count) records; \(part.collection.records) were exported")
        }
    }

    /// The size of all files in bytes.
    private var size: Int64 {
        files.reduce(folder?.kept?.bytes ?? 0) {
            $0.addingReportingOverflow($1.size).partialValue
        }
    }

    private static func details(_ report: ImportReport) -> [AuditEntry.Detail] {
        func detail(_ name: String, _ counts: ImportReport.Counts) -> AuditEntry.Detail {
            AuditEntry.Detail(
                name,
                "created \(counts.created), updated \(counts.updated), "
                    + "unchanged \(counts.unchanged), rejected \(counts.rejected)")
        }
        return report.collections.prefix(1_000).map { detail($0.name, $0.counts) }
            + (report.files.map { [detail("(files)", $0)] } ?? [])
    }

    private func source(
        _ file: OpenedFile, _ schema: (String) throws -> CollectionSchema?
    ) throws -> RecordSource {
        var options = RecordSource.Options()
        options.collection = request.into
        if let schema = try schema(request.into ?? CollectionName.forFile(file.path)) {
            options.types = { Self.cellTypes(schema.field($0)) }
        }
        return try file.records(options)
    }
}

extension ImportRun {
    /// Says of which file it is that it cannot be read as a whole.
    @discardableResult
    internal static func naming<Result>(
        _ file: OpenedFile, _ body: () throws -> Result
    ) throws -> Result {
        do { return try body() } catch let error as ExchangeError {
            throw VaultError(error, in: file.path)
        }
    }

    /// What the cells of a field's column in a table hold.
    internal static func cellTypes(_ field: FieldSchema?) -> CSVCell.Types {
        switch field?.kind {
        case .integer, .number: .number
        case .boolean: .boolean
        case .json: .structure
        case .any: .any
        case .text, nil: .text
        }
    }

    private static let extensions = ["json", "ndjson", "jsonl", "csv", "db"]

    /// The files of directories in order of their names; files as they are.
    internal static func files(_ paths: [String]) throws -> [String] {
        let system = LocalFileSystem()
        var files: [String] = []
        for path in paths {
            guard try system.status(path)?.kind == .directory else {
                files.append(path)
                continue
            }
            let found = try system.list(path).filter { name in
                extensions.contains { name.lowercased().hasSuffix("." + $0) }
            }
            guard !found.isEmpty else {
                throw VaultError(
                    .invalid, "\(path) has no file to import (.json .ndjson .jsonl .csv .db)")
            }
            files += found.map { DiskPath.join(path, $0) }
        }
        return files
    }
}
