internal import Coffer
internal import CofferArguments

/// Commands about the ways to unlock a vault.
internal enum KeyCommands {
    /// `coffer key list`.
    internal static func list(_ call: Call) throws -> ExitStatus {
        let vault = try call.open()
        let slots = try vault.slots()
        if call.isJSON {
            try call.console.print(.array(slots.map { json($0, call) }))
            return .done
        }
        var table = Table([
            .init("SLOT", isNumber: true), .init("KIND"), .init("MADE"),
            .init("DAYS", isNumber: true), .init("LABEL"),
        ])
        for slot in slots {
            table.add([
                "\(slot.number)", slot.kind, String(Timestamp.text(slot.created).prefix(10)),
                "\(days(slot, call))", slot.label,
            ])
        }
        for line in table.lines() { try call.console.line(line) }
        return .done
    }

    /// How many days ago a slot was made; 0 where a clock was wrong.
    private static func days(_ slot: Vault.Slot, _ call: Call) -> Int64 {
        let (passed, overflows) = call.surroundings.now().subtractingReportingOverflow(slot.created)
        return overflows ? 0 : max(0, passed / 86_400_000)
    }

    private static func json(_ slot: Vault.Slot, _ call: Call) -> JSONOutput {
        let hash: JSONOutput =
            slot.memory == 0
            ? .null
            : .object([
                ("memory", .integer(Int64(slot.memory))), ("passes", .integer(Int64(slot.passes))),
            ])
        return .object([
            ("slot", .integer(Int64(slot.number))), ("kind", .text(slot.kind)),
            ("label", .text(slot.label)), ("created", .text(Timestamp.text(slot.created))),
            ("days", .integer(days(slot, call))), ("hash", hash),
        ])
    }

    /// `coffer key check-recovery`: the key itself is asked for, whatever else is unlocked.
    internal static func checkRecovery(_ call: Call) throws -> ExitStatus {
        let vault = try call.openLocked()
        let key: Secret
        if let path = call.invocation.value("recovery-key-file") {
            key = try SecretReader.read(file: path)
        } else if let terminal = Terminal() {
            key = try terminal.askSecret("Recovery key: ")
        } else {
            throw Failure.usage(
                "there is no terminal to type the key on; give --recovery-key-file")
        }
        let slot = try vault.checkRecoveryKey(key)
        if call.isJSON {
            try call.console.print(.object([("ok", .bool(true)), ("slot", .integer(Int64(slot)))]))
        } else {
            try call.console.line("The key is right: it opens slot \(slot).")
        }
        return .done
    }

    /// `coffer key public`.
    internal static func publicKey(_ call: Call) throws -> ExitStatus {
        let signer = try call.open().signer()
        if call.isJSON {
            try call.console.print(.object([("signer", .text(signer))]))
        } else {
            try call.console.line(signer)
        }
        return .done
    }
}
