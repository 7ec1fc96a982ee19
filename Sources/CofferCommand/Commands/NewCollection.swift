internal import Coffer
internal import CofferArguments

/// A collection that is not there yet, for a command that writes into it.
internal enum NewCollection {
    /// Runs `body`; where the collection is missing, makes it with `--new`, or after a yes.
    ///
    /// - Parameter body: Is told whether to make the collection.
    /// - Throws: `no-collection`, saying how to make one, where nobody can be asked; `declined`.
    internal static func offering<Result>(
        _ call: Call, _ body: (Bool) throws -> Result
    ) throws -> Result {
        if call.invocation.flag("new") { return try body(true) }
        do { return try body(false) } catch let error as VaultError {
            guard error.code == .noCollection else { throw error }
            try ask(call)
            return try body(true)
        }
    }

    /// Asks whether the collection is to be made.
    ///
    /// - Throws: `no-collection` where nobody can be asked, `declined` after a no.
    internal static func ask(_ call: Call) throws(Failure) {
        let name = Visible.line(call.collection)
        guard call.console.isErrorTerminal, let terminal = Terminal() else {
            throw Failure(
                "no-collection",
                "there is no collection \(name); make it with --new, with coffer import, or with "
                    + "the vault (coffer init --template); the ones there are: coffer schema list",
                .notFound)
        }
        let answer = terminal.ask("There is no collection \(name). Make it? [y/N] ")
        guard ["y", "yes"].contains(answer.lowercased()) else {
            throw Failure("declined", "nothing was done", .failed)
        }
    }
}
