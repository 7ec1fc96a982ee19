internal import CofferFormat
internal import CofferRecords
internal import CofferStore

extension Vault {
    /// Imports files in one transaction: everything, or nothing.
    ///
    /// Of a folder that ``exportEverything(to:unfinished:progress:)`` has made, what lies there of
    /// the vault's own files follows when the records are there, in transactions like those of
    /// ``Files/add(_:options:progress:each:)``; imported again, it goes on where it was interrupted.
    ///
    /// Collections without a schema get one with the types that were found. What counts as a
    /// record, its collection and its key is told in `Docs/Interface.md`, "Import".
    ///
    /// - Parameters:
    ///   - request: What is wanted, and how.
    ///   - progress: Is given bytes read so far and bytes in all, over both readings.
    /// - Throws: ``VaultError/Code/invalid`` naming file, line and reason of what was refused,
    ///   unless the request goes on; ``VaultError/Code/brokenReference`` naming the offenders.
    public func importFiles(
        _ request: ImportRequest, progress: (Int64, Int64) -> Void
    ) throws(VaultError) -> ImportReport {
        try holding {
            let run = try ImportRun(request)
            if try run.verify(progress) { return try load(run, nil, request, progress) }
            let catalog = try store.read { $0.catalog }
            if run.isSettled(catalog) {
                do {
                    return try load(run, nil, request, progress)
                } catch RecordsError.noCollection {}
            }
            // The first reading waits for nobody and keeps nobody waiting.
            let scan = try run.scan(
                known: Set(catalog.definitions.map(\.name)),
                schema: { name in
                    guard try store.frame().catalog.named(name) != nil else { return nil }
                    return try records.read { try $0.plan(named: name).schema }
                }, progress: progress)
            return try load(run, scan, request, progress)
        }
    }

    private func load(
        _ run: ImportRun, _ scan: ImportScan?, _ request: ImportRequest,
        _ progress: (Int64, Int64) -> Void
    ) throws -> ImportReport {
        var report = ImportReport()
        do {
            try records.write { writer in
                report = try run.load(writer, scan, progress: progress)
                if request.isDryRun { throw DryRun() }
            }
            try run.addFiles(records, &report, progress: progress)
        } catch is DryRun {}
        return report
    }

    private struct DryRun: Error {}
}

extension WriteTransaction {
    /// Imports files; the files are read twice while the transaction is open.
    ///
    /// Every reference must lead somewhere by the end of the import already, also those that the
    /// transaction has made before it.
    ///
    /// - Parameters:
    ///   - request: What is wanted, and how.
    ///   - progress: Is given bytes read so far and bytes in all, over both readings; must not use
    ///     the transaction.
    /// - Throws: What ``Vault/importFiles(_:progress:)`` throws; ``VaultError/Code/usage`` for a
    ///   dry run, and for a folder with files of a vault: they need transactions of their own.
    public func importFiles(
        _ request: ImportRequest, progress: (Int64, Int64) -> Void = { _, _ in }
    ) throws(VaultError) -> ImportReport {
        try writing { writer in
            guard !request.isDryRun else {
                throw VaultError(.usage, "a dry run needs a transaction of its own")
            }
            let run = try ImportRun(request)
            guard !run.hasFiles else {
                throw VaultError(
                    .usage,
                    "a folder with files of a vault is imported by itself, outside of a "
                        + "transaction")
            }
            if try run.verify(progress) { return try run.load(writer, nil, progress: progress) }
            let catalog = writer.transaction.frame.catalog
            let scan = try run.scan(
                known: Set(catalog.definitions.map(\.name)),
                schema: { name in
                    guard catalog.named(name) != nil else { return nil }
                    return try writer.plan(named: name).schema
                }, progress: progress)
            return try run.load(writer, scan, progress: progress)
        }
    }
}
