internal import Coffer
internal import CofferArguments

/// Commands that move records under new keys, and tell how far that is.
internal enum RotateDataCommands {
    /// `coffer rotate data`.
    internal static func data(_ call: Call) throws -> ExitStatus {
        let vault = try call.open()
        if try vault.rotationStatus() == nil {
            try call.confirm("Replace the keys of all records?")
        }
        return try run(vault, call, skipping: call.invocation.flag("skip-damaged"))
    }

    /// `coffer rotate resume`.
    internal static func resume(_ call: Call) throws -> ExitStatus {
        let vault = try call.open()
        guard try vault.rotationStatus() != nil else {
            throw Failure("notFound", "no rotation is under way", .notFound)
        }
        return try run(vault, call, skipping: false)
    }

    private static func run(_ vault: Vault, _ call: Call, skipping: Bool) throws -> ExitStatus {
        let bar = ProgressBar(call.console, "moving", .records)
        defer { bar.clear() }
        let done = try vault.rotateData(skippingDamaged: skipping) {
            bar.update(Int64(clamping: $0), of: Int64(clamping: $1))
        }
        bar.clear()
        if call.isJSON {
            try call.console.print(
                .object([
                    ("moved", .count(done.moved)),
                    ("damaged", .array(done.damaged.map { .text($0) })),
                    ("over", .bool(done.isOver)), ("scrubbed", .bool(done.isScrubbed)),
                ]))
        } else {
            try tell(done, call)
        }
        return done.damaged.isEmpty ? .done : .damaged
    }

    private static func tell(_ done: Vault.DataRotation, _ call: Call) throws {
        for line in done.damaged { call.console.note(Visible.line("passed over: \(line)")) }
        let moved = Quantity.of(Int(clamping: done.moved), "row was", "rows were")
        guard done.isOver else {
            return try call.console.line(
                "\(moved) sealed anew; the keys of what was passed over stay.")
        }
        try call.console.line(
            "\(moved) sealed anew; nothing is left under the keys of before, and they are gone.")
        guard !done.isScrubbed else { return }
        call.console.note(
            "Scrubbing: a program that reads the vault keeps the old rows in its log for now; when "
                + "it is done, run: coffer rotate resume")
    }

    /// `coffer rotate status`.
    internal static func status(_ call: Call) throws -> ExitStatus {
        let status = try call.open().rotationStatus()
        if call.isJSON {
            try call.console.print(
                .object([
                    ("phase", .text(status?.phase)),
                    ("started", .text(status.map { Timestamp.text($0.started) })),
                    ("left", .count(status?.left ?? 0)),
                ]))
            return .done
        }
        guard let status else {
            try call.console.line("No rotation is under way.")
            return .done
        }
        let since = String(Timestamp.text(status.started).prefix(16))
        try call.console.line(
            status.phase == "moving"
                ? "Under way since \(since): \(status.left) rows are to be moved. "
                    + "Go on with: coffer rotate resume"
                : "Under way since \(since): everything is moved, and what was replaced is still to "
                    + "leave the log. Go on with: coffer rotate resume")
        return .done
    }
}
