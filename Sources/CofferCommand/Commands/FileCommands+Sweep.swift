internal import Coffer
internal import CofferArguments

extension FileCommands {
    /// `coffer file sweep`.
    internal static func sweep(_ call: Call) throws -> ExitStatus {
        let vault = try call.open()
        let done = try swept(vault, call)
        if call.isJSON { try call.console.print(json(done)) } else { try tell(done, call) }
        guard let missing = done.missingRoom else { return .done }
        throw Failure(
            "full",
            "the disk has too little room to copy more packs: "
                + "\(Quantity.bytes(Double(missing))) more are needed; what was given back stays so",
            .storage)
    }

    private static func swept(_ vault: Vault, _ call: Call) throws -> Files.Sweep {
        let bar = ProgressBar(call.console, "sweeping", .records)
        defer { bar.clear() }
        return try vault.files.sweep {
            bar.update(Int64(clamping: $0), of: Int64(clamping: $1))
        }
    }

    private static func json(_ done: Files.Sweep) -> JSONOutput {
        .object([
            ("chunks", .count(done.chunks)), ("waiting", .count(done.waiting)),
            ("packs", .integer(Int64(done.packs))), ("copied", .integer(Int64(done.copied))),
            ("bytes", .count(done.bytes)), ("held", .integer(Int64(done.held))),
            ("missingRoom", done.missingRoom.map { .count($0) } ?? .null),
        ])
    }

    private static func tell(_ done: Files.Sweep, _ call: Call) throws {
        let chunks = Quantity.of(done.chunks, "chunk", "chunks")
        let packs = Quantity.of(done.packs, "pack", "packs")
        let copied =
            done.copied == 0 ? "" : ", \(done.copied) of them copied into others as needed"
        switch (done.bytes, done.chunks) {
        case (0, 0) where done.packs == 0:
            try call.console.line("There is nothing to give back.")
        case (0, _):
            try call.console.line(
                "Gone: \(chunks) that no file needs; what is added next takes their room.")
        default:
            try call.console.line(
                "\(Quantity.bytes(Double(done.bytes))) given back: \(chunks) that no file needs, "
                    + "\(packs)\(copied).")
        }
        if done.waiting > 0 {
            call.console.note(
                "\(Quantity.of(done.waiting, "chunk waits", "chunks wait")) for a program that adds "
                    + "files; the next sweep takes them.")
        }
        if done.held > 0 {
            call.console.note(
                "\(Quantity.of(done.held, "pack stays", "packs stay")) for a program that reads an "
                    + "older state, or adds files; the next sweep takes them.")
        }
    }
}
