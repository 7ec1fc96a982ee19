/// Looks for mistakes in the declaration of a tree.
internal struct TreeValidator {
    private var faults: [String] = []

    /// All faults below and at `root`, in the order of the tree.
    internal static func faults(of root: Command) -> [String] {
        var validator = TreeValidator()
        validator.visit([root])
        return validator.faults
    }

    private mutating func visit(_ chain: [Command]) {
        guard let command = chain.last else { return }
        let place = chain.spelling
        if !Self.isName(command.name) { report(place, "is not a name of a-z, 0-9 and -") }
        if command.name == CommandTree.completionCommand || command.name == "help" {
            report(place, "has a reserved name")
        }
        checkLine(command.summary, "summary", place)
        if Self.hasInvisible(command.discussion) {
            report(place, "has an invisible character in its discussion")
        }
        if command.isRunnable, command.subcommands.isEmpty {
            report(place, "has no subcommands, so isRunnable says nothing")
        }
        checkOptions(chain, place)
        checkArguments(command, place)
        checkSubcommandNames(command, place)
        for subcommand in command.subcommands { visit(chain + [subcommand]) }
    }

    private mutating func checkSubcommandNames(_ command: Command, _ place: String) {
        for name in Self.repeated(command.subcommands.flatMap { [$0.name] + $0.aliases }) {
            report(place, "has two subcommands named '\(name)'")
        }
        for alias in command.subcommands.flatMap(\.aliases) where !Self.isName(alias) {
            report(place, "has the alias '\(alias)', which is not a name of a-z, 0-9 and -")
        }
    }

    // Options of the commands above are in scope too, so they clash as well.
    private mutating func checkOptions(_ chain: [Command], _ place: String) {
        let own = chain.last?.options ?? []
        let above = chain.dropLast().flatMap(\.options) + [.help]
        let taken = Self.repeated(above.flatMap(\.names))
        for name in Self.repeated((above + own).flatMap(\.names)) where !taken.contains(name) {
            report(place, "has two options named '--\(name)'")
        }
        let takenShorts = Self.repeated(above.compactMap(\.short))
        for short in Self.repeated((above + own).compactMap(\.short))
        where !takenShorts.contains(short) {
            report(place, "has two options named '-\(short)'")
        }
        for option in own { check(option, place + " --" + option.name) }
    }

    private mutating func check(_ option: Option, _ place: String) {
        for name in option.names where !Self.isName(name) || name.utf8.count < 2 {
            report(place, "has '\(name)', which is not a name of two or more of a-z, 0-9 and -")
        }
        if let short = option.short, !(short.isASCII && short.isLetter) {
            report(place, "has the short name '\(short)', which is not a letter")
        }
        if option.placeholder == "" { report(place, "has no placeholder") }
        checkLine(option.help, "help", place)
        checkLists(option.completion, place)
    }

    private mutating func checkArguments(_ command: Command, _ place: String) {
        if !command.arguments.isEmpty, !command.subcommands.isEmpty {
            report(place, "has arguments and subcommands")
        }
        for name in Self.repeated(command.arguments.map(\.name)) {
            report(place, "has two arguments named '\(name)'")
        }
        for argument in command.arguments.dropLast() where argument.isVariadic {
            report(place, "has an argument after '\(argument.name)', which takes all")
        }
        var optional: Argument?
        for argument in command.arguments {
            let inner = "\(place) \(argument.placeholder)"
            if argument.name.isEmpty { report(inner, "has no name") }
            if argument.placeholder.isEmpty { report(inner, "has no placeholder") }
            checkLine(argument.help, "help", inner)
            checkLists(argument.completion, inner)
            if let optional, argument.isRequired {
                report(place, "requires '\(argument.name)' after optional '\(optional.name)'")
            }
            if !argument.isRequired { optional = optional ?? argument }
        }
    }

    private mutating func checkLists(_ hint: CompletionHint, _ place: String) {
        switch hint {
        case .choices(let words), .suggestions(let words):
            if words.isEmpty { report(place, "has an empty list of values") }
            for word in Self.repeated(words) { report(place, "lists '\(word)' twice") }
            if words.contains(where: { $0.isEmpty || Self.hasInvisible($0) }) {
                report(place, "lists a value that cannot be seen")
            }
        case .dynamic(let name), .dynamicOrFile(let name):
            if name.isEmpty { report(place, "has a dynamic hint without a name") }
        case .nothing, .file, .directory: break
        }
    }

    private mutating func checkLine(_ text: String, _ what: String, _ place: String) {
        if text.allSatisfy({ $0 == " " }) { report(place, "has no \(what)") }
        if text.contains(where: \.isNewline) || Self.hasInvisible(text) {
            report(place, "has a line end or an invisible character in its \(what)")
        }
        if text.hasSuffix(".") { report(place, "has a full stop at the end of its \(what)") }
    }

    private mutating func report(_ place: String, _ fault: String) {
        faults.append("\(place) \(fault).")
    }
}

extension TreeValidator {
    private static func isName(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last else { return false }
        let hyphen = UInt8(ascii: "-")
        return first != hyphen && last != hyphen
            && bytes.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == hyphen
            }
    }

    private static func hasInvisible(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0 != "\n" && VisibleText.isInvisible($0) }
    }

    private static func repeated<Name: Hashable>(_ names: [Name]) -> [Name] {
        var seen: Set<Name> = []
        var found: [Name] = []
        for name in names where !seen.insert(name).inserted && !found.contains(name) {
            found.append(name)
        }
        return found
    }
}
