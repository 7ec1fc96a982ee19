internal import Coffer
internal import CofferArguments

/// `coffer edit`: a record as JSON in the person's editor.
internal enum EditCommand {
    internal static func run(_ call: Call) throws -> ExitStatus {
        let words = Array(call.invocation.arguments.dropFirst())
        let name = call.invocation.value("id") ?? words.first
        guard words.count <= (call.invocation.value("id") == nil ? 1 : 0) else {
            throw Failure.usage("edit takes one record")
        }
        let vault = try call.open()
        let old = try name.map { try vault.get(call.collection, $0) }
        let before = Array((try old?.prettyJSON ?? vault.blank(call.collection)).utf8) + [10]
        let file = try EditorFile(call.ambient, named: "record.json", before)
        while true {
            try Editor.edit(file.path, call.ambient)
            let after = try file.read()
            guard after != before, !after.allSatisfy({ $0 <= 32 }) else {
                call.console.note("nothing was changed")
                return .done
            }
            do {
                let written = try vault.write(
                    call.collection, name: old?.id, json: after, ifVersion: old?.version)
                let what = written.isNew ? "added" : "version \(written.version)"
                call.noteWrite(vault, "\(call.collection) \(written.id) \(what)")
                try WriteCommands.tell(call, written)
                return .done
            } catch let error as VaultError {
                // What was typed is worth more than the error.
                guard call.console.isErrorTerminal, let terminal = Terminal() else { throw error }
                call.console.tell(Failure(error))
                let answer = terminal.ask("Edit again? [Y/n] ")
                guard !["n", "no"].contains(answer.lowercased()) else {
                    throw Failure("declined", "nothing was changed", .failed)
                }
            }
        }
    }
}
