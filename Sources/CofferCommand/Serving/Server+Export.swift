internal import Coffer

/// Records in and out as whole files.
extension Server {
    /// `export`: records into files, or as the result.
    internal func export(_ transaction: ReadTransaction, _ members: Members) throws -> Reply {
        if let folder = try members.text("everything") {
            return try exportEverything(transaction, members, to: folder)
        }
        let names = try members.texts("collections") ?? []
        if let name = ExportCommand.repeated(in: names) {
            throw Failure.usage("\(name) is named twice")
        }
        let output = try members.text("output")
        let format = try members.choice("format", of: Vault.ExportFormat.self)
        let isForced = try members.flag("force")
        let taken = try names.isEmpty ? transaction.collections().map(\.name) : names
        guard let output else {
            return try collect(transaction, names, format ?? .json, taken)
        }
        let chosen = format ?? ExportCommand.format(ofFile: output)
        var files: [(path: String, records: Int)] = []
        if chosen != .json, taken.count > 1 || Paths.isDirectory(output) {
            try OutputFile.createDirectory(output)
            for name in taken {
                let path = Paths.join(output, "\(name).\(chosen.rawValue)")
                files.append(
                    (path, try write(transaction, [name], chosen, to: path, isForced)))
            }
        } else {
            files.append((output, try write(transaction, names, chosen, to: output, isForced)))
        }
        exported.append((taken, files.reduce(0) { $0 + $1.records }))
        return .value(.exported(files))
    }

    private func exportEverything(
        _ transaction: ReadTransaction, _ members: Members, to path: String
    ) throws -> Reply {
        if let name = ["collections", "format", "output", "force"].first(where: {
            members[$0] != nil
        }) {
            throw Failure.usage("«everything» does not go with «\(name)»")
        }
        defer { Interruption.removesAtSignal([]) }
        let folder = try transaction.exportEverything(
            to: path, unfinished: Interruption.removesAtSignal)
        exported.append((folder.collections.map(\.name), folder.records))
        return .value(.everything(folder))
    }

    private func write(
        _ transaction: ReadTransaction, _ names: [String], _ format: Vault.ExportFormat,
        to path: String, _ isForced: Bool
    ) throws -> Int {
        let file = try OutputFile(at: path, replacing: isForced)
        Interruption.removesAtSignal(file.unfinishedPath)
        defer { Interruption.removesAtSignal(nil) }
        let count = try transaction.export(names, as: format) { try file.write($0) }
        try file.finish()
        return count
    }

    /// The export as a result.
    private func collect(
        _ transaction: ReadTransaction, _ names: [String], _ format: Vault.ExportFormat,
        _ taken: [String]
    ) throws -> Reply {
        var bytes: [UInt8] = []
        let count = try transaction.export(names, as: format) { piece in
            guard piece.count <= room - bytes.count else { throw Reply.tooLong }
            bytes += piece
        }
        exported.append((taken, count))
        if format == .json {
            // One value may stand on several lines, an answer may not; no text holds a line end.
            return .json(bytes.map { $0 == 10 ? 32 : $0 })
        }
        return .value(.text(String(decoding: bytes, as: UTF8.self)))
    }

    /// Puts what was exported on the audit log, where there is one that can be written.
    internal func recordExports() {
        guard !exported.isEmpty else { return }
        defer { exported.removeAll() }
        for one in exported {
            do throws(VaultError) {
                try vault.recordExport(of: one.collections, count: one.records)
            } catch {
                call.console.warn("an export is not on the audit log: \(error.message)")
            }
        }
    }

    /// Imports files by way of `load`.
    internal func importFiles(
        _ members: Members, _ load: (ImportRequest) throws -> ImportReport
    ) throws -> Reply {
        guard let files = try members.texts("files"), !files.isEmpty else {
            throw Failure.usage("«files» names no file")
        }
        var request = ImportRequest(paths: files)
        request.into = try members.text("into")
        request.existing =
            try members.choice("existing", of: ImportRequest.Existing.self) ?? .update
        request.idField = try members.text("idField")
        request.isDryRun = try members.flag("dryRun")
        request.keepsGoing = try members.flag("keepGoing")
        return .value(.imported(try load(request)))
    }
}
