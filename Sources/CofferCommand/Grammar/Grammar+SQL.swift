internal import CofferArguments

extension Grammar {
    /// Questions in SQL.
    internal static let sql = Command(
        "sql", summary: "Ask the vault in SQL",
        discussion: """
            Each collection is a table, each field of its schema a column:

                coffer sql "select name, level from npcs where level > 3 order by level"

            Beside the fields there are coffer_id, coffer_key, coffer_version, coffer_created, \
            coffer_modified and coffer_extra. SQL only reads; records are changed with set, put and \
            rm. Without a STATEMENT, statements are read from standard input, each ended by a \
            semicolon. Results are a table on a terminal and one JSON object a line elsewhere.
            """,
        heading: "Records",
        options: [
            .value(
                "param", short: "p", placeholder: "NAME=VALUE", isRepeatable: true,
                help: "The value of :NAME; NAME:=JSON for one that is not plain text or number"),
            .value(
                "limit", short: "n", placeholder: "N",
                help: "Stop with an error after so many rows"),
            .value(
                "timeout", placeholder: "TIME", completion: .suggestions(["30s", "5m", "none"]),
                help: "How long a statement may take; 30s by default"),
        ],
        arguments: [
            Argument("statement", arity: .optional, help: "One statement")
        ])
}
