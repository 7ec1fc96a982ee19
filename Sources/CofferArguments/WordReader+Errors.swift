extension WordReader {
    /// No command has this name; the nearest one is offered.
    internal func unknownCommand(_ word: String) -> UsageError {
        let names = command.visibleSubcommands.flatMap { [$0.name] + $0.aliases }
        let full = "\(chain.spelling) \(VisibleText.echo(word))"
        let topic = "\(chain[0].name) help \(path.joined(separator: " "))"
        let message =
            if command.subcommands.isEmpty {
                "'\(chain.spelling)' has no subcommands; write '\(topic)'."
            } else if let near = Suggestion.nearest(to: word, in: names + ["help"]) {
                "Unknown command '\(full)'; did you mean '\(near)'?"
            } else {
                "Unknown command '\(full)'; '\(chain.spelling) --help' lists the commands."
            }
        return UsageError(kind: .unknownCommand, path: path, message: message)
    }

    /// No option has this name here; the nearest, or the command that has it, is offered.
    internal func unknownOption(_ spelling: String) -> UsageError {
        let shown = VisibleText.echo(spelling)
        let message =
            if let owner = owner(of: spelling, below: chain) {
                "'\(shown)' is an option of '\(owner)'; write it after that command."
            } else if let near = nearestOption(to: spelling) {
                "Unknown option '\(shown)'; did you mean '\(near)'?"
            } else if let digit = spelling.unicodeScalars.dropFirst().first,
                digit.properties.numericType == .decimal
            {
                "Unknown option '\(shown)'; write '--' before an argument that begins with '-'."
            } else {
                "Unknown option '\(shown)'; '\(chain.spelling) --help' lists the options."
            }
        return UsageError(kind: .unknownOption, path: path, message: message)
    }

    /// The option stands at the end of the line, or another option follows it.
    internal func missingValue(
        of option: Option, spelled: String, beforeDash: Bool
    ) -> UsageError {
        let placeholder = option.placeholder ?? ""
        let joined = spelled.utf8.starts(with: "--".utf8) ? "=" : ""
        let remedy =
            beforeDash
            ? "write \(spelled)\(joined)\(placeholder) when the value begins with '-'"
            : "write \(spelled) \(placeholder)"
        return UsageError(
            kind: .missingValue, path: path, message: "'\(spelled)' needs a value; \(remedy).")
    }

    /// A flag was given a value, which is not repeated.
    internal func unexpectedValue(of spelling: String) -> UsageError {
        UsageError(
            kind: .unexpectedValue, path: path,
            message: "'\(spelling)' takes no value; write '\(spelling)' alone.")
    }

    private func nearestOption(to spelling: String) -> String? {
        guard spelling.utf8.starts(with: "--".utf8) else { return nil }
        let names = chain.optionsInScope.filter { !$0.isHidden }.flatMap(\.names)
        let typed = spelling.unicodeScalars.dropFirst(2)
        return Suggestion.nearest(to: String(Substring(typed)), in: names).map { "--" + $0 }
    }

    private func owner(of spelling: String, below chain: [Command]) -> String? {
        let bare = String(Substring(spelling.unicodeScalars.drop { $0 == "-" }))
        let isLong = spelling.utf8.starts(with: "--".utf8)
        for command in chain.last?.visibleSubcommands ?? [] {
            let next = chain + [command]
            let isOwner = command.options.contains { option in
                isLong ? option.names.contains(bare) : option.short.map(String.init) == bare
            }
            if isOwner { return next.spelling }
            if let found = owner(of: spelling, below: next) { return found }
        }
        return nil
    }
}

extension UsageError {
    /// The value is not in the closed list of an option or argument.
    internal static func notAChoice(
        _ what: String, _ value: String, of choices: [String], path: [String]
    ) -> UsageError {
        var message = "'\(what)' takes one of \(choices.joined(separator: ", "))"
        if let near = Suggestion.nearest(to: value, in: choices) {
            message += "; did you mean '\(near)'?"
        } else {
            message += "."
        }
        return UsageError(kind: .notAChoice, path: path, message: message)
    }
}
