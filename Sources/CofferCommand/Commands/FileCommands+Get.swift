internal import Coffer
internal import CofferArguments

extension FileCommands {
    internal static func get(_ call: Call) throws -> ExitStatus {
        let name = call.invocation.argument("name") ?? ""
        let output = call.invocation.value("output").flatMap { $0 == "-" ? nil : $0 }
        let range = try call.invocation.value("range").map(self.range)
        let vault = try call.open()
        guard let file = try file(name, vault) else {
            var below: [VaultFile] = []
            try vault.files.list(under: name) {
                below.append($0)
                return true
            }
            // Asked for again, so that the error is that of the library.
            if below.isEmpty { _ = try vault.files.info(name) }
            guard let output else { throw Failure.usage("\(name) is a folder: say -o FOLDER") }
            guard range == nil else { throw Failure.usage("--range reads one file") }
            return try write(below, isFile: false, output, nil, vault, call)
        }
        if let output { return try write([file], isFile: true, output, range, vault, call) }
        guard !call.console.isOutputTerminal || file.media.hasPrefix("text/") else {
            throw Failure.usage(
                "\(file.name) holds \(file.media), which no terminal shows: say -o FILE")
        }
        var failure: Failure?
        do {
            try vault.files.read(file.name, in: range) { bytes in
                do throws(Failure) { try call.console.write(bytes) } catch {
                    failure = error
                    throw error
                }
            }
        } catch { throw failure ?? error }
        return .done
    }

    /// The file of a name; nil where there is none, and it may be a folder.
    private static func file(_ name: String, _ vault: Vault) throws(VaultError) -> VaultFile? {
        do throws(VaultError) { return try vault.files.info(name) } catch {
            guard error.code == .noFile else { throw error }
            return nil
        }
    }

    private static func write(
        _ files: [VaultFile], isFile: Bool, _ output: String, _ range: Range<UInt64>?,
        _ vault: Vault, _ call: Call
    ) throws -> ExitStatus {
        let total = files.reduce(UInt64(0)) { $0 &+ $1.size }
        let bar = ProgressBar(call.console, "reading", .bytes)
        defer { bar.clear() }
        var done: UInt64 = 0
        var isMissing = false
        func note(_ count: Int) {
            done &+= UInt64(count)
            bar.update(Int64(clamping: done), of: Int64(clamping: total))
        }
        let folder =
            isFile
            ? nil
            : OutputFolder(at: output, replacing: call.invocation.flag("force")) {
                Interruption.removesAtSignal($0)
            }
        for file in files {
            do throws(VaultError) {
                if let folder {
                    try folder.write(file.name, size: file.size) { give throws(VaultError) in
                        try vault.files.read(file.name) { bytes in
                            try give(bytes)
                            note(bytes.count)
                        }
                    }
                } else {
                    try write(file, range, try single(file, output, call), vault, note)
                }
            } catch {
                // One that is damaged costs no other.
                guard error.code == .damaged, !isFile else { throw error }
                bar.clear()
                call.console.warn("\(file.name) is not there: \(error.message)")
                isMissing = true
            }
        }
        bar.clear()
        try folder?.finish()
        if call.isJSON {
            try call.console.print(
                .object([("path", .text(output)), ("files", .integer(Int64(files.count)))]))
        } else {
            try call.console.line(Visible.line(output))
        }
        return isMissing ? .damaged : .done
    }

    /// One file, under the name that was given for it or into the folder.
    private static func single(
        _ file: VaultFile, _ output: String, _ call: Call
    ) throws(VaultError) -> OutputFile {
        let path =
            Paths.isDirectory(output) ? Paths.join(output, Paths.name(of: file.name)) : output
        try OutputFile.createDirectory(Paths.parent(of: path))
        return try OutputFile(at: path, replacing: call.invocation.flag("force"))
    }

    private static func write(
        _ file: VaultFile, _ range: Range<UInt64>?, _ out: consuming OutputFile, _ vault: Vault,
        _ progress: (Int) -> Void
    ) throws(VaultError) {
        Interruption.removesAtSignal(out.unfinishedPath)
        defer { Interruption.removesAtSignal(nil) }
        try read(file.name, range, vault, into: out, progress)
        try out.finish()
    }

    private static func read(
        _ name: String, _ range: Range<UInt64>?, _ vault: Vault, into out: borrowing OutputFile,
        _ progress: (Int) -> Void
    ) throws(VaultError) {
        try vault.files.read(name, in: range) { bytes in
            try out.write(bytes)
            progress(bytes.count)
        }
    }

    /// `FIRST-LAST`, both counted from 0 and inside; `FIRST-` to the end.
    private static func range(_ text: String) throws(Failure) -> Range<UInt64> {
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let first = UInt64(parts[0]) else {
            throw .usage("--range is FIRST-LAST, such as 0-1023, or FIRST- up to the end")
        }
        guard !parts[1].isEmpty else { return first..<UInt64.max }
        guard let last = UInt64(parts[1]), last >= first, last < .max else {
            throw .usage("--range is FIRST-LAST, such as 0-1023, or FIRST- up to the end")
        }
        return first..<last + 1
    }
}
