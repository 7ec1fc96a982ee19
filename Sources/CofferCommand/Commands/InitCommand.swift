internal import Coffer
internal import CofferArguments

/// `coffer init`: makes a vault.
internal enum InitCommand {
    internal static func run(_ call: Call) throws -> ExitStatus {
        let invocation = call.invocation
        let path = try VaultFinder(call.ambient).place(for: invocation.argument("name"))
        guard Paths.status(path) == nil else {
            throw Failure("exists", "\(path) exists already; choose another name", .conflict)
        }
        var options = Vault.CreateOptions()
        options.memory = try call.number("kdf-memory")
        options.passes = try call.number("kdf-passes")
        options.template = invocation.value("template")
        options.hasRecoveryKey = !invocation.flag("no-recovery")
        let sheet = invocation.value("sheet")
        if sheet != nil, !options.hasRecoveryKey {
            throw Failure.usage("a sheet without a recovery key helps nobody")
        }
        let showsKey = options.hasRecoveryKey && sheet == nil && !call.isJSON
        if showsKey {
            guard call.console.isErrorTerminal, Terminal() != nil else {
                throw Failure.usage(
                    "there is no terminal to show the recovery key on; say --sheet FILE, --json "
                        + "or --no-recovery")
            }
        }
        if let folder = invocation.value("backup") { try FirstBackup.check(folder) }
        let password = try call.newPassword()
        // Begun before the vault is made: a recovery key that cannot be handed over is lost.
        guard let sheet else {
            try make(call, path, password, options, showsKey)
            try FirstBackup.make(of: path, password, call)
            return .done
        }
        let file = try OutputFile(at: sheet, replacing: invocation.flag("force"))
        Interruption.removesAtSignal(file.unfinishedPath)
        defer { Interruption.removesAtSignal(nil) }
        let created = try create(call, path, password, options)
        do {
            switch created.recoveryKey {
            case .none: break
            case .some(let key):
                let facts = Sheet.Facts(
                    path: created.path, id: created.id, signer: created.signer)
                try Sheet.write(key, facts, on: call.today, to: file)
            }
            try file.finish()
        } catch {
            throw Self.unshown(path, Failure.from(error))
        }
        try tell(call, created, sheet: sheet)
        try FirstBackup.make(of: path, password, call)
        return .done
    }

    private static func make(
        _ call: Call, _ path: String, _ password: borrowing Secret,
        _ options: Vault.CreateOptions, _ showsKey: Bool
    ) throws {
        let created = try create(call, path, password, options)
        if showsKey {
            switch created.recoveryKey {
            case .none: break
            case .some(let key): RecoveryScreen.show(key)
            }
        }
        try tell(call, created, sheet: nil)
    }

    private static func create(
        _ call: Call, _ path: String, _ password: borrowing Secret,
        _ options: Vault.CreateOptions
    ) throws(Failure) -> Vault.Created {
        do throws(VaultError) {
            return try Vault.create(
                at: path, password: password, options: options, in: call.surroundings)
        } catch {
            // Here it is the user who asked for a number outside the limits, not a vault.
            throw error.code == .refusedLimit ? .usage(error.message) : Failure(error)
        }
    }

    private static func tell(
        _ call: Call, _ created: borrowing Vault.Created, sheet: String?
    ) throws(Failure) {
        let console = call.console
        guard call.isJSON else {
            try console.line(Visible.line(created.path))
            if let sheet {
                console.note("The recovery key is on \(Visible.line(sheet)): print it, delete it.")
            }
            let name = VaultFinder.name(of: created.path)
            return console.note(
                "Vault \(Visible.line(name)) is made. Unlock it with: coffer unlock")
        }
        do throws(Failure) {
            let head = JSONOutput.object([
                ("vault", .text(created.id)), ("path", .text(created.path)),
            ]).json
            try console.write(head.dropLast() + ",\"recoveryKey\":")
            switch created.recoveryKey {
            case .none: try console.write("null")
            case .some(let key):
                try console.write("\"")
                try console.write(secret: key)
                try console.write("\"")
            }
            let signer = JSONOutput.object([("signer", .text(created.signer))]).json
            try console.line("," + signer.dropFirst())
            try console.flush()
        } catch { throw unshown(created.path, error) }
    }

    /// The vault is there, its recovery key is not.
    private static func unshown(_ path: String, _ failure: Failure) -> Failure {
        Failure(
            failure.code == Failure.closedPipe.code ? "storage" : failure.code,
            "\(path) was made, but its recovery key could not be handed over "
                + "(\(failure.message)); remove the vault and make it again",
            failure.status == .failed ? .storage : failure.status)
    }
}
