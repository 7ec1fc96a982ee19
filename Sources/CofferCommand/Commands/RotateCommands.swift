internal import Coffer
internal import CofferArguments

/// Commands that change keys, and the one that counts what is under them.
internal enum RotateCommands {
    /// `coffer rotate root`.
    internal static func root(_ call: Call) throws -> ExitStatus {
        let vault = try call.open()
        try call.confirm("Replace the root key?")
        let rotation = try rotated(vault, call)
        let bundles = try vault.bundlesOpeningOtherwise()
        if call.isJSON {
            try call.console.print(json(rotation, bundles))
            return .done
        }
        try call.console.line(
            "The root key is a new one (epoch \(rotation.epoch)); "
                + "\(Quantity.of(rotation.slots, "way", "ways")) to unlock the vault "
                + "\(rotation.slots == 1 ? "leads" : "lead") to it, as before.")
        let kept = rotation.kept.map { "\($0.purpose) (since \(day($0.created)))" }
        try call.console.line("Not replaced: \(kept.joined(separator: ", ")).")
        try call.console.line("What was written before stays known to whoever held the old root.")
        for line in OldBundleLines.stillOpening(bundles) { try call.console.line(line) }
        if !rotation.isScrubbed {
            call.console.note(
                "A program that reads the vault keeps the old rows in its log for now; they go "
                    + "when it is done.")
        }
        return .done
    }

    private static func rotated(_ vault: Vault, _ call: Call) throws -> Vault.RootRotation {
        let bar = ProgressBar(call.console, "counting", .records)
        defer { bar.clear() }
        return try vault.rotateRoot {
            bar.update(Int64(clamping: $0), of: Int64(clamping: $1))
        }
    }

    internal static func day(_ time: Int64) -> String { String(Timestamp.text(time).prefix(10)) }

    private static func json(
        _ rotation: Vault.RootRotation, _ bundles: [Vault.OldBundle]
    ) -> JSONOutput {
        .object([
            ("epoch", .count(rotation.epoch)), ("slots", .integer(Int64(rotation.slots))),
            ("persons", .integer(Int64(rotation.persons))),
            (
                "kept",
                .array(
                    rotation.kept.map {
                        .object([
                            ("purpose", .text($0.purpose)),
                            ("since", .text(Timestamp.text($0.created))),
                        ])
                    })
            ),
            ("bundles", .integer(Int64(bundles.count))),
            ("oldBundles", OldBundleLines.json(bundles)),
            ("scrubbed", .bool(rotation.isScrubbed)),
        ])
    }

    /// `coffer key census`.
    internal static func census(_ call: Call) throws -> ExitStatus {
        let vault = try call.open()
        let counts = try vault.keyCensus()
        // The audit log stays as it was written: each entry is bound to the one before.
        let old = counts.filter { $0.state == "retiring" && $0.purpose != "audit" }
        let left = old.reduce(UInt64(0)) { $0 + under($1) }
        let bundles = counts.filter { $0.state == "archived" }.reduce(UInt64(0)) { $0 + $1.bundles }
        if call.isJSON {
            try call.console.print(
                .object([
                    ("keys", .array(counts.map(json))), ("left", .count(left)),
                    ("kept", .integer(Int64(old.count))), ("bundles", .count(bundles)),
                ]))
            return .done
        }
        var table = Table([
            .init("KEY", isNumber: true), .init("FOR"), .init("STATE"), .init("SINCE"),
            .init("RECORDS", isNumber: true), .init("VERSIONS", isNumber: true),
            .init("ENTRIES", isNumber: true), .init("CHUNKS", isNumber: true),
            .init("BUNDLES", isNumber: true),
        ])
        for count in counts {
            table.add([
                "\(count.number)", count.purpose, count.state, day(count.created),
                "\(count.records)", "\(count.versions)", "\(count.entries)", "\(count.chunks)",
                "\(count.bundles)",
            ])
        }
        for line in table.lines() { try call.console.line(line) }
        try call.console.line("")
        try call.console.line(try words(counts, old, left, vault))
        if bundles > 0 {
            try call.console.line(
                "\(Quantity.of(Int(clamping: bundles), "known bundle is", "known bundles are"))"
                    + " under an old key.")
        }
        return .done
    }

    /// What is left under old keys, in words, and what moves it.
    private static func words(
        _ counts: [Vault.KeyCount], _ old: [Vault.KeyCount], _ left: UInt64, _ vault: Vault
    ) throws -> String {
        guard left > 0 || old.isEmpty else { return try keptWords(old, vault) }
        guard left > 0 else {
            let entries = counts.filter { $0.state == "retiring" && $0.purpose == "audit" }
                .reduce(UInt64(0)) { $0 + $1.entries }
            return "Nothing is left under any old key of the vault"
                + (entries == 0
                    ? "."
                    : ", except \(Quantity.of(Int(clamping: entries), "entry", "entries")) of the "
                        + "audit log, which stay as they were written.")
        }
        let commands =
            try vault.keyRotationUnderWay() != nil
            ? ["rotate resume"] : commands(old.filter { under($0) > 0 })
        return "Something is still under old keys, as the table shows. Move it with: "
            + commands.map { "coffer \($0)" }.joined(separator: ", ")
    }

    /// How much is under a key.
    private static func under(_ count: Vault.KeyCount) -> UInt64 {
        count.records + count.versions + count.entries + count.chunks
    }

    /// What moves that which is under keys.
    private static func commands(_ keys: [Vault.KeyCount]) -> [String] {
        var commands: [String] = []
        for key in keys {
            let command =
                switch key.purpose {
                case "index": "rotate index"
                case "chunks": "rotate chunks"
                default: "rotate data"
                }
            if !commands.contains(command) { commands.append(command) }
        }
        return commands.sorted { $0 == "rotate data" && $1 != "rotate data" }
    }

    /// Why old keys are there although no row names them.
    private static func keptWords(_ old: [Vault.KeyCount], _ vault: Vault) throws -> String {
        let command = commands(old).joined(separator: ", coffer ")
        let keys = Quantity.of(old.count, "old key is", "old keys are")
        if let other = try vault.keyRotationUnderWay() {
            return
                "No row names an old key of the vault; \(keys) there until rotate \(other) ends. "
                + "Go on with: coffer rotate resume"
        }
        guard try !vault.opensWhole() else {
            return "No row names an old key of the vault; \(keys) there still, and can go: "
                + "coffer \(command)"
        }
        return "No row names an old key of the vault, but \(keys) kept, because something does not "
            + "open or is missing, and may be under any of them. What that is, says: coffer check"
    }

    private static func json(_ count: Vault.KeyCount) -> JSONOutput {
        .object([
            ("key", .integer(Int64(count.number))), ("for", .text(count.purpose)),
            ("state", .text(count.state)), ("since", .text(Timestamp.text(count.created))),
            ("records", .count(count.records)), ("versions", .count(count.versions)),
            ("entries", .count(count.entries)), ("chunks", .count(count.chunks)),
            ("bundles", .count(count.bundles)),
        ])
    }
}
