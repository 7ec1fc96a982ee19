extension CommandTree {
    /// The help of the command that `path` names, ending in a newline.
    ///
    /// A word that names nothing ends the path, so this always has an answer.
    package func help(for path: [String], width: Int) -> String {
        let width = max(width, TextLayout.narrowest)
        let chain = chain(to: path)
        let command = chain[chain.count - 1]
        var sections = [
            TextLayout.wrap("Usage: " + chain.usage, width: width),
            TextLayout.wrap(command.summary + ".", width: width),
        ]
        sections.append(TextLayout.prose(command.discussion, width: width))
        let lists = HelpSection.sections(of: chain)
        for list in lists {
            let peers = lists.filter { $0.isAboutCommands == list.isAboutCommands }
            let start = TextLayout.textColumn(after: peers.flatMap { $0.rows.map(\.label) })
            let rows = TextLayout.columns(list.rows, from: start, width: width)
            sections.append([list.title + ":"] + rows)
        }
        if !command.visibleSubcommands.isEmpty {
            let topic = (["help"] + chain.dropFirst().map(\.name)).joined(separator: " ")
            sections.append(
                TextLayout.wrap(
                    "'\(root.name) \(topic) COMMAND' tells more about a command.", width: width))
        }
        let filled = sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
        return filled.joined(separator: "\n\n") + "\n"
    }
}

extension [Command] {
    /// The usage line of the last command of this chain.
    internal var usage: String {
        guard let command = last else { return "" }
        var words = [spelling, "[OPTIONS]"]
        if !command.visibleSubcommands.isEmpty {
            words.append(command.isRunnable ? "[COMMAND]" : "COMMAND")
        }
        return (words + command.arguments.map(\.usage)).joined(separator: " ")
    }
}
