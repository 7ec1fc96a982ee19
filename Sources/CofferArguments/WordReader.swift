/// Reads a command line word by word, and knows at any time what stands open.
///
/// Parsing stops at the first error; completion goes on after it, so every method leaves the
/// reader usable when it throws.
internal struct WordReader {
    /// The commands from the root to the one that has been reached.
    internal private(set) var chain: [Command]
    /// The positional words.
    internal private(set) var words: [String] = []
    /// Whether `--` has been read.
    internal private(set) var optionsEnded = false
    /// Whether help was asked for, by option or by the word `help`.
    internal private(set) var wantsHelp = false
    /// Whether the words that follow name the command to explain.
    internal private(set) var readsTopic = false
    /// The first standalone flag that was read.
    internal private(set) var standalone: String?
    /// The option whose value is the next word.
    internal private(set) var pending: Option?
    private var pendingSpelling = ""
    private var counts: [String: Int] = [:]
    private var values: [String: [String]] = [:]

    /// Starts before the first word after the name of the program `root`.
    internal init(_ root: Command) {
        chain = [root]
    }

    /// The command that has been reached.
    internal var command: Command { chain[chain.count - 1] }

    /// The names below the root that led to the command.
    internal var path: [String] { chain.dropFirst().map(\.name) }

    /// What has been read so far, unchecked.
    internal var invocation: Invocation {
        Invocation(path: path, arguments: words, counts: counts, values: values, chain: chain)
    }

    /// Whether the option was given already.
    internal func hasRead(_ option: Option) -> Bool { counts[option.name] != nil }

    /// Takes the next word.
    ///
    /// - Throws: `UsageError` of every kind except those about the number of arguments.
    internal mutating func read(_ word: String) throws(UsageError) {
        if let option = pending {
            pending = nil
            guard !looksLikeOption(word) else {
                throw missingValue(of: option, spelled: pendingSpelling, beforeDash: true)
            }
            return try take(word, for: option, spelled: pendingSpelling)
        }
        if optionsEnded || !word.utf8.starts(with: "-".utf8) || word == "-" {
            return try readPlain(word)
        }
        if word == "--" {
            optionsEnded = true
        } else if word.utf8.starts(with: "--".utf8) {
            try readLong(word)
        } else {
            try readShort(word)
        }
    }

    /// Ends the line.
    ///
    /// - Throws: `UsageError` of kind `missingValue` when an option still waits for its value.
    internal func finish() throws(UsageError) {
        if let pending {
            throw missingValue(of: pending, spelled: pendingSpelling, beforeDash: false)
        }
    }

    // A negative number is a value: no short option is a digit.
    private func looksLikeOption(_ word: String) -> Bool {
        let bytes = word.utf8
        guard bytes.starts(with: "-".utf8), let next = bytes.dropFirst().first else { return false }
        return !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next)
            && next != UInt8(ascii: ".")
    }
}

extension WordReader {
    private mutating func readPlain(_ word: String) throws(UsageError) {
        guard readsTopic || !command.subcommands.isEmpty else {
            words.append(word)
            return
        }
        if let next = command.subcommand(named: word) {
            chain.append(next)
        } else if word == "help", !readsTopic, !command.subcommands.isEmpty {
            readsTopic = true
            wantsHelp = true
        } else {
            throw unknownCommand(word)
        }
    }

    // Bytes, not characters: a combining mark after `=` would otherwise hide it.
    private mutating func readLong(_ word: String) throws(UsageError) {
        let body = word.utf8.dropFirst(2)
        let equals = body.firstIndex(of: UInt8(ascii: "="))
        let name = String(word[body.startIndex..<(equals ?? word.endIndex)])
        guard let option = chain.optionsInScope.first(where: { $0.names.contains(name) }) else {
            throw unknownOption("--" + name)
        }
        let spelling = "--" + name
        guard let equals else { return try start(option, spelled: spelling) }
        guard option.takesValue else { throw unexpectedValue(of: spelling) }
        let value = String(word[word.utf8.index(after: equals)...])
        try take(value, for: option, spelled: spelling)
    }

    private mutating func readShort(_ word: String) throws(UsageError) {
        let scalars = word.unicodeScalars
        var index = scalars.index(after: scalars.startIndex)
        while index < scalars.endIndex {
            let letter = Character(scalars[index])
            let spelling = "-\(letter)"
            index = scalars.index(after: index)
            guard let option = chain.optionsInScope.first(where: { $0.short == letter }) else {
                throw unknownOption(spelling)
            }
            let rest = scalars[index...]
            guard option.takesValue, let first = rest.first else {
                guard option.takesValue || rest.first != "=" else {
                    throw unexpectedValue(of: spelling)
                }
                try start(option, spelled: spelling)
                continue
            }
            // `-o=FILE` is how people write it who know the long form.
            let value = first == "=" ? rest.dropFirst() : rest
            return try take(String(Substring(value)), for: option, spelled: spelling)
        }
    }

    private mutating func start(_ option: Option, spelled: String) throws(UsageError) {
        switch option.kind {
        case .value:
            pending = option
            pendingSpelling = spelled
        case .standalone:
            try count(option, spelled: spelled)
            standalone = standalone ?? option.name
        case .flag:
            try count(option, spelled: spelled)
            if option.name == Option.help.name { wantsHelp = true }
        }
    }

    private mutating func take(
        _ value: String, for option: Option, spelled: String
    ) throws(UsageError) {
        try count(option, spelled: spelled)
        if let choices = option.completion.closedList, !choices.contains(value) {
            throw UsageError.notAChoice(spelled, value, of: choices, path: path)
        }
        values[option.name, default: []].append(value)
    }

    // A flag given twice says the same thing; two values contradict each other.
    private mutating func count(_ option: Option, spelled: String) throws(UsageError) {
        if option.takesValue, !option.isRepeatable, hasRead(option) {
            throw UsageError(
                kind: .repeatedOption, path: path,
                message: "'\(spelled)' was given twice; give it once.")
        }
        counts[option.name, default: 0] += 1
    }
}
