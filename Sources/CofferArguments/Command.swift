/// One command of a tree: what it is called, takes and contains.
///
/// A command either takes arguments or contains subcommands, never both; `CommandTree.validate()`
/// holds this and the other rules.
package struct Command: Hashable, Sendable {
    /// The word that names the command; for the root, the program's name.
    package let name: String

    /// What the command does, in one line without a final full stop.
    package let summary: String

    /// More about the command: paragraphs parted by empty lines; lines that begin with four
    /// spaces are kept as they are.
    package let discussion: String

    /// The heading that the command stands under in its parent's help.
    package let heading: String?

    /// Other words that name the command.
    package let aliases: [String]

    /// Whether help, completion and man pages leave the command out.
    package let isHidden: Bool

    /// Whether a command with subcommands does something without one.
    package let isRunnable: Bool

    /// Options that this command and all below it accept.
    package let options: [Option]

    /// The words the command takes, in their order.
    package let arguments: [Argument]

    /// The commands below this one, in the order of help.
    package let subcommands: [Command]

    /// Declares a command.
    package init(
        _ name: String, summary: String, discussion: String = "", heading: String? = nil,
        aliases: [String] = [], isHidden: Bool = false, isRunnable: Bool = false,
        options: [Option] = [], arguments: [Argument] = [], subcommands: [Command] = []
    ) {
        self.name = name
        self.summary = summary
        self.discussion = discussion
        self.heading = heading
        self.aliases = aliases
        self.isHidden = isHidden
        self.isRunnable = isRunnable
        self.options = options
        self.arguments = arguments
        self.subcommands = subcommands
    }
}

extension Command {
    /// Whether the command only makes sense with a subcommand.
    internal var needsSubcommand: Bool { !subcommands.isEmpty && !isRunnable }

    /// The subcommands that help shows.
    internal var visibleSubcommands: [Command] { subcommands.filter { !$0.isHidden } }

    /// The subcommand that `word` names, by its name or an alias.
    internal func subcommand(named word: String) -> Command? {
        subcommands.first { $0.name == word || $0.aliases.contains(word) }
    }
}
