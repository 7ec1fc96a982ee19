internal import Coffer
internal import CofferArguments

/// `coffer maintain schedule …`: a timer of systemd that maintains the vault.
internal enum ScheduleCommands {
    internal static func on(_ call: Call) throws -> ExitStatus {
        try refuseOptions(call)
        let vault = try call.open()
        guard let policy = try vault.backupPolicy() else {
            throw Failure.usage(
                "say first where backups go, with: coffer backup policy --to DIR")
        }
        guard let program = call.ambient.program else {
            throw Failure(
                "storage", "this program's own file is gone; run the one that is there now",
                .storage)
        }
        let schedule = try Schedule(vault.path, call.ambient)
        let name = try schedule.write(
            program: program, stateHome: call.ambient.stateHome, every: policy.every)
        let timer = name + ".timer"
        let isOn = UserManager.answers() && UserManager.enable(timer)
        try tell(schedule, vault.path, call, todo: isOn ? nil : UserManager.words(enabling: timer))
        return .done
    }

    internal static func off(_ call: Call) throws -> ExitStatus {
        try refuseOptions(call)
        let path = try call.vaultPath()
        let schedule = try Schedule(path, call.ambient)
        let answers = UserManager.answers()
        while let name = schedule.name {
            if answers { UserManager.disable(name + ".timer") }
            try schedule.remove(name)
            if answers { UserManager.reload() }
            call.console.note("\(name).timer is removed.")
        }
        try tell(schedule, path, call, todo: nil)
        return .done
    }

    internal static func show(_ call: Call) throws -> ExitStatus {
        try refuseOptions(call)
        let path = try call.vaultPath()
        try tell(try Schedule(path, call.ambient), path, call, todo: nil)
        return .done
    }

    /// Says that a timer is not what the backup policy asks for any more; nothing where there is
    /// none.
    internal static func noteChange(
        _ vault: Vault, _ policy: Vault.BackupPolicy?, _ call: Call
    ) {
        guard let schedule = try? Schedule(vault.path, call.ambient), let name = schedule.name
        else { return }
        guard let policy else {
            return call.console.note("Its timer goes on; end it with: coffer maintain schedule off")
        }
        guard !schedule.isCurrent(name, every: policy.every) else { return }
        call.console.note("Its timer runs as before; change it with: coffer maintain schedule on")
    }

    /// The options of `coffer maintain` stand where these could take them.
    private static func refuseOptions(_ call: Call) throws(Failure) {
        for option in ["dry-run", "unattended"] where call.invocation.flag(option) {
            throw .usage("--\(option) goes with coffer maintain, not with its schedule")
        }
    }

    private static func tell(
        _ schedule: Schedule, _ vault: String, _ call: Call, todo: String?
    ) throws(Failure) {
        let name = schedule.name
        let timer = name.map { $0 + ".timer" }
        let isAnswering = timer != nil && UserManager.answers()
        let isActive = timer.flatMap { isAnswering ? UserManager.isActive($0) : nil }
        let next = timer.flatMap { isActive == true ? UserManager.next($0) : nil }
        var todo = todo
        if let timer, isActive != true { todo = UserManager.words(enabling: timer) }
        let calendar = name.flatMap(schedule.calendar)
        guard !call.isJSON else {
            return try call.console.print(
                .object([
                    ("vault", .text(vault)), ("unit", .text(timer)),
                    ("files", .array(name.map(schedule.files)?.map { .text($0) } ?? [])),
                    ("calendar", .text(calendar)),
                    ("active", isActive.map { .bool($0) } ?? .null), ("next", .text(next)),
                    ("todo", .text(todo)),
                ]))
        }
        guard let name else {
            return call.console.note(
                "No timer maintains \(Visible.line(VaultFinder.name(of: vault))).")
        }
        for path in schedule.files(name) { try call.console.line("file   \(Visible.line(path))") }
        if let calendar { try call.console.line("runs   \(Visible.line(calendar))") }
        if let next { try call.console.line("next   \(next)") }
        if let todo {
            call.console.note(
                (isAnswering ? "The timer is not running" : "No user's systemd answers here")
                    + ". What is left to do: \(todo)")
        }
    }
}
