internal import Coffer
internal import CofferArguments

/// Finds the words that only the program can complete: vaults, collections, fields.
///
/// It never asks for a password: what is sealed is only offered while the vault is unlocked.
internal struct CompletionWords {
    private let ambient: Ambient

    /// Looks in the world around.
    internal init(_ ambient: Ambient) { self.ambient = ambient }

    /// The answer to a completion script.
    internal func reply(_ tree: CommandTree, _ words: [String]) -> String {
        tree.complete(words: words, cursorIndex: words.count - 1, resolve: candidates).reply
    }

    private func candidates(_ question: DynamicCompletion) -> [Candidate] {
        switch question.name {
        case "vault":
            VaultFinder(ambient).all().map { Candidate(VaultFinder.name(of: $0), note: $0) }
        case "collection":
            collections(question.invocation).map {
                Candidate($0.name, note: Quantity.of($0.records, "record", "records"))
            }
        case "field": fields(question)
        case "slot":
            ((try? unlocked(question.invocation)?.slots()) ?? []).map {
                Candidate("\($0.number)", note: "\($0.kind), \($0.label)")
            }
        default: []
        }
    }

    private func fields(_ question: DynamicCompletion) -> [Candidate] {
        guard let name = question.invocation.argument("collection"),
            let info = collections(question.invocation).first(where: { $0.name == name })
        else { return [] }
        let isAssignment = question.prefix.isEmpty || !question.prefix.contains("=")
        guard isAssignment else { return [] }
        return info.fields.map { Candidate($0) }
    }

    private func collections(_ invocation: Invocation) -> [Vault.CollectionInfo] {
        (try? unlocked(invocation)?.collections()) ?? []
    }

    private func unlocked(_ invocation: Invocation) -> Vault? {
        let path = try? VaultFinder(ambient).find(named: invocation.value("vault"))
        guard let path, let vault = try? Vault(at: path, in: ambient.surroundings()),
            (try? vault.unlockFromCache()) == true
        else { return nil }
        return vault
    }
}
