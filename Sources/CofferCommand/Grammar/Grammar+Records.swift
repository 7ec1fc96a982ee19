internal import CofferArguments

extension Grammar {
    /// Single records and lists of them.
    internal static var recordCommands: [Command] {
        [add, set, put, edit, get, list, search, sql, remove] + historyCommands
    }

    /// The option that names a record.
    internal static let id = Option.value(
        "id", placeholder: "ID", help: "The record, where its key begins with a dash or is odd")

    /// The record that a command is about.
    internal static let record = Argument(
        "record", arity: .optional, help: "The record: its own key or its UUID")

    private static let values = Argument(
        "values", placeholder: "FIELD=VALUE", arity: .zeroOrMore, completion: .dynamic("field"),
        help: "The values")

    private static let aboutValues = """
        FIELD=TEXT is read as the type that the schema gives the field, FIELD:=JSON as JSON, \
        FIELD=@FILE is the text of a file (@- is standard input), FIELD:=@FILE its JSON. a.b=V \
        reaches into an object; a dot in a name is written \\. , and =@@ begins a text with @.
        """

    private static let new = Option.flag(
        "new", help: "Make the collection where there is none, as import would")

    private static let add = Command(
        "add", summary: "Add a record", discussion: aboutValues, heading: "Records",
        options: [new], arguments: [collection, values])

    private static let set = Command(
        "set", summary: "Change fields of a record, or of all for which a condition holds",
        discussion: aboutValues, heading: "Records",
        options: [
            .value(
                "where", placeholder: "EXPRESSION",
                help: "Change every record for which this holds, instead of one"),
            .value(
                "unset", placeholder: "FIELD", completion: .dynamic("field"), isRepeatable: true,
                help: "Take a field away"),
            .value(
                "if-version", placeholder: "N", help: "Only if the record is at this version"),
            id, yes,
        ],
        arguments: [collection, record, values])

    private static let put = Command(
        "put", summary: "Write whole records from standard input",
        discussion: """
            One JSON object a line. A record whose key is there already is replaced; all lines \
            are one transaction.
            """,
        heading: "Records",
        options: [.flag("stdin", help: "Read standard input"), new],
        arguments: [collection])

    private static let edit = Command(
        "edit", summary: "Edit a record in your editor",
        discussion: """
            The record comes up as JSON in VISUAL or EDITOR; without RECORD a new one is begun. \
            It is written when the editor ends, if it keeps the schema. Where somebody changed it \
            meanwhile, what differs is shown, and you are asked. The text lies in memory, never on \
            a disk; vim is told to keep nothing of it, other editors may keep what they like.
            """,
        heading: "Records", options: [id, new], arguments: [collection, record])

    private static let get = Command(
        "get", summary: "Show a record", heading: "Records",
        options: [
            .value(
                "field", placeholder: "FIELD", completion: .dynamic("field"),
                help: "Print one field: text as it is, everything else as JSON"),
            id,
        ],
        arguments: [collection, record])

    private static let list = Command(
        "list", summary: "List the records of a collection",
        discussion: """
            A condition is an SQL expression over the fields:

                coffer list npcs --where "level > 3 and name like 'G%'" --sort name

            Beside the fields there are coffer_id, coffer_key, coffer_version, coffer_created, \
            coffer_modified and coffer_extra. With --json there is one object a line.
            """,
        heading: "Records",
        options: [
            .value("where", placeholder: "EXPRESSION", help: "Only records for which this holds"),
            .value(
                "sort", placeholder: "FIELD", completion: .dynamic("field"), help: "Sort by a field"
            ),
            .flag("reverse", help: "Sort downwards"),
            .value(
                "fields", placeholder: "FIELD,FIELD", completion: .dynamic("field"),
                help: "Show these fields only"),
            .value("limit", short: "n", placeholder: "N", help: "Show so many at most"),
        ],
        arguments: [collection])

    private static let search = Command(
        "search", summary: "Find records by the words in them",
        discussion: """
            Every text of every record is looked at; a record must hold all words and all \
            "phrases". Words are whole; case, accents and normalisation make no difference. The \
            best hits come first. With --json there is one object a line, in the vault's order.
            """,
        heading: "Records",
        options: [
            .value(
                "in", placeholder: "COLLECTION", completion: .dynamic("collection"),
                help: "Only this collection"),
            .value("limit", short: "n", placeholder: "N", help: "Show so many at most"),
        ],
        arguments: [Argument("words", arity: .oneOrMore, help: "What to look for")])

    private static let remove = Command(
        "rm", summary: "Remove records",
        discussion: """
            Records that refer to a removed one hold it back, go with it or lose the reference, \
            as their schema says. Removed records stay in the trash for a while: coffer trash list.
            """,
        heading: "Records",
        options: [
            .value(
                "id", placeholder: "ID", isRepeatable: true,
                help: "A record, where its key begins with a dash or is odd"),
            .flag("now", help: "For good, older versions too: nothing goes to the trash"),
            .value(
                "where", placeholder: "EXPRESSION",
                help: "Remove every record for which this holds"), yes,
        ],
        arguments: [
            collection,
            Argument(
                "records", placeholder: "RECORD", arity: .zeroOrMore,
                help: "The records: their own keys or their UUIDs"),
        ])
}
