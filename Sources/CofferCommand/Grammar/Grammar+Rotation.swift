internal import CofferArguments

extension Grammar {
    /// Changing keys.
    internal static var rotationCommands: [Command] {
        [
            Command(
                "rotate", summary: "Change keys of the vault",
                discussion: """
                    Which key to change depends on what happened. Somebody may have held the \
                    unlocked vault or its root key, such as on a lost machine: rotate root. What \
                    was written before stays known to whoever had it; from then on, everything \
                    that is written is not.
                    """,
                heading: "Keys and care",
                subcommands: [
                    Command(
                        "root",
                        summary:
                            "Replace the root key, and the keys for what is written from now on",
                        discussion: """
                            Passwords, keyfiles and recovery keys stay as they are. Every row of \
                            the vault is counted on the way, and it is all or nothing. Bundles \
                            from before open as before: coffer backup rekey.
                            """,
                        options: [yes])
                ])
        ]
    }

    /// Counting what is under each key.
    internal static let keyCensus = Command(
        "census", summary: "Count what is under each key",
        discussion: """
            Records, older versions, entries (deletions, notes and the audit log) and known \
            bundles are counted in the vault as it is now; nothing is remembered.
            """)
}
