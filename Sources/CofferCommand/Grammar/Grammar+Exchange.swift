internal import Coffer
internal import CofferArguments

extension Grammar {
    /// Files in and out, and schemas.
    internal static var exchangeCommands: [Command] { [importCommand, export, schema] }

    private static let into = Option.value(
        "into", placeholder: "COLLECTION", completion: .dynamic("collection"),
        help: "The collection for everything, instead of names from the files")

    private static let importCommand = Command(
        "import", summary: "Import files in one transaction",
        discussion: """
            Reads JSON, NDJSON, CSV, NeDB logs and what Improved Initiative exports. A folder \
            stands for its .json .ndjson .jsonl .csv and .db files. Importing the same file again \
            changes nothing. A folder that export --everything has made is read as a whole: \
            collections, schemas, keys and ids as they were.

            Collections without a schema get one with the types that were found. A record's own \
            key is its id, _id, pk, $id, index or key, where every record has it and none \
            repeats.
            """,
        heading: "Files",
        options: [
            into,
            .value(
                "existing", placeholder: "HOW",
                completion: .choices(ImportRequest.Existing.allCases.map(\.rawValue)),
                help: "What becomes of records that are there; update by default"),
            .value("id-field", placeholder: "FIELD", help: "The field with each record's own key"),
            .flag("dry-run", help: "Say what would happen, and write nothing"),
            .flag(
                "keep-going", help: "Drop rejected records and those that need them, not all"),
        ],
        arguments: [
            Argument(
                "files", placeholder: "FILE|DIR", arity: .oneOrMore, completion: .file,
                help: "What to import")
        ])

    private static let export = Command(
        "export", summary: "Write the records of collections, readable by anyone",
        discussion: """
            Without a collection all are written. NDJSON and CSV hold one collection; for several \
            -o names a folder, and each gets a file. What is exported lies open on the disk.

            --everything writes the whole vault into a new folder in open formats: schemas, records, \
            and what their fields do not say. Importing that folder into a new vault gives the same \
            collections and records. Older versions, the trash, keys and the audit log are not in it.
            """,
        heading: "Files",
        options: [
            .value(
                "format", placeholder: "FORMAT",
                completion: .choices(Vault.ExportFormat.allCases.map(\.rawValue)),
                help: "The format; by default what the file's name says, else json"),
            .value(
                "output", short: "o", placeholder: "FILE|DIR", completion: .file,
                help: "Write here instead of to standard output"),
            .value(
                "everything", placeholder: "DIR", completion: .file,
                help: "Write all there is into a new folder, for import"),
            force,
        ],
        arguments: [
            Argument(
                "collections", placeholder: "COLLECTION", arity: .zeroOrMore,
                completion: .dynamic("collection"), help: "The collections")
        ])

    private static let schema = Command(
        "schema", summary: "See and change what collections hold", heading: "Files",
        subcommands: [
            Command("list", summary: "List the collections"),
            Command(
                "show", summary: "Print the schema of a collection", arguments: [collection]),
            Command(
                "suggest", summary: "Work out a schema from files, with its guesses marked",
                options: [
                    into,
                    .value(
                        "output", short: "o", placeholder: "FILE|DIR", completion: .file,
                        help: "Write here; for several collections a folder"),
                    force,
                ],
                arguments: [
                    Argument(
                        "files", placeholder: "FILE", arity: .oneOrMore, completion: .file,
                        help: "Files with records")
                ]),
            Command(
                "apply", summary: "Put schemas in force, all in one transaction",
                discussion: """
                    A collection is named by its schema's title, else by its file: \
                    npcs.schema.json is npcs. A folder stands for its .json files.

                    Before a collection with records changes, a safety bundle of the vault goes to \
                    your state folder ($XDG_STATE_HOME/coffer/safety); the newest three stay.
                    """,
                arguments: [
                    Argument(
                        "files", placeholder: "FILE|DIR", arity: .oneOrMore, completion: .file,
                        help: "Schemas; - is standard input")
                ]),
        ])
}
