internal import Coffer
internal import CofferArguments

/// Commands that move records or indexes under new keys, and tell how far that is.
internal enum RotateKeysCommands {
    /// `coffer rotate data`.
    internal static func data(_ call: Call) throws -> ExitStatus {
        try start(.data, call, "Replace the keys of all records?")
    }

    /// `coffer rotate index`.
    internal static func index(_ call: Call) throws -> ExitStatus {
        try start(.index, call, "Replace the key of all indexes?")
    }

    /// `coffer rotate chunks`.
    internal static func chunks(_ call: Call) throws -> ExitStatus {
        try start(.chunks, call, "Replace the key of all files?")
    }

    private static func start(
        _ kind: Vault.KeyRotationKind, _ call: Call, _ question: String
    ) throws -> ExitStatus {
        let vault = try call.open()
        switch try vault.keyRotationUnderWay() {
        case nil: try call.confirm(question)
        case kind: break
        case .some(let other):
            throw busy(other)
        }
        return try run(kind, vault, call, skipping: call.invocation.flag("skip-damaged"))
    }

    /// Another rotation is under way.
    internal static func busy(_ other: Vault.KeyRotationKind) -> Failure {
        Failure(
            "busy", "rotate \(other) is under way; go on with: coffer rotate resume", .conflict)
    }

    /// `coffer rotate resume`.
    internal static func resume(_ call: Call) throws -> ExitStatus {
        let vault = try call.open()
        guard let kind = try vault.keyRotationUnderWay() else {
            throw Failure("no-rotation", "no rotation is under way", .notFound)
        }
        return try run(
            kind, vault, call, skipping: call.invocation.flag("skip-damaged"))
    }

    /// Moves what was written before, and says so.
    internal static func run(
        _ kind: Vault.KeyRotationKind, _ vault: Vault, _ call: Call, skipping: Bool
    ) throws -> ExitStatus {
        let (done, status) = try move(kind, vault, call, skipping: skipping)
        if call.isJSON { try call.console.print(json(done)) } else { try tell(done, call) }
        return status
    }

    /// Moves what was written before.
    internal static func move(
        _ kind: Vault.KeyRotationKind, _ vault: Vault, _ call: Call, skipping: Bool
    ) throws -> (Vault.KeyRotation, ExitStatus) {
        let bar = ProgressBar(call.console, "moving", .records)
        defer { bar.clear() }
        let done = try vault.rotateKeys(kind, skippingDamaged: skipping) {
            bar.update(Int64(clamping: $0), of: Int64(clamping: $1))
        }
        tell(safety: done.safetyBundle, call)
        return (done, done.isOver && done.damaged.isEmpty ? .done : .damaged)
    }

    /// Names the safety bundle that a rotation has taken, to who asks for more.
    internal static func tell(safety bundle: String?, _ call: Call) {
        guard let bundle else { return }
        call.console.detail("a safety bundle of before is \(Visible.line(bundle))")
    }

    /// What was done, for a program.
    internal static func json(_ done: Vault.KeyRotation) -> JSONOutput {
        .object([
            ("job", .text(done.job)), ("kind", .text(done.kind.rawValue)),
            ("state", .text(state(of: done))), ("done", .count(done.moved)),
            ("total", .count(done.total)),
            ("damaged", .array(done.damaged.map { .text($0) })),
        ])
    }

    private static func state(of done: Vault.KeyRotation) -> String {
        guard done.isOver else { return "failed" }
        return done.isScrubbed ? "done" : "scrubbing"
    }

    private static func tell(_ done: Vault.KeyRotation, _ call: Call) throws {
        for line in done.damaged { call.console.note(Visible.line("passed over: \(line)")) }
        let moved = Quantity.of(Int(clamping: done.moved), "row was", "rows were")
        let isOne = done.kind == .index
        let keys =
            switch done.kind {
            case .index: "the index key of before"
            case .chunks: "the keys of chunks of before"
            case .data, .all: "the keys of before"
            }
        guard done.isOver else {
            let stay = isOne ? "stays" : "stay"
            return try call.console.line(
                "\(moved) sealed anew; \(keys) \(stay) for what does not open or is missing, which "
                    + "coffer check names.")
        }
        try call.console.line(
            "\(moved) sealed anew; nothing is left under \(keys), and "
                + (isOne ? "it is gone." : "they are gone."))
        guard !done.isScrubbed else { return }
        call.console.note(
            "Scrubbing: a program that reads the vault keeps the old rows in its log for now; when "
                + "it is done, run: coffer rotate resume")
    }

    /// `coffer rotate status`.
    internal static func status(_ call: Call) throws -> ExitStatus {
        let status = try call.open().keyRotationStatus()
        if call.isJSON {
            try call.console.print(
                .object([
                    ("job", .text(status?.job)), ("kind", .text(status?.kind.rawValue)),
                    ("state", .text(status?.phase)),
                    ("started", .text(status.map { Timestamp.text($0.started) })),
                    ("left", .count(status?.left ?? 0)),
                ]))
            return .done
        }
        guard let status else {
            try call.console.line("No rotation is under way.")
            return .done
        }
        let name = "rotate \(status.kind)"
        let since = String(Timestamp.text(status.started).prefix(16))
        try call.console.line(
            status.phase == "running"
                ? "\(name) is under way since \(since): \(status.left) rows are to be moved. "
                    + "Go on with: coffer rotate resume"
                : "\(name) is under way since \(since): everything is moved, and what was replaced "
                    + "is still to leave the log. Go on with: coffer rotate resume")
        return .done
    }
}
