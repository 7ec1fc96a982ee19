/// A titled list of help, shared by help text and man pages.
internal struct HelpSection {
    /// The title, without a colon.
    internal let title: String

    /// What is listed, with its explanation.
    internal let rows: [(label: String, text: String)]

    /// Whether commands are listed; lists of one kind line up with each other.
    internal let isAboutCommands: Bool

    /// The lists of the last command of `chain`, without empty ones.
    internal static func sections(of chain: [Command]) -> [HelpSection] {
        guard let root = chain.first, let command = chain.last else { return [] }
        let arguments = command.arguments.map { ($0.placeholder, text(of: $0)) }
        var sections = [
            HelpSection(title: "Arguments", rows: arguments, isAboutCommands: false)
        ]
        sections += commandSections(of: command)
        let own = chain.dropFirst().reversed().flatMap(\.options).filter { !$0.isHidden }
        sections.append(
            HelpSection(title: "Options", rows: rows(of: own), isAboutCommands: false))
        let global = root.options.filter { !$0.isHidden } + [.help]
        sections.append(
            HelpSection(
                title: chain.count == 1 ? "Options" : "Global options", rows: rows(of: global),
                isAboutCommands: false))
        return sections.filter { !$0.rows.isEmpty }
    }

    // Headings stand in the order in which they are first used.
    private static func commandSections(of command: Command) -> [HelpSection] {
        var headings: [String] = []
        var rows: [String: [(label: String, text: String)]] = [:]
        for subcommand in command.visibleSubcommands {
            let heading = subcommand.heading ?? "Commands"
            if rows[heading] == nil { headings.append(heading) }
            let label = ([subcommand.name] + subcommand.aliases).joined(separator: ", ")
            rows[heading, default: []].append((label, subcommand.summary))
        }
        return headings.map {
            HelpSection(title: $0, rows: rows[$0] ?? [], isAboutCommands: true)
        }
    }

    private static func rows(of options: [Option]) -> [(label: String, text: String)] {
        options.map { option in
            let short = option.short.map { "-\($0), " } ?? "    "
            let aliases = option.names.dropLast().map { "--\($0), " }.joined()
            let last = option.names.last ?? ""
            let placeholder = option.placeholder.map { " \($0)" } ?? ""
            return (short + aliases + "--" + last + placeholder, text(of: option))
        }
    }

    private static func text(of option: Option) -> String {
        let repeated = option.isRepeatable && option.takesValue ? "; may be repeated" : ""
        return option.help + list(of: option.completion) + repeated
    }

    private static func text(of argument: Argument) -> String {
        argument.help + list(of: argument.completion)
    }

    private static func list(of completion: CompletionHint) -> String {
        completion.closedList.map { " (\($0.joined(separator: ", ")))" } ?? ""
    }
}
