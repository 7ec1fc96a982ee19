internal import Coffer
internal import CofferArguments

extension Grammar {
    /// Bundles: made, looked at, restored.
    internal static var backupCommands: [Command] {
        [
            Command(
                "backup", summary: "Make, verify and restore signed bundles",
                discussion: """
                    A bundle is one file that holds the vault, or what changed since the bundle \
                    before. It is encrypted like the vault, opens with the passwords and recovery \
                    keys of its time, and is signed: tar, sha256sum and minisign check it without \
                    Coffer. Put the folder where a sync service, another disk or another machine \
                    gets it.
                    """,
                heading: "Care", subcommands: [create, list, verify, restore])
        ]
    }

    private static let folder = Argument(
        "folder", placeholder: "DIR", completion: .directory, help: "The folder of bundles")

    private static let create = Command(
        "create", summary: "Write a bundle into a folder",
        discussion: """
            The bundle holds what changed since the newest one of this vault in the folder, or \
            everything where there is none. It shows one instant, whoever writes meanwhile, and \
            gets its name when it is complete and on the disk.
            """,
        options: [
            .value(
                "to", placeholder: "DIR", completion: .directory,
                help: "The folder; it is made where it is missing"),
            .flag("full", help: "Write everything in any case"),
        ])

    private static let list = Command(
        "list", summary: "Show the bundles of a folder, and how they continue each other",
        discussion: "Nothing is verified; that is: coffer backup verify", arguments: [folder])

    private static let verify = Command(
        "verify", summary: "Verify bundles: every byte, and who signed",
        discussion: """
            A key is trusted when you give it (--signer), when this machine remembers it of the \
            vault, or when a password or recovery key opens it. A key that lies in or beside a \
            bundle proves nothing. With --deep every entry is opened, too.
            """,
        options: [
            .value(
                "signer", placeholder: "KEY",
                help: "The public key of the vault, as coffer key public shows it"),
            .flag("deep", help: "Open every entry, with a password or recovery key"),
        ],
        arguments: [
            Argument(
                "file", placeholder: "FILE", arity: .oneOrMore, completion: .file,
                help: "A bundle, or a folder of them")
        ])

    private static let restore = Command(
        "restore", summary: "Make a vault of the bundles in a folder",
        discussion: """
            Everything is verified first. The vault is built beside its place and checked there, \
            and gets its name when it is complete. A copy of the vault that is there is kept as \
            NAME.before-restore. On a new machine this needs nothing but the folder and a password \
            or recovery key of the vault.
            """,
        options: [
            .value(
                "to", placeholder: "PATH", completion: .directory,
                help: "Where the vault comes; by default it is called vault, in your data folder"),
            .value("at", placeholder: "TIME", help: "How the vault was then, such as 2026-05-03"),
            .value("of", placeholder: "UUID", help: "Whose bundles, where there are several"),
            .flag("dry-run", help: "Verify, and say what would be restored"),
            yes,
        ],
        arguments: [
            Argument(
                "from", placeholder: "DIR|FILE", completion: .file,
                help: "The folder, or one bundle in it")
        ])
}
