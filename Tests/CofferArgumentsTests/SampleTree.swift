import CofferArguments

/// A small program that has one of everything.
enum SampleTree {
    static let tree = CommandTree(
        Command(
            "box", summary: "Keep things in boxes",
            discussion: "Boxes are kept in a shed.\n\n    box add shed name=hammer",
            options: [
                .value(
                    "shed", short: "s", placeholder: "PATH", completion: .directory,
                    help: "The shed to use instead of the one of this folder"),
                .flag("json", help: "Print JSON"),
                .flag("verbose", short: "v", isRepeatable: true, help: "Say more"),
                .flag("quiet", short: "q", aliases: ["silent"], help: "Say less"),
                .flag("debug", isHidden: true, help: "Print what nobody wants to read"),
                .standalone("version", help: "Print the version"),
            ],
            subcommands: [
                Command(
                    "init", summary: "Make a shed", heading: "Begin",
                    arguments: [
                        Argument(
                            "name", placeholder: "NAME|PATH", arity: .optional,
                            completion: .dynamicOrFile("shed"), help: "Where the shed is made")
                    ]),
                Command(
                    "add", summary: "Put a thing into a box", aliases: ["insert"],
                    options: [
                        .value(
                            "param", short: "p", placeholder: "NAME", completion: .dynamic("name"),
                            isRepeatable: true, help: "A parameter")
                    ],
                    arguments: [
                        Argument("box", completion: .dynamic("box"), help: "The box"),
                        Argument(
                            "values", placeholder: "FIELD=VALUE", arity: .zeroOrMore,
                            completion: .dynamic("field"), help: "The values"),
                    ]),
                Command(
                    "list", summary: "List the things in a box",
                    options: [
                        .value(
                            "format", short: "f", aliases: ["as"], placeholder: "FORMAT",
                            completion: .choices(["json", "ndjson", "csv"]), help: "How to print"),
                        .value("limit", short: "n", placeholder: "N", help: "At most so many"),
                        .value(
                            "output", short: "o", placeholder: "FILE", completion: .file,
                            help: "Write to FILE"),
                        .value(
                            "for", placeholder: "TIME", completion: .suggestions(["15m", "1h"]),
                            help: "How long"),
                    ],
                    arguments: [
                        Argument(
                            "box", arity: .optional, completion: .dynamic("box"), help: "The box")
                    ]),
                Command(
                    "move", summary: "Move a thing",
                    arguments: [
                        Argument("from", help: "Where it is"),
                        Argument("to", help: "Where it goes"),
                    ]),
                Command(
                    "remove", summary: "Throw things away", aliases: ["rm"],
                    options: [.flag("yes", short: "y", help: "Do not ask")],
                    arguments: [
                        Argument("paths", arity: .oneOrMore, completion: .file, help: "The things")
                    ]),
                Command(
                    "key", summary: "Manage keys", heading: "Keys",
                    options: [.flag("all", help: "Old ones too")],
                    subcommands: [
                        Command("list", summary: "List the keys"),
                        Command(
                            "remove", summary: "Remove a key",
                            arguments: [Argument("slot", help: "The slot")]),
                    ]),
                Command(
                    "tidy", summary: "Tidy the shed", heading: "Keys", isRunnable: true,
                    options: [.flag("dry-run", help: "Only say what would be done")],
                    subcommands: [
                        Command(
                            "schedule", summary: "Tidy at night",
                            arguments: [
                                Argument(
                                    "state", completion: .choices(["on", "off"]),
                                    help: "Whether to")
                            ])
                    ]),
                Command("secret", summary: "Not for everyone", isHidden: true),
            ]))

    /// The invocation that `words` ask for.
    static func run(_ words: String...) throws -> Invocation {
        try run(words)
    }

    static func run(_ words: [String]) throws -> Invocation {
        guard case .run(let invocation) = try tree.parse(words) else { throw NotARun() }
        return invocation
    }

    struct NotARun: Error {}
}
