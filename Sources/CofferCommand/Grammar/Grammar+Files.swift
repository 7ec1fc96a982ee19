internal import CofferArguments

extension Grammar {
    /// Files that the vault keeps.
    internal static var fileCommands: [Command] {
        [
            Command(
                "file", summary: "Keep maps, rulebooks, recordings and other files",
                discussion: """
                    A file is stored once, however often it occurs, and read back as it was, or any \
                    part of it. Its name is a path of the vault's own: a folder is added with all \
                    that is in it, and comes out again.
                    """,
                heading: "Files",
                subcommands: [
                    add, list, info, get, move, remove,
                    Command("trash", summary: "List removed files that can be put back"),
                    Command("restore", summary: "Put a removed file back", arguments: [name]),
                    Command(
                        "stats", summary: "Say how much the files take, and would without sharing"),
                    sweep,
                ])
        ]
    }

    private static let add = Command(
        "add", summary: "Add files and folders",
        discussion: """
            A file gets the name that it has in its folder; a folder stands for all files below \
            it, under its own name. A source that looks as it did when it was added (path, size, \
            times, inode) is not read again. A name that is there keeps what it has, unless the \
            content is the same or --replace is given.
            """,
        heading: "Files",
        options: [
            .value("under", placeholder: "NAME", help: "Put them below this folder of the vault"),
            .value(
                "link", placeholder: "COLLECTION/RECORD",
                help: "A record that they go with; more than one may be named"),
            .flag("replace", help: "Replace files whose content has changed"),
            .flag("reread", help: "Read also what looks as it did before"),
            .flag("follow", help: "Add what symbolic links lead to"),
        ],
        arguments: [
            Argument(
                "files", placeholder: "PATH", arity: .oneOrMore, completion: .file,
                help: "What to add")
        ])

    private static let sweep = Command(
        "sweep", summary: "Give back the room of what no file needs any more",
        discussion: """
            A file that was removed is in the trash until its older versions go (coffer trash \
            empty, or with time); then its bytes are needed by nobody, unless another file has \
            them too. What a program that adds files just now may have found stays until the next \
            sweep. Packs that hold little else are copied into others; that needs the room of one \
            of them. Nothing goes while anything of the vault is damaged. coffer maintain sweeps \
            once a day.
            """)

    private static let name = Argument("name", placeholder: "NAME", help: "The file's name")

    private static let list = Command(
        "list", summary: "List files",
        options: [.flag("tree", help: "As a tree of folders, with the size of each")],
        arguments: [
            Argument(
                "folder", placeholder: "FOLDER", arity: .optional,
                help: "Only what is below this folder")
        ])

    private static let info = Command(
        "info", summary: "Show what is known of a file", arguments: [name])

    private static let get = Command(
        "get", summary: "Read a file, or a folder of them",
        discussion: """
            Without -o a file goes to standard output. With -o it is made there with mode 0600, \
            whole or not at all; a folder of the vault goes below the folder that -o names.
            """,
        options: [
            .value(
                "output", short: "o", placeholder: "PATH", completion: .file,
                help: "Make a file here, or a folder"),
            .value(
                "range", placeholder: "FIRST-LAST", help: "Only these bytes, counted from 0"),
            force,
        ], arguments: [name])

    private static let move = Command(
        "mv", summary: "Give a file another name",
        arguments: [
            name, Argument("other", placeholder: "OTHER", help: "The name that it gets"),
        ])

    private static let remove = Command(
        "rm", summary: "Move files to the trash", options: [yes],
        arguments: [
            Argument(
                "names", placeholder: "NAME", arity: .oneOrMore,
                help: "Files, or folders with all that is below them")
        ])
}
