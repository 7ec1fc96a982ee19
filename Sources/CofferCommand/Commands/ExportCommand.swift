internal import Coffer
internal import CofferArguments

/// `coffer export`: records out of the vault, readable by anyone.
internal enum ExportCommand {
    internal static func run(_ call: Call) throws -> ExitStatus {
        let invocation = call.invocation
        if let folder = invocation.value("everything") { return try everything(call, to: folder) }
        let output = invocation.value("output").flatMap { $0 == "-" ? nil : $0 }
        let format = try format(invocation.value("format"), output)
        let vault = try call.open()
        let all = try vault.collections()
        let names = invocation.argumentList("collections")
        if let name = repeated(in: names) { throw Failure.usage("\(name) is named twice") }
        let chosen = try names.map { name in
            // Asked again, so that the error is that of the library.
            try all.first { $0.name == name } ?? vault.collectionInfo(name)
        }
        let taken = names.isEmpty ? all : chosen
        let progress = Progress(call.console, taken.reduce(0) { $0 + $1.records })
        var files: [Exported] = []
        if let output, format != .json, taken.count > 1 || Paths.isDirectory(output) {
            try OutputFile.createDirectory(output)
            for info in taken {
                let path = Paths.join(output, "\(info.name).\(format.rawValue)")
                files.append(try write(call, vault, [info.name], format, path, progress))
            }
        } else if let output {
            files.append(try write(call, vault, names, format, output, progress))
        } else {
            let count = try print(call.console, vault, names, format, progress)
            // Before it is put on record: what nobody received was not exported.
            try call.console.flush()
            files.append(Exported(path: nil, collections: taken.map(\.name), records: count))
        }
        progress.clear()
        record(call, vault, taken.map(\.name), count: files.reduce(0) { $0 + $1.records })
        try tell(call, files)
        return .done
    }

    /// Exports the whole vault into a folder.
    private static func everything(_ call: Call, to path: String) throws -> ExitStatus {
        let invocation = call.invocation
        guard invocation.argumentList("collections").isEmpty,
            ["format", "output"].allSatisfy({ invocation.value($0) == nil }),
            !invocation.flag("force")
        else {
            throw Failure.usage(
                "--everything writes all there is into a new folder: it goes with no collection, "
                    + "--format, -o or --force")
        }
        let vault = try call.open()
        if call.console.isErrorTerminal, !call.console.isQuiet {
            call.console.warn("\(path) will hold the whole vault, readable by anyone who gets it")
        }
        let progress = Progress(call.console, try count(vault))
        defer { Interruption.removesAtSignal([]) }
        let folder = try vault.exportEverything(
            to: path, unfinished: Interruption.removesAtSignal, progress: progress.update)
        progress.clear()
        for (name, reason) in folder.damaged {
            call.console.warn(Visible.line("\(name) is not in it: \(reason)"))
        }
        record(call, vault, folder.collections.map(\.name), count: folder.records)
        let status: ExitStatus = folder.damaged.isEmpty ? .done : .damaged
        guard !call.isJSON else {
            try call.console.print(.everything(folder))
            return status
        }
        try call.console.line(Visible.line(path))
        let files = folder.kept > 0 ? Quantity.of(folder.kept, "file", "files") + ", " : ""
        call.console.note(
            "\(Quantity.of(folder.collections.count, "collection", "collections")), "
                + "\(Quantity.of(folder.records, "record", "records")), \(files)"
                + "readable by anyone with the folder.")
        return status
    }

    /// How many records and files there are.
    private static func count(_ vault: Vault) throws -> UInt64 {
        var count = try vault.collections().reduce(0) { $0 + $1.records }
        try vault.files.list { _ in
            count += 1
            return true
        }
        return count
    }

    /// A file that was written.
    private struct Exported {
        let path: String?
        let collections: [String]
        let records: Int
    }

    private static func format(
        _ name: String?, _ output: String?
    ) throws(Failure) -> Vault.ExportFormat {
        if let format = name.flatMap(Vault.ExportFormat.init) { return format }
        return output.map(format(ofFile:)) ?? .json
    }

    /// The format that the name of a file asks for.
    internal static func format(ofFile path: String) -> Vault.ExportFormat {
        let ending = Paths.name(of: path).split(separator: ".").last
        if ending == "jsonl" { return .ndjson }
        return ending.flatMap { Vault.ExportFormat(rawValue: String($0)) } ?? .json
    }

    /// The first name that stands there twice.
    internal static func repeated(in names: [String]) -> String? {
        var seen: Set<String> = []
        return names.first { !seen.insert($0).inserted }
    }

    /// Exports to standard output.
    private static func print(
        _ console: Console, _ vault: Vault, _ names: [String], _ format: Vault.ExportFormat,
        _ progress: Progress
    ) throws -> Int {
        var failure: Failure?
        do {
            return try vault.export(names, as: format, progress: progress.update) { bytes in
                do throws(Failure) {
                    try console.write(bytes)
                } catch {
                    failure = error
                    throw error
                }
            }
        } catch { throw failure ?? error }
    }

    private static func write(
        _ call: Call, _ vault: Vault, _ names: [String], _ format: Vault.ExportFormat,
        _ path: String, _ progress: Progress
    ) throws -> Exported {
        let file = try OutputFile(at: path, replacing: call.invocation.flag("force"))
        Interruption.removesAtSignal(file.unfinishedPath)
        defer { Interruption.removesAtSignal(nil) }
        let count = try export(vault, names, format, progress, to: file)
        try file.finish()
        return Exported(path: path, collections: names, records: count)
    }

    private static func export(
        _ vault: Vault, _ names: [String], _ format: Vault.ExportFormat, _ progress: Progress,
        to file: borrowing OutputFile
    ) throws(VaultError) -> Int {
        defer { progress.next() }
        return try vault.export(names, as: format, progress: progress.update) {
            try file.write($0)
        }
    }

    /// An export goes on the audit log, where there is one that can be written.
    private static func record(
        _ call: Call, _ vault: Vault, _ names: [String], count: Int
    ) {
        do throws(VaultError) {
            try vault.recordExport(of: names, count: count)
        } catch {
            call.console.warn("the export is not on the audit log: \(error.message)")
        }
    }

    private static func tell(_ call: Call, _ files: [Exported]) throws(Failure) {
        let written = files.filter { $0.path != nil }
        guard !written.isEmpty else { return }
        let count = written.reduce(0) { $0 + $1.records }
        guard call.isJSON else {
            for file in written { try call.console.line(Visible.line(file.path ?? "")) }
            return call.console.note(
                "\(Quantity.of(count, "record", "records")), readable by anyone with the file.")
        }
        try call.console.print(.exported(written.map { ($0.path ?? "", $0.records) }))
    }

    /// Progress over several files.
    private final class Progress {
        private let bar: ProgressBar
        private let total: Int64
        private var before = 0
        private var last = 0

        init(_ console: Console, _ total: UInt64) {
            bar = ProgressBar(console, "exporting", .records)
            self.total = Int64(clamping: total)
        }

        func update(_ count: Int) {
            last = count
            bar.update(Int64(before + count), of: total)
        }

        func next() {
            before += last
            last = 0
        }

        func clear() { bar.clear() }
    }
}
