internal import Coffer
internal import CofferArguments

/// Commands that add ways to unlock a vault, and take them away.
extension KeyCommands {
    /// `coffer key add-password`.
    internal static func addPassword(_ call: Call) throws -> ExitStatus {
        let vault = try call.open()
        let options = try options(call)
        let password = try call.anotherPassword()
        let change = try catchingLimits { () throws(VaultError) in
            try vault.addPassword(password, options: options)
        }
        try tell(change, "password", options.label ?? "password", [], vault, call)
        return .done
    }

    /// `coffer key add-keyfile`.
    internal static func addKeyfile(_ call: Call) throws -> ExitStatus {
        let path = call.invocation.argument("file") ?? ""
        let vault = try call.open()
        let options = try options(call)
        let password = try call.anotherPassword()
        let (keyfile, isNew) = try Keyfile.prepare(at: path)
        let change: Vault.SlotChange
        do {
            change = try catchingLimits { () throws(VaultError) in
                try vault.addPassword(password, keyfile: keyfile, options: options)
            }
        } catch {
            throw Failure.from(error).adding(
                isNew ? "the keyfile \(path) was made and can be used the next time" : nil)
        }
        try tell(
            change, "keyfile", options.label ?? "password and keyfile",
            [("keyfile", .text(path)), ("made", .bool(isNew))], vault, call)
        if isNew, !call.isJSON {
            call.console.note(
                "\(Visible.line(path)) is new: keep a copy of it; unlock with --keyfile.")
        }
        return .done
    }

    /// `coffer key add-recovery`: the key is handed over once, or there is none.
    internal static func addRecovery(_ call: Call) throws -> ExitStatus {
        let sheet = call.invocation.value("sheet")
        let showsKey = sheet == nil && !call.isJSON
        if showsKey {
            guard call.console.isErrorTerminal, Terminal() != nil else {
                throw Failure.usage(
                    "there is no terminal to show the recovery key on; say --sheet FILE or --json")
            }
        }
        let vault = try call.open()
        let options = try options(call)
        let facts = Sheet.Facts(path: vault.path, id: vault.id, signer: try vault.signer())
        guard let sheet else {
            let made = try vault.addRecoveryKey(options: options)
            if showsKey { RecoveryScreen.show(made.key) }
            try tell(made, nil, options, vault, call)
            return .done
        }
        let file = try OutputFile(at: sheet, replacing: call.invocation.flag("force"))
        Interruption.removesAtSignal(file.unfinishedPath)
        defer { Interruption.removesAtSignal(nil) }
        let made = try vault.addRecoveryKey(options: options)
        do {
            try Sheet.write(made.key, facts, on: call.today, to: file)
            try file.finish()
        } catch { throw unshown(made.slot, .from(error), vault) }
        try tell(made, sheet, options, vault, call)
        return .done
    }

    /// `coffer key remove`.
    internal static func remove(_ call: Call) throws -> ExitStatus {
        let number = try slotNumber(call.invocation.argument("slot") ?? "")
        let vault = try call.open()
        let slots = try vault.slots()
        // What cannot be done is refused before anybody is asked.
        if slots.count > 1, let slot = slots.first(where: { $0.number == number }) {
            try call.confirm(
                "Remove slot \(number) (\(slot.kind), \(slot.label))? What opens it does not open "
                    + "the vault any more.")
        }
        let change = try vault.removeSlot(number)
        call.noteWrite(vault, "slot \(number) is removed")
        let bundles = try vault.bundlesOpeningOtherwise()
        if call.isJSON {
            try call.console.print(
                .object([
                    ("removed", .integer(Int64(number))), ("state", state(of: change)),
                    ("oldBundles", OldBundleLines.json(bundles)),
                ]))
        } else {
            try call.console.line("Slot \(number) is removed.")
        }
        warnOfCopies("with what opened it", bundles, call)
        tellScrubbing(change, call)
        return .done
    }

    /// `coffer key label`.
    internal static func label(_ call: Call) throws -> ExitStatus {
        let number = try slotNumber(call.invocation.argument("slot") ?? "")
        let text = call.invocation.argument("text") ?? ""
        let vault = try call.open()
        try vault.labelSlot(number, text)
        call.noteWrite(vault, "slot \(number) has another label")
        if call.isJSON {
            try call.console.print(
                .object([("slot", .integer(Int64(number))), ("label", .text(text))]))
        } else {
            try call.console.line("Slot \(number) is called \(Visible.line(text)) now.")
        }
        return .done
    }

    /// `coffer passwd` and `coffer rotate password`.
    ///
    /// A password that is given is asked of the vault even while it is unlocked: it says which
    /// slot it is about.
    internal static func changePassword(_ call: Call) throws -> ExitStatus {
        let number = try call.invocation.value("slot").map(slotNumber)
        let vault = try call.openLocked()
        if try !call.unlockAsGiven(vault), try !vault.unlockFromCache() { try call.unlock(vault) }
        let options = try options(call)
        let keyfile = try call.keyfile()
        let password = try call.anotherPassword()
        let change = try catchingLimits { () throws(VaultError) in
            try vault.changePassword(of: number, to: password, keyfile: keyfile, options: options)
        }
        let added = change.added.map { Int64($0) } ?? 0
        let removed = change.removed.map { Int64($0) } ?? 0
        call.noteWrite(vault, "slot \(added) is in the place of slot \(removed)")
        let bundles = try vault.bundlesOpeningOtherwise()
        if call.isJSON {
            try call.console.print(
                .object([
                    ("kind", .text("password")), ("state", state(of: change)),
                    ("slot", .integer(added)), ("removed", .integer(removed)),
                    ("oldBundles", OldBundleLines.json(bundles)),
                ]))
        } else {
            try call.console.line(
                "The password is changed: slot \(added) is in the place of slot \(removed).")
        }
        warnOfCopies("with the old password", bundles, call)
        tellScrubbing(change, call)
        return .done
    }
}

extension KeyCommands {
    private static func options(_ call: Call) throws(Failure) -> Vault.SlotOptions {
        var options = Vault.SlotOptions()
        if call.invocation.declares("label") { options.label = call.invocation.value("label") }
        if call.invocation.declares("kdf-memory") {
            options.memory = try call.number("kdf-memory")
            options.passes = try call.number("kdf-passes")
        }
        return options
    }

    private static func slotNumber(_ text: String) throws(Failure) -> UInt32 {
        guard let number = UInt32(text), number > 0 else {
            throw .usage("a slot is a number, as coffer key list shows it")
        }
        return number
    }

    /// Here it is the user who asked for a number outside the limits, not a vault.
    private static func catchingLimits(
        _ body: () throws(VaultError) -> Vault.SlotChange
    ) throws(Failure) -> Vault.SlotChange {
        do throws(VaultError) { return try body() } catch {
            throw error.code == .refusedLimit ? .usage(error.message) : Failure(error)
        }
    }

    private static func tell(
        _ change: Vault.SlotChange, _ kind: String, _ label: String,
        _ more: [(String, JSONOutput)], _ vault: Vault, _ call: Call
    ) throws(Failure) {
        let number = change.added.map { Int64($0) } ?? 0
        call.noteWrite(vault, "slot \(number) is added")
        if call.isJSON {
            try call.console.print(
                .object(
                    [
                        ("slot", .integer(number)), ("kind", .text(kind)),
                        ("label", .text(label)),
                    ] + more))
        } else {
            try call.console.line("Slot \(number) is added, and was tried.")
        }
    }

    private static func tell(
        _ made: borrowing Vault.NewRecoveryKey, _ sheet: String?, _ options: Vault.SlotOptions,
        _ vault: Vault, _ call: Call
    ) throws(Failure) {
        let console = call.console
        guard call.isJSON else {
            call.noteWrite(vault, "slot \(made.slot) is added")
            try console.line("Slot \(made.slot) is added, and was tried.")
            if let sheet {
                console.note("The recovery key is on \(Visible.line(sheet)): print it, delete it.")
            }
            return
        }
        do throws(Failure) {
            let head = JSONOutput.object([
                ("slot", .integer(Int64(made.slot))), ("kind", .text("recovery")),
                ("label", .text(options.label ?? "recovery key")),
            ]).json
            try console.write(head.dropLast() + ",\"recoveryKey\":")
            try console.write("\"")
            try console.write(secret: made.key)
            try console.line("\"}")
            try console.flush()
        } catch { throw unshown(made.slot, error, vault) }
    }

    /// A key that could not be handed over is of no use to anybody: its slot goes again.
    private static func unshown(_ slot: UInt32, _ failure: Failure, _ vault: Vault) -> Failure {
        let isGone = (try? vault.removeSlot(slot)) != nil
        return Failure(
            failure.code == Failure.closedPipe.code ? "storage" : failure.code,
            "the recovery key could not be handed over (\(failure.message)); "
                + (isGone ? "nothing was added" : "remove it with: coffer key remove \(slot)"),
            failure.status == .failed ? .storage : failure.status)
    }

    private static func state(of change: Vault.SlotChange) -> JSONOutput {
        .text(change.isScrubbed ? "done" : "scrubbing")
    }

    /// What no later change of this vault reaches.
    private static func warnOfCopies(
        _ way: String, _ bundles: [Vault.OldBundle], _ call: Call
    ) {
        call.console.note(
            "An old copy of the vault, or a bundle, still opens \(way); so that it opens nothing that "
                + "is written from now on: coffer rotate root")
        guard !call.isJSON else { return }
        for line in OldBundleLines.stillOpening(bundles) { call.console.note(line) }
    }

    private static func tellScrubbing(_ change: Vault.SlotChange, _ call: Call) {
        guard !change.isScrubbed else { return }
        call.console.note(
            "scrubbing: another program still reads an older state, so bytes of the old slot are on "
                + "the disk; the next command after it overwrites them, or coffer rotate resume")
    }
}
