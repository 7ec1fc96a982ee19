internal import Coffer
internal import CofferArguments

/// The commands of the program, from which parsing, help, completion and man pages come.
internal enum Grammar {
    /// The whole tree.
    internal static var tree: CommandTree {
        CommandTree(
            Command(
                "coffer", summary: "Keep private data in an encrypted vault",
                discussion: about, options: globalOptions,
                subcommands: vaultCommands + recordCommands + exchangeCommands + fileCommands
                    + keyCommands
                    + rotationCommands + backupCommands
                    + careCommands + programCommands))
    }

    private static let about = """
        A vault is a directory, by convention NAME.coffer. One password unlocks it; nothing that \
        you wrote is readable on the disk before that.

        The vault is the one of --vault or COFFER_VAULT, else the *.coffer in this folder or one \
        above, else the only one that this machine remembers.

        A password is typed, or comes from a file, a descriptor or a command; never from an \
        argument or the environment, where others can see it.
        """

    private static let globalOptions: [Option] = [
        .value(
            "vault", placeholder: "PATH|NAME", completion: .dynamicOrFile("vault"),
            help: "The vault, instead of the one that is found"),
        .flag("json", help: "Print results and errors as JSON"),
        .flag("quiet", short: "q", help: "Print results and errors only"),
        .flag("verbose", short: "v", help: "Say more on standard error"),
        .flag("older", help: "Read a copy that is older than one seen before"),
        .value(
            "password-file", placeholder: "FILE", completion: .file,
            help: "Read the password from a file; one line end is dropped"),
        .value("password-fd", placeholder: "N", help: "Read the password from a descriptor"),
        .value(
            "password-command", placeholder: "COMMAND",
            help: "Read the password from what a shell command prints"),
        .value(
            "recovery-key-file", placeholder: "FILE", completion: .file,
            help: "Unlock with the recovery key in a file"),
        .value(
            "keyfile", placeholder: "FILE", completion: .file,
            help: "The keyfile that belongs to the password"),
        .standalone("version", help: "Print the version"),
    ]

    /// The option that says yes to every question.
    internal static let yes = Option.flag("yes", short: "y", help: "Do not ask")

    /// The option that replaces a file that is there.
    internal static let force = Option.flag("force", help: "Replace a file that is there already")

    /// A collection.
    internal static let collection = Argument(
        "collection", completion: .dynamic("collection"), help: "The collection")
}
