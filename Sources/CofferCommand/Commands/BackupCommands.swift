internal import Coffer
internal import CofferArguments

/// `coffer backup …`: bundles made, looked at, verified and restored.
internal enum BackupCommands {
    /// Fewer records than this share of those before are worth a warning.
    private static let leastKept = 0.7

    internal static func create(_ call: Call) throws -> ExitStatus {
        guard let folder = call.invocation.value("to") else {
            throw Failure.usage("name the folder for the bundle: --to DIR")
        }
        let vault = try call.open()
        let console = call.console
        let bar = ProgressBar(console, "writing", .records)
        defer { bar.clear() }
        let made = try vault.backUp(
            to: Paths.absolute(folder, in: call.ambient.folder),
            isFull: call.invocation.flag("full")
        ) { done, total in
            bar.update(Int64(clamping: done), of: Int64(clamping: total))
            return true
        }
        bar.clear()
        if try vault.hasCompromisedSigner() { call.warnOfSigner() }
        if let before = made.recordsBefore,
            Double(made.recordsNow) < Double(before) * Self.leastKept
        {
            console.warn(
                "the vault had \(before) records when it was backed up before, and has "
                    + "\(made.recordsNow) now; the older bundles still have them")
        }
        guard call.isJSON else {
            try console.line(Visible.line(made.path))
            console.note(
                "\(made.isFull ? "A full bundle" : "An incremental bundle"): "
                    + "\(Quantity.of(made.records, "record", "records")), "
                    + (made.chunks == 0
                        ? "" : "\(Quantity.of(made.chunks, "chunk", "chunks")) of files, ")
                    + "\(Quantity.bytes(Double(made.bytes))).")
            return .done
        }
        try console.print(
            .object([
                ("bundle", .text(made.path)), ("id", .text(made.id)),
                ("kind", .text(made.isFull ? "full" : "incremental")),
                ("parent", .text(made.parent)), ("records", .count(made.records)),
                ("chunks", .count(made.chunks)), ("bytes", .count(made.bytes)),
            ]))
        return .done
    }

    internal static func list(_ call: Call) throws -> ExitStatus {
        let folder = call.invocation.argument("folder") ?? "."
        let items = try Bundles(in: call.surroundings).list(folder)
        let console = call.console
        guard !call.isJSON else {
            try console.print(.array(items.map(JSONOutput.bundle)))
            return .done
        }
        guard !items.isEmpty else {
            console.note("There are no bundles in \(Visible.line(folder)).")
            return .done
        }
        var table = Table([
            .init("MADE"), .init("KIND"), .init("ENTRIES", isNumber: true),
            .init("SIZE", isNumber: true), .init("OPENS WITH"), .init("SIGNER"), .init("FILE"),
        ])
        for item in items { table.add(row(item, now: call.surroundings.now())) }
        for line in table.lines() { try console.line(line) }
        return .done
    }

    private static func row(_ item: Bundles.Item, now: Int64) -> [String] {
        let name = Visible.line(Paths.name(of: item.path))
        let size = Quantity.bytes(Double(item.bytes))
        guard let facts = item.facts else {
            let word = item.kind == .unreadable ? "damaged" : item.kind.rawValue
            return ["", word, "", size, Visible.line(item.problem ?? ""), "", name]
        }
        let kind =
            facts.isFull
            ? "full" : facts.chain > 0 ? "+ \(facts.chain - 1)" : "broken chain"
        return [
            "\(Timestamp.text(facts.created)) (\(age(now - facts.created)))", kind,
            "\(facts.records)", size, ways(facts), facts.signer, name,
        ]
    }

    private static func age(_ milliseconds: Int64) -> String {
        let minutes = max(0, milliseconds) / 60_000
        if minutes < 60 { return "\(minutes) min" }
        return minutes < 48 * 60 ? "\(minutes / 60) h" : "\(minutes / 1_440) days"
    }

    private static func ways(_ facts: Bundles.Facts) -> String {
        var ways: [String] = []
        if facts.passwords > 0 {
            ways.append(Quantity.of(facts.passwords, "password", "passwords"))
        }
        if facts.recoveryKeys > 0 {
            ways.append(Quantity.of(facts.recoveryKeys, "recovery key", "recovery keys"))
        }
        return ways.joined(separator: ", ")
    }
}
