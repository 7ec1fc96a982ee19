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
        var base: Document?
        var blank = ""
        let isNew = try NewCollection.offering(call) { isToBeMade in
            guard !isToBeMade else { return true }
            base = try name.map { try vault.get(call.collection, $0) }
            if base == nil { blank = try vault.blank(call.collection) }
            return false
        }
        if isNew { blank = begun(name) }
        let before = Array((base?.prettyJSON ?? blank).utf8) + [10]
        let file = try EditorFile(call.ambient, named: "record.json", before)
        var next = EditQuestion.Answer.edit
        var text = before
        while true {
            if next == .edit { try Editor.edit(file.path, call.ambient) }
            do throws(Failure) { text = try file.read() } catch {
                next = try EditQuestion(call.console, text).ask(about: error)
                try file.put(text)
                continue
            }
            guard text != before, !text.allSatisfy({ $0 <= 32 }) else {
                call.console.note("nothing was changed")
                return .done
            }
            do {
                return try write(call, vault, base, text, isNew)
            } catch let error as VaultError {
                let question = EditQuestion(call.console, text)
                if let old = base, [.versionConflict, .noRecord].contains(error.code) {
                    base = try current(vault, call.collection, old.id)
                    next = try question.ask(about: Failure(error), base)
                } else {
                    next = try question.ask(about: Failure(error))
                }
            }
        }
    }

    private static func write(
        _ call: Call, _ vault: Vault, _ base: Document?, _ text: [UInt8],
        _ isCollectionNew: Bool
    ) throws -> ExitStatus {
        let written = try vault.write { transaction in
            if isCollectionNew { try transaction.makeCollection(call.collection, for: text) }
            return try transaction.put(
                call.collection, name: base?.id, json: text, ifVersion: base?.version)
        }
        let what = written.isNew ? "added" : "version \(written.version)"
        call.noteWrite(vault, "\(call.collection) \(written.id) \(what)")
        try WriteCommands.tell(call, written)
        return .done
    }

    /// What the first record of a collection is begun with.
    private static func begun(_ name: String?) -> String {
        let text = JSONOutput.object([("id", .text(name ?? ""))]).json
        return JSONOutput.indented(text)
    }

    /// The record as it is now; nil when it was removed.
    private static func current(
        _ vault: Vault, _ collection: String, _ id: String
    ) throws -> Document? {
        do throws(VaultError) { return try vault.get(collection, id) } catch {
            guard error.code == .noRecord else { throw error }
            return nil
        }
    }
}
