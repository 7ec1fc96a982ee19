internal import Coffer
internal import CofferArguments

/// `coffer maintain`: does what is due.
internal enum MaintainCommand {
    internal static func run(_ call: Call) throws -> ExitStatus {
        let isUnattended = call.invocation.flag("unattended")
        let vault = try call.openLocked()
        guard try unlock(vault, isUnattended, call) else { return .done }
        if call.invocation.flag("dry-run") {
            return try show(try vault.dueTasks(), call)
        }
        var results: [Vault.TaskResult] = []
        let bar = ProgressBar(call.console, "maintaining", .records)
        defer { bar.clear() }
        try vault.maintain(isByTimer: isUnattended) {
            bar.update(Int64(clamping: $0), of: Int64(clamping: $1))
            return true
        } each: {
            results.append($0)
        }
        bar.clear()
        let isFine = !results.contains { $0.isBad }
        if call.isJSON {
            try call.console.print(
                .array(
                    results.map { result in
                        .object([
                            ("task", .text(result.task.kind)),
                            ("folder", .text(result.task.folder)),
                            ("ok", .bool(!result.isBad)), ("result", .text(result.result)),
                        ])
                    }))
        } else {
            for result in results {
                try call.console.line(
                    Visible.line(
                        "\(result.task.kind)  \(result.isBad ? "FAILED: " : "")\(result.result)"))
            }
            if results.isEmpty { call.console.note("Nothing is due.") }
        }
        return isFine ? .done : .failed
    }

    /// Unlocks the vault as any command does; unattended, nobody is asked.
    ///
    /// - Returns: Whether it is unlocked; a locked one is no failure of a timer.
    /// - Throws: `locked` where somebody waits for it to be done.
    private static func unlock(
        _ vault: Vault, _ isUnattended: Bool, _ call: Call
    ) throws -> Bool {
        if try vault.unlockFromCache() { return true }
        guard isUnattended else {
            do { try call.unlock(vault) } catch let failure as Failure {
                if failure.code == VaultError.Code.locked.description { noteDue(vault, call) }
                throw failure
            }
            return true
        }
        if try call.unlockAsGiven(vault) { return true }
        noteDue(vault, call)
        let name = Visible.line(VaultFinder.name(of: vault.path))
        if call.isJSON {
            try call.console.print(.array([]))
        } else {
            try call.console.line(
                "\(name) is locked: what is due waits until the next coffer unlock or lock.")
        }
        return false
    }

    private static func noteDue(_ vault: Vault, _ call: Call) {
        if !call.invocation.flag("dry-run") { vault.noteDue() }
    }

    private static func show(_ tasks: [Vault.Task], _ call: Call) throws(Failure) -> ExitStatus {
        guard !call.isJSON else {
            try call.console.print(
                .array(
                    tasks.map {
                        .object([("task", .text($0.kind)), ("folder", .text($0.folder))])
                    }))
            return .done
        }
        for task in tasks {
            try call.console.line(
                Visible.line(task.folder.map { "\(task.kind)  \($0)" } ?? task.kind))
        }
        if tasks.isEmpty { call.console.note("Nothing is due.") }
        return .done
    }
}
