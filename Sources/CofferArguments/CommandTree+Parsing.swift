extension CommandTree {
    /// Reads the words after the program's name.
    ///
    /// Options may stand anywhere after the command that declares them, the root's anywhere at
    /// all; `--` ends them. A request for help wins over every error except an unknown command.
    ///
    /// - Throws: `UsageError`, each kind with the line to show.
    package func parse(_ arguments: [String]) throws(UsageError) -> Request {
        var reader = WordReader(root)
        for index in arguments.indices {
            do throws(UsageError) {
                try reader.read(arguments[index])
            } catch {
                guard error.kind != .unknownCommand,
                    reader.wantsHelp || asksForHelp(arguments[index...])
                else { throw error }
                return .help(path: reader.path, isExplicit: true)
            }
        }
        if reader.wantsHelp { return .help(path: reader.path, isExplicit: true) }
        try reader.finish()
        if let standalone = reader.standalone { return .standalone(standalone) }
        if reader.command.needsSubcommand { return .help(path: reader.path, isExplicit: false) }
        try checkArguments(of: reader)
        return .run(reader.invocation)
    }

    private func asksForHelp(_ rest: ArraySlice<String>) -> Bool {
        rest.prefix { $0 != "--" }.contains { $0 == "--help" || $0 == "-h" }
    }

    private func checkArguments(of reader: WordReader) throws(UsageError) {
        let command = reader.command
        let words = reader.words
        let required = command.arguments.filter(\.isRequired)
        if words.count < required.count {
            let missing = required.dropFirst(words.count).map(\.placeholder)
            throw UsageError(
                kind: .missingArgument, path: reader.path,
                message: "'\(reader.chain.spelling)' needs \(missing.joined(separator: " and ")); "
                    + "write '\(reader.chain.usage)'.")
        }
        if words.count > command.arguments.count, !command.arguments.contains(where: \.isVariadic) {
            throw tooMany(words.count, for: reader)
        }
        for (argument, word) in zip(command.arguments, words) {
            try check([word], against: argument, of: reader)
        }
        if let last = command.arguments.last, last.isVariadic {
            try check(words.dropFirst(command.arguments.count), against: last, of: reader)
        }
    }

    private func check(
        _ words: some Sequence<String>, against argument: Argument, of reader: WordReader
    ) throws(UsageError) {
        guard let choices = argument.completion.closedList else { return }
        for word in words where !choices.contains(word) {
            throw UsageError.notAChoice(argument.placeholder, word, of: choices, path: reader.path)
        }
    }

    private func tooMany(_ count: Int, for reader: WordReader) -> UsageError {
        let most = reader.command.arguments.count
        let message =
            switch most {
            case 0: "'\(reader.chain.spelling)' takes no arguments and got \(count)"
            case 1: "'\(reader.chain.spelling)' takes one argument and got \(count)"
            default: "'\(reader.chain.spelling)' takes \(most) arguments and got \(count)"
            }
        let remedy = most == 0 ? "leave them out" : "quote an argument that has spaces"
        return UsageError(
            kind: .extraArgument, path: reader.path, message: "\(message); \(remedy).")
    }
}
