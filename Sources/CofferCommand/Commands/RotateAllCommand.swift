internal import Coffer
internal import CofferArguments

/// `coffer rotate all`: after a compromise, everything but names becomes another.
internal enum RotateAllCommand {
    internal static func run(_ call: Call) throws -> ExitStatus {
        let vault = try call.open()
        let skipping = call.invocation.flag("skip-damaged")
        // One that goes on takes no new password and makes no recovery key.
        if let other = try vault.keyRotationUnderWay() { throw RotateKeysCommands.busy(other) }
        let sheet = call.invocation.value("sheet")
        let hasKey = !call.invocation.flag("no-recovery")
        if sheet != nil, !hasKey {
            throw Failure.usage("a sheet without a recovery key helps nobody")
        }
        let showsKey = hasKey && sheet == nil && !call.isJSON
        if showsKey {
            guard call.console.isErrorTerminal, Terminal() != nil else {
                throw Failure.usage(
                    "there is no terminal to show the recovery key on; say --sheet FILE, --json "
                        + "or --no-recovery")
            }
        }
        try call.confirm(
            "Replace every key and every way to unlock the vault? Passwords, keyfiles and "
                + "recovery keys of today open it no longer.")
        guard let sheet else {
            let made = try change(vault, call, hasKey, skipping)
            if showsKey { show(made.recovery) }
            return try finish(made, nil, vault, call, skipping)
        }
        let facts = Sheet.Facts(path: vault.path, id: vault.id, signer: try vault.signer())
        let file = try OutputFile(at: sheet, replacing: call.invocation.flag("force"))
        Interruption.removesAtSignal(file.unfinishedPath)
        defer { Interruption.removesAtSignal(nil) }
        let made = try change(vault, call, hasKey, skipping)
        do {
            switch made.recovery {
            case .some(let recovery):
                let now = Sheet.Facts(
                    path: facts.path, id: facts.id, signer: try vault.signer())
                try Sheet.write(recovery.key, now, on: call.today, to: file)
            case .none: break
            }
            try file.finish()
        } catch { throw unshown(.from(error)) }
        return try finish(made, sheet, vault, call, skipping)
    }

    private static func change(
        _ vault: Vault, _ call: Call, _ hasKey: Bool, _ skipping: Bool
    ) throws -> Vault.AllRotation {
        var options = Vault.SlotOptions()
        options.memory = try call.number("kdf-memory")
        options.passes = try call.number("kdf-passes")
        let password = try call.anotherPassword()
        let keyfile = try call.invocation.value("new-keyfile").map { try Keyfile.prepare(at: $0) }
        let bar = ProgressBar(call.console, "counting", .records)
        defer { bar.clear() }
        do throws(VaultError) {
            return try vault.rotateAll(
                to: password, keyfile: keyfile?.0, hasRecoveryKey: hasKey, options: options,
                skippingDamaged: skipping
            ) { bar.update(Int64(clamping: $0), of: Int64(clamping: $1)) }
        } catch { throw error.code == .refusedLimit ? .usage(error.message) : Failure(error) }
    }

    private static func show(_ recovery: borrowing Vault.NewRecoveryKey?) {
        switch recovery {
        case .some(let recovery): RecoveryScreen.show(recovery.key)
        case .none: break
        }
    }

    /// The new recovery key is out of reach; the new password opens the vault.
    private static func unshown(_ failure: Failure) -> Failure {
        Failure(
            failure.code == Failure.closedPipe.code ? "storage" : failure.code,
            "every key is replaced, but the recovery key could not be handed over "
                + "(\(failure.message)); with the new password: coffer rotate resume, then "
                + "coffer key add-recovery",
            failure.status == .failed ? .storage : failure.status)
    }

    /// Says what was done, and moves what was written before.
    private static func finish(
        _ made: borrowing Vault.AllRotation, _ sheet: String?, _ vault: Vault, _ call: Call,
        _ skipping: Bool
    ) throws -> ExitStatus {
        RotateKeysCommands.tell(safety: made.safetyBundle, call)
        if !made.isNoted { call.warnOfMissingNote() }
        guard call.isJSON else {
            try tell(made, sheet, vault, call)
            return try RotateKeysCommands.run(.all, vault, call, skipping: skipping)
        }
        do {
            try printHead(made, vault, call)
        } catch { throw unshown(.from(error)) }
        do {
            let (done, status) = try RotateKeysCommands.move(.all, vault, call, skipping: skipping)
            try call.console.line("," + RotateKeysCommands.json(done).json.dropFirst())
            return status
        } catch {
            // What was printed stays readable: the new recovery key is in it.
            let failure = Failure.from(error)
            let told = JSONOutput.object([("error", .object(failure.members))])
            if call.console.failure == nil {
                try call.console.line("," + told.json.dropFirst())
            }
            throw failure
        }
    }

    private static func tell(
        _ made: borrowing Vault.AllRotation, _ sheet: String?, _ vault: Vault, _ call: Call
    ) throws {
        let console = call.console
        call.noteWrite(vault, "every key is replaced")
        var ways = "slot \(made.password) (the new password)"
        switch made.recovery {
        case .some(let recovery):
            ways += " and slot \(recovery.slot) (the new recovery key) open"
        case .none: ways += " opens"
        }
        try console.line("Every key is replaced (epoch \(made.epoch)); \(ways) the vault.")
        if let sheet {
            console.note("The recovery key is on \(Visible.line(sheet)): print it, delete it.")
        }
        for slot in made.dropped {
            try console.line(
                "Gone: slot \(slot.number) (\(slot.kind), \(Visible.line(slot.label)))")
        }
        let kept = made.kept.map { "\($0.purpose) (since \(RotateCommands.day($0.created)))" }
        try console.line("Not replaced, as ids depend on them: \(kept.joined(separator: ", ")).")
        for line in OldBundleLines.stillOpening(try vault.bundlesOpeningOtherwise()) {
            try console.line(line)
        }
    }

    private static func printHead(
        _ made: borrowing Vault.AllRotation, _ vault: Vault, _ call: Call
    ) throws {
        let head = JSONOutput.object([
            ("epoch", .count(made.epoch)), ("slot", .integer(Int64(made.password))),
            (
                "dropped",
                .array(
                    made.dropped.map {
                        .object([
                            ("slot", .integer(Int64($0.number))), ("kind", .text($0.kind)),
                            ("label", .text($0.label)),
                        ])
                    })
            ),
            ("kept", .array(made.kept.map { .text($0.purpose) })),
            ("oldBundles", OldBundleLines.json(try vault.bundlesOpeningOtherwise())),
        ]).json
        try call.console.write(head.dropLast() + ",\"recoveryKey\":")
        switch made.recovery {
        case .none: try call.console.write("null")
        case .some(let recovery):
            try call.console.write("\"")
            try call.console.write(secret: recovery.key)
            try call.console.write("\"")
        }
        try call.console.flush()
    }
}
