internal import CofferArguments

extension Grammar {
    /// Older versions of records.
    internal static var historyCommands: [Command] { [history, undo, trash, changes] }

    private static let history = Command(
        "history", summary: "List the versions of a record",
        discussion: """
            Versions that were replaced or deleted are kept for 30 days, at most 20 of a record. \
            This shows the bounds, or sets them; 0 versions keeps none:

                coffer history policy [--days N] [--versions N]
            """,
        heading: "Records",
        options: [
            .value("show", placeholder: "N", help: "Show one version"),
            .value("days", placeholder: "N", help: "With policy: days after which a version goes"),
            .value(
                "versions", placeholder: "N", help: "With policy: the most versions of a record"),
            id, yes,
        ],
        arguments: [collection, record])

    private static let undo = Command(
        "undo", summary: "Undo the last change",
        discussion: """
            The last change is everything that one command wrote, a whole import too. Undoing is \
            a change itself: undo again does it again.
            """,
        heading: "Records")

    private static let changes = Command(
        "changes", summary: "Tell what was changed, one JSON object a line",
        discussion: """
            Each record stands there once, with its newest change; what was removed, with its \
            removal. The number of the last line, given to --since, tells where to go on.
            """,
        heading: "Records",
        options: [
            .value("since", placeholder: "N", help: "Only what came after change N"),
            .flag("follow", help: "Go on, and tell what other programs change"),
            .value("limit", short: "n", placeholder: "N", help: "Tell so many at most"),
        ])

    private static let trash = Command(
        "trash", summary: "Removed records", heading: "Records",
        subcommands: [
            Command(
                "list", summary: "List removed records that can be put back",
                arguments: [someCollection]),
            Command(
                "restore", summary: "Put a removed record back", options: [id],
                arguments: [collection, record]),
            Command(
                "empty", summary: "Remove them for good", options: [yes],
                arguments: [someCollection]),
        ])

    private static let someCollection = Argument(
        "collection", arity: .optional, completion: .dynamic("collection"),
        help: "Only this collection")
}
