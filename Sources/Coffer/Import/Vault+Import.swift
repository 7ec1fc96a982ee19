internal import CofferDisk
internal import CofferExchange
internal import CofferFormat
internal import CofferRecords
internal import CofferSchema
internal import CofferStore

extension Vault {
    /// Imports files in one transaction: everything, or nothing.
    ///
    /// Collections without a schema get one with the types that were found. What counts as a
    /// record, its collection and its key is told in `Docs/Interface.md`, "Import".
    ///
    /// - Parameter progress: Is given bytes read so far and bytes in all, over both readings.
    /// - Throws: ``VaultError/Code/invalid`` naming file, line and reason of what was refused,
    ///   unless the request goes on; ``VaultError/Code/brokenReference`` naming the offenders.
    public func importFiles(
        _ request: ImportRequest, progress: (Int64, Int64) -> Void
    ) throws(VaultError) -> ImportReport {
        do {
            if let into = request.into, !CollectionSchema.isName(into) {
                throw VaultError(
                    .usage,
                    "--into: a collection's name has a to z, 0 to 9 and _, begins with a letter "
                        + "and has at most \(CollectionSchema.longestName) characters")
            }
            let files = try Self.files(request.paths).map { try OpenedFile($0) }
            let known = Set(try store.read { $0.catalog.definitions.map(\.name) })
            let isSettled =
                request.idField == nil
                && files.allSatisfy { file in
                    known.contains(request.into ?? CollectionName.forFile(file.path))
                }
            // Where every file's collection has a definition, there is nothing to find out
            // before loading; a record of another collection shows that there was after all.
            if isSettled {
                do {
                    return try importFiles(files, request, nil, progress)
                } catch RecordsError.noCollection {}
            }
            let scan = ImportScan(known: known, idField: request.idField)
            return try importFiles(files, request, scan, progress)
        } catch { throw VaultError(error) }
    }

    private func importFiles(
        _ files: [OpenedFile], _ request: ImportRequest, _ scan: ImportScan?,
        _ progress: (Int64, Int64) -> Void
    ) throws -> ImportReport {
        let total = files.reduce(0) { $0 + $1.size } * (scan == nil ? 1 : 2)
        var done: Int64 = 0
        for file in files {
            guard let scan else { break }
            try Self.naming(file) {
                let source = try source(file, request) { name in
                    guard try store.frame().catalog.named(name) != nil else { return nil }
                    return try records.read { try $0.plan(named: name).schema }
                }
                try scan.read(source, at: file.path)
            }
            done += file.size
            progress(done, total)
        }
        var report = ImportReport()
        do {
            try records.write { writer in
                if let scan { _ = try writer.apply(try scan.proposals()) }
                let load = ImportLoad(writer, request, files: files.map(\.path))
                for (index, file) in files.enumerated() {
                    let start = done
                    try Self.naming(file) {
                        let source = try source(file, request) { name in
                            guard writer.transaction.frame.catalog.named(name) != nil else {
                                return nil
                            }
                            return try writer.plan(named: name).schema
                        }
                        try load.read(source, file: index) {
                            progress(start + Int64($0), total)
                        }
                    }
                    done += file.size
                }
                try load.finish()
                report = load.report
                try writer.transaction.audit("import", Self.details(report))
                if request.isDryRun { throw DryRun() }
            }
        } catch is DryRun {}
        return report
    }

    private struct DryRun: Error {}

    /// Says of which file it is that it cannot be read as a whole.
    @discardableResult
    internal static func naming<Result>(
        _ file: OpenedFile, _ body: () throws -> Result
    ) throws -> Result {
        do { return try body() } catch let error as ExchangeError {
            throw VaultError(error, in: file.path)
        }
    }

    private static func details(_ report: ImportReport) -> [AuditEntry.Detail] {
        report.collections.prefix(1_000).map { collection in
            let counts = collection.counts
            return AuditEntry.Detail(
                collection.name,
                "created \(counts.created), updated \(counts.updated), "
                    + "unchanged \(counts.unchanged), rejected \(counts.rejected)")
        }
    }

    private func source(
        _ file: OpenedFile, _ request: ImportRequest,
        schema: (String) throws -> CollectionSchema?
    ) throws -> RecordSource {
        var options = RecordSource.Options()
        options.collection = request.into
        if let schema = try schema(request.into ?? CollectionName.forFile(file.path)) {
            options.types = { Self.cellTypes(schema.field($0)) }
        }
        return try file.records(options)
    }

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
