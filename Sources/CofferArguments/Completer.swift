/// Finds what may stand where a reader has stopped.
internal struct Completer {
    /// What stands before the word to complete.
    internal let reader: WordReader
    /// What has been typed of the word.
    internal let typed: String
    /// Finds the words of dynamic hints.
    internal let resolve: (DynamicCompletion) -> [Candidate]

    /// What may be offered.
    internal var completion: Completion {
        if let option = reader.pending {
            return values(of: option.completion, typed: typed, prefix: "")
        }
        guard !reader.optionsEnded, typed.utf8.starts(with: "-".utf8) else { return plain }
        return typed.utf8.starts(with: "--".utf8) || typed == "-" ? long : short
    }

    private var plain: Completion {
        if reader.readsTopic || !reader.command.subcommands.isEmpty {
            return Completion(commands)
        }
        let arguments = reader.command.arguments
        let position = reader.words.count
        let argument = position < arguments.count ? arguments[position] : arguments.last
        guard let argument, position < arguments.count || argument.isVariadic else {
            // Nothing else can follow, so an empty word shows the options.
            return typed.isEmpty && !reader.optionsEnded ? Completion(options) : Completion()
        }
        return values(of: argument.completion, typed: typed, prefix: "")
    }

    private var commands: [Candidate] {
        let commands = reader.command.visibleSubcommands
        var found = commands.filter { begins($0.name) }.map { Candidate($0.name, note: $0.summary) }
        if found.isEmpty {
            found = commands.flatMap { command in
                command.aliases.filter(begins).map { Candidate($0, note: command.summary) }
            }
        }
        if !reader.readsTopic, begins("help"), reader.command.subcommand(named: "help") == nil {
            found.append(Candidate("help", note: "Show the help of a command"))
        }
        return found
    }

    private var options: [Candidate] {
        let usable = reader.chain.optionsInScope.filter { option in
            !option.isHidden && (!reader.hasRead(option) || option.isRepeatable)
        }
        let found = usable.filter { begins("--" + $0.name) }.map {
            Candidate("--" + $0.name, note: $0.help)
        }
        guard found.isEmpty else { return found }
        return usable.flatMap { option in
            option.names.map { "--" + $0 }.filter(begins).map { Candidate($0, note: option.help) }
        }
    }

    private var long: Completion {
        guard let equals = typed.utf8.firstIndex(of: UInt8(ascii: "=")) else {
            return Completion(options)
        }
        let name = typed[typed.utf8.index(typed.startIndex, offsetBy: 2)..<equals]
        guard
            let option = reader.chain.optionsInScope.first(where: {
                $0.names.contains(String(name))
            })
        else { return Completion() }
        let value = typed.utf8.index(after: equals)
        return values(
            of: option.completion, typed: String(typed[value...]), prefix: String(typed[..<value]))
    }

    private var short: Completion {
        let scalars = typed.unicodeScalars
        var index = scalars.index(after: scalars.startIndex)
        while index < scalars.endIndex {
            let letter = Character(scalars[index])
            index = scalars.index(after: index)
            guard let option = reader.chain.optionsInScope.first(where: { $0.short == letter })
            else { return Completion() }
            guard option.takesValue, index < scalars.endIndex else { continue }
            if scalars[index] == "=" { index = scalars.index(after: index) }
            return values(
                of: option.completion, typed: String(Substring(scalars[index...])),
                prefix: String(Substring(scalars[..<index])))
        }
        // Complete already: offering it lets the shell go on to the next word.
        return Completion([Candidate(typed)])
    }

    private func values(of hint: CompletionHint, typed: String, prefix: String) -> Completion {
        func matching(_ candidates: [Candidate]) -> [Candidate] {
            candidates.filter { $0.word.utf8.starts(with: typed.utf8) }
        }
        func resolved(_ name: String) -> [Candidate] {
            matching(
                resolve(
                    DynamicCompletion(name: name, prefix: typed, invocation: reader.invocation)))
        }
        return switch hint {
        case .nothing: Completion(prefix: prefix)
        case .file: Completion(listing: .files, prefix: prefix)
        case .directory: Completion(listing: .directories, prefix: prefix)
        case .choices(let words), .suggestions(let words):
            Completion(matching(words.map { Candidate($0) }), prefix: prefix)
        case .dynamic(let name): Completion(resolved(name), prefix: prefix)
        case .dynamicOrFile(let name):
            Completion(resolved(name), listing: .files, prefix: prefix)
        }
    }

    private func begins(_ word: String) -> Bool { word.utf8.starts(with: typed.utf8) }
}
