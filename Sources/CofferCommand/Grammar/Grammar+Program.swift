internal import CofferArguments

extension Grammar {
    /// Looking after a vault.
    internal static var careCommands: [Command] {
        [
            Command(
                "check", summary: "Verify everything in the vault",
                discussion: "Nothing is written. The exit status is 6 when something is wrong.",
                heading: "Keys and care",
                options: [
                    .flag("files", help: "Read the bytes of all files, too"),
                    .value(
                        "sample", placeholder: "SHARE",
                        help: "Read such a share of them only, as 5%"),
                ])
        ]
    }

    /// The program itself.
    internal static var programCommands: [Command] {
        [
            Command(
                "serve", summary: "Answer requests of another program, one JSON line each",
                discussion: """
                    Requests come on standard input, answers and changes go to standard output, one \
                    JSON object a line; Docs/Interface.md has them all. It begins unlocked where the \
                    key is kept or a password is given, else locked, and ends with its input:

                        echo '{"do":"list","collection":"npcs"}' | coffer serve --stdio
                    """,
                heading: "The program",
                options: [.flag("stdio", help: "Talk over standard input and output")]),
            Command(
                "completion", summary: "Print the script that completes commands in a shell",
                discussion: """
                    Bash, for this user:

                        coffer completion bash > ~/.local/share/bash-completion/completions/coffer
                    """,
                heading: "The program",
                arguments: [
                    Argument(
                        "shell",
                        completion: .choices(CompletionScript.Shell.allCases.map(\.rawValue)),
                        help: "The shell")
                ]),
            Command("version", summary: "Print the version", heading: "The program"),
        ]
    }
}
