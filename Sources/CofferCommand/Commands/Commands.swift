internal import CofferArguments

/// Which code runs which command.
package enum Commands {
    /// Runs a command; what it throws is told by the caller.
    internal typealias Run = @Sendable (Call) throws -> ExitStatus

    /// The commands by their full names.
    internal static let table: [String: Run] = [
        "init": InitCommand.run,
        "vaults": VaultCommands.vaults,
        "unlock": VaultCommands.unlock,
        "lock": VaultCommands.lock,
        "status": StatusCommand.run,
        "accept-older": VaultCommands.acceptOlder,
        "add": WriteCommands.add,
        "set": WriteCommands.set,
        "put": WriteCommands.put,
        "edit": EditCommand.run,
        "rm": WriteCommands.remove,
        "get": GetCommand.run,
        "list": ListCommand.run,
        "history": HistoryCommands.history,
        "undo": HistoryCommands.undo,
        "changes": ChangesCommand.run,
        "trash list": HistoryCommands.listTrash,
        "trash restore": HistoryCommands.restore,
        "trash empty": HistoryCommands.emptyTrash,
        "search": SearchCommand.run,
        "sql": SQLCommand.run,
        "import": ImportCommand.run,
        "export": ExportCommand.run,
        "file add": FileCommands.add,
        "file list": FileCommands.list,
        "file info": FileCommands.info,
        "file get": FileCommands.get,
        "file mv": FileCommands.move,
        "file rm": FileCommands.remove,
        "file trash": FileCommands.trash,
        "file restore": FileCommands.restore,
        "file stats": FileCommands.stats,
        "file sweep": FileCommands.sweep,
        "schema list": SchemaCommands.list,
        "schema show": SchemaCommands.show,
        "schema suggest": SchemaCommands.suggest,
        "schema apply": SchemaCommands.apply,
        "key list": KeyCommands.list,
        "key add-password": KeyCommands.addPassword,
        "key add-keyfile": KeyCommands.addKeyfile,
        "key add-recovery": KeyCommands.addRecovery,
        "key remove": KeyCommands.remove,
        "key label": KeyCommands.label,
        "passwd": KeyCommands.changePassword,
        "rotate password": KeyCommands.changePassword,
        "key check-recovery": KeyCommands.checkRecovery,
        "key public": KeyCommands.publicKey,
        "key census": RotateCommands.census,
        "rotate": RotateAdvice.run,
        "rotate root": RotateCommands.root,
        "rotate data": RotateKeysCommands.data,
        "rotate index": RotateKeysCommands.index,
        "rotate chunks": RotateKeysCommands.chunks,
        "rotate all": RotateAllCommand.run,
        "rotate signing": RotateSigningCommand.run,
        "rotate policy": RotatePolicyCommand.run,
        "rotate status": RotateKeysCommands.status,
        "rotate resume": RotateKeysCommands.resume,
        "check": CheckCommand.run,
        "backup create": BackupCommands.create,
        "backup list": BackupCommands.list,
        "backup verify": BackupCommands.verify,
        "backup restore": BackupCommands.restore,
        "backup drill": BackupCommands.drill,
        "backup rekey": BackupCommands.rekey,
        "backup prune": BackupCommands.prune,
        "backup policy": BackupCommands.policy,
        "maintain": MaintainCommand.run,
        "maintain schedule on": ScheduleCommands.on,
        "maintain schedule off": ScheduleCommands.off,
        "maintain schedule show": ScheduleCommands.show,
        "serve": ServeCommand.run,
        "completion": ProgramCommands.completion,
        "version": ProgramCommands.version,
    ]

    /// What is wrong with the grammar, a line each: its own faults, and commands that only one of
    /// grammar and table has.
    package static func faults() -> [String] {
        var faults = Grammar.tree.validate()
        var rest = Set(table.keys)
        for name in names(below: Grammar.tree.root, "") {
            if rest.remove(name) == nil { faults.append("\(name) is not in the table") }
        }
        faults += rest.sorted().map { "\($0) is not in the grammar" }
        return faults
    }

    /// The full names of all commands that do something.
    private static func names(below command: Command, _ prefix: String) -> [String] {
        command.subcommands.flatMap { command in
            let name = prefix + command.name
            let own = command.subcommands.isEmpty || command.isRunnable ? [name] : []
            return own + names(below: command, name + " ")
        }
    }
}
