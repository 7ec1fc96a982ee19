internal import CofferArguments

extension Grammar {
    /// Changing keys.
    internal static var rotationCommands: [Command] {
        [
            Command(
                "rotate", summary: "Change keys of the vault",
                discussion: """
                    Which key to change depends on what happened; without a subcommand that is \
                    told, with the ages of the keys where the vault is unlocked. What was written \
                    before stays known to whoever had the keys of then; what is written from then \
                    on is not.
                    """,
                heading: "Keys and care", isRunnable: true,
                subcommands: [
                    rotatePassword,
                    Command(
                        "root",
                        summary:
                            "Replace the root key, and the keys for what is written from now on",
                        discussion: """
                            Passwords, keyfiles and recovery keys stay as they are. Every row of \
                            the vault is counted on the way, and it is all or nothing. Bundles \
                            from before open as before: coffer backup rekey.
                            """,
                        options: [yes]),
                    Command(
                        "data",
                        summary: "Replace the keys of records and persons, and move everything",
                        discussion: """
                            A safety bundle is taken first. Every record, older version and \
                            deletion is sealed anew, in small \
                            steps, while other programs read and write. It may be ended at any \
                            time and goes on with the next rotate data. Everything is read before \
                            and after; the keys of before go when nothing is under them any more.
                            """,
                        options: [
                            yes,
                            skipDamaged,
                        ]),
                    Command(
                        "index",
                        summary: "Replace the key of indexes, and make all of them anew",
                        discussion: """
                            An index is what a field is found by that nobody can read; who has \
                            its key and a copy of the vault can try values. A safety bundle is \
                            taken first. All of them are made \
                            anew, in small steps, while other programs read and write; until the \
                            end both are searched, and what must be unique is. It may be ended at \
                            any time and goes on with the next rotate index.
                            """,
                        options: [
                            yes,
                            skipDamaged,
                        ]),
                    Command(
                        "chunks",
                        summary: "Replace the key of the bytes of files, and move them all",
                        discussion: """
                            A safety bundle is taken first. Every pack is copied into others, one \
                            after the other, while other programs read and add files; that needs \
                            the room of two packs. It may be ended at any time and goes on with \
                            the next rotate chunks. Everything is read before and after. Names \
                            and contents of files stay as they are, and so does what is found to \
                            be there already.
                            """,
                        options: [
                            yes,
                            skipDamaged,
                        ]),
                    Command(
                        "signing", summary: "Replace the key that signs bundles",
                        discussion: """
                            The old key signs that the new one follows, and every later bundle \
                            carries that: whoever trusts the old one trusts the new one. With \
                            --compromised it does not, and what it has signed counts only where \
                            the vault lists it; tell the new public key (coffer key public) \
                            wherever bundles are verified.
                            """,
                        options: [
                            yes,
                            .flag(
                                "compromised",
                                help: "Somebody else may have the old key: believe it no more"),
                        ]),
                    rotateAll,
                    Command(
                        "policy", summary: "Say how old the keys of records may become",
                        discussion: """
                            Without an option it shows what holds. coffer maintain replaces keys \
                            that are older, as rotate data does, and goes on with a rotation that \
                            was interrupted; run it by hand, or by a timer.
                            """,
                        options: [
                            .value(
                                "max-age", placeholder: "TIME",
                                help: "Such as 365d; off for never, which is the beginning")
                        ]),
                    Command("status", summary: "Show a rotation that is under way"),
                    Command(
                        "resume", summary: "Go on with a rotation that is under way",
                        options: [
                            skipDamaged
                        ]),
                ])
        ]
    }

    private static let skipDamaged = Option.flag(
        "skip-damaged",
        help: "Pass over what does not open or is missing; all keys of before stay")

    private static let rotateAll = Command(
        "all", summary: "After a compromise: replace every key and every way to unlock the vault",
        discussion: """
            A new password must be chosen, and a new recovery key is made; no password, keyfile or \
            recovery key of before opens the vault any more. A safety bundle is taken first, and \
            opens as the vault does afterwards. Then everything is sealed anew, as \
            with rotate data, rotate index and rotate chunks; that may be ended at any time and goes on with \
            rotate resume. The keys that ids are made with stay, or every id would be another. \
            Bundles and copies from before open as before: coffer backup rekey, or delete them.
            """,
        options: newPasswordOptions + [
            .value(
                "new-keyfile", placeholder: "FILE", completion: .file,
                help: "A keyfile that opens the vault together with the password"),
            .value(
                "sheet", placeholder: "FILE", completion: .file,
                help: "Write the page to print, with the new recovery key"),
            force,
            .flag("no-recovery", help: "Make no recovery key"),
        ] + hashOptions + [
            skipDamaged, yes,
        ])

    /// Counting what is under each key.
    internal static let keyCensus = Command(
        "census", summary: "Count what is under each key",
        discussion: """
            Records, older versions, entries (deletions, notes and the audit log) and known \
            bundles are counted in the vault as it is now; nothing is remembered.
            """)
}
