internal import CofferCare
internal import CofferDisk
internal import CofferExchange
internal import CofferFormat
internal import CofferRecords
internal import CofferSchema

/// One export of everything on one snapshot.
internal struct FolderExport {
    private let reader: RecordReader
    private let target: String
    private let temporary: String
    private let plans: [CollectionPlan]
    private let records: Records
    private let names: [FileName]

    /// Prepares an export; nothing is made yet.
    ///
    /// - Throws: ``VaultError/Code/usage`` for a path that cannot become a folder of its own.
    internal init(_ records: Records, _ reader: RecordReader, to path: String) throws {
        guard !["", ".", ".."].contains(DiskPath.name(of: path)) else {
            throw VaultError(.usage, "name a new folder for the export")
        }
        self.reader = reader
        target = path
        temporary = PendingFolder.temporaryPath(for: path)
        plans = try reader.plans()
        self.records = records
        var names: [FileName] = []
        try FileCatalog(reader).eachRecord { _, file in
            if let file { names.append(file.name) }
        }
        self.names = names
    }

    /// Everything that it will make before the folder has its name, in the order in which it can be
    /// removed again.
    internal var unfinished: [String] {
        let files = plans.flatMap { plan in
            let paths = FolderManifest.paths(of: plan.name)
            return [paths.schema, paths.lines, paths.about]
        }
        let inside =
            files + FileFolder.places(of: names) + FolderManifest.folders
            + [FolderManifest.fileName]
        return inside.map { DiskPath.join(temporary, $0) }
            + [temporary, PendingFolder.lockPath(of: temporary)]
    }

    /// Writes everything.
    internal func run(_ progress: (Int) -> Void) throws -> Vault.ExportedFolder {
        do {
            let files = LocalFileSystem()
            // What a killed program left here is readable by anyone who gets the disk.
            _ = try? files.removeLeftovers(in: DiskPath.parent(of: target))
            var folder = try PendingFolder(target, temporary: temporary, on: files)
            for name in FolderManifest.folders { try folder.makeFolder(name) }
            var manifest = FolderManifest()
            var count = 0
            for plan in plans {
                manifest.collections.append(
                    try export(plan, folder) {
                        count += 1
                        progress(count)
                    })
            }
            var damaged: [(name: String, reason: String)] = []
            if !names.isEmpty {
                let kept = try FileFolder(records, reader, in: folder)
                try kept.run {
                    count += 1
                    progress(count)
                }
                (manifest.kept, damaged) = (try kept.finish(), kept.damaged)
            }
            let file = HashedFile(
                try folder.create(FolderManifest.fileName), at: FolderManifest.fileName)
            try file.write(manifest.text)
            let own = try file.finish()
            try folder.commit()
            return Vault.ExportedFolder(target, manifest, own, damaged)
        } catch let error as DiskError { throw named(error) }
    }

    private func export(
        _ plan: CollectionPlan, _ folder: borrowing PendingFolder, _ counted: () -> Void
    ) throws -> FolderManifest.Collection {
        let paths = FolderManifest.paths(of: plan.name)
        let schema = HashedFile(try folder.create(paths.schema), at: paths.schema)
        try schema.write(plan.definition.schema + [UInt8(ascii: "\n")])
        let lines = HashedFile(try folder.create(paths.lines), at: paths.lines)
        let about = HashedFile(try folder.create(paths.about), at: paths.about)
        let clearable = plan.schema.fields.filter { $0.reference?.onDelete == .clear }.map(\.name)
        var records = 0
        do {
            var lineWriter = LineWriter { bytes throws(ExchangeError) in try lines.take(bytes) }
            var aboutWriter = LineWriter { bytes throws(ExchangeError) in try about.take(bytes) }
            try reader.scan(plan) { record in
                try lineWriter.write(record.value)
                try aboutWriter.write(AboutRecord(record, plan, clearable: clearable).value)
                records += 1
                counted()
                return true
            }
            try lineWriter.finish()
            try aboutWriter.finish()
        } catch { throw lines.failure ?? about.failure ?? error }
        return FolderManifest.Collection(
            name: plan.name, key: plan.keyName,
            fields: plan.definition.fields.map(\.name).filter { !$0.isEmpty }, records: records,
            schema: try schema.finish(), lines: try lines.finish(), about: try about.finish())
    }

    /// The error with the name that was asked for: nobody knows the other one.
    private func named(_ error: DiskError) -> any Error {
        guard error.kind != .exists else {
            return VaultError(
                .exists, "\(target) is there already and not an empty folder; name a new one")
        }
        guard error.path.hasPrefix(temporary) else { return error }
        let path = target + error.path.dropFirst(temporary.count)
        return DiskError(error.operation, path, error.kind, code: error.code)
    }
}
