internal import CofferArguments

extension Grammar {
    /// Ways to unlock a vault.
    internal static var keyCommands: [Command] {
        [
            Command(
                "key", summary: "See and change the ways to unlock the vault",
                heading: "Keys and care",
                subcommands: [
                    Command("list", summary: "List the ways to unlock the vault"),
                    addPassword, addKeyfile, addRecovery, removeSlot, labelSlot, checkRecovery,
                    Command("public", summary: "Print the public key that signs for the vault"),
                    keyCensus,
                ]),
            passwd,
        ]
    }

    /// Changing a password; what else `rotate` changes stands in files of its own.
    internal static let rotatePassword = Command(
        "password", summary: "Put a new password in the place of an old one",
        discussion: newPasswordText, options: changeOptions)

    /// The cost of a password hash.
    internal static let hashOptions: [Option] = [
        .value(
            "kdf-memory", placeholder: "KIB", help: "Memory of the password hash; 262144 by default"
        ),
        .value(
            "kdf-passes", placeholder: "N",
            help: "Passes of the password hash; 3 or more, on init what takes 0.7 seconds"),
    ]

    /// Where a new password comes from.
    internal static let newPasswordOptions: [Option] = [
        .value(
            "new-password-file", placeholder: "FILE", completion: .file,
            help: "Read the new password from a file"),
        .value(
            "new-password-fd", placeholder: "N",
            help: "Read the new password from a descriptor"),
        .value(
            "new-password-command", placeholder: "COMMAND",
            help: "Read the new password from what a shell command prints"),
    ]

    private static let labelOption = Option.value(
        "label", placeholder: "TEXT", help: "What you call it in coffer key list")

    private static let slot = Argument(
        "slot", completion: .dynamic("slot"), help: "Its number in coffer key list")

    private static let changeOptions: [Option] =
        [
            .value(
                "slot", placeholder: "SLOT", completion: .dynamic("slot"),
                help: "Whose password, where there are several")
        ] + newPasswordOptions + hashOptions

    private static let newPasswordText = """
        The new password gets a new slot, with a new secret and at least today's password hash; \
        it is tried before the old slot is gone. Without --slot it is the password that unlocks \
        the vault now, or else the only one. A password that goes with a keyfile needs --keyfile.

        A copy of the vault that was made before, and a bundle, still opens with the old \
        password: coffer rotate root and coffer backup rekey are against that.
        """

    private static let passwd = Command(
        "passwd", summary: "Change the password: the same as rotate password",
        discussion: newPasswordText, heading: "Keys and care", options: changeOptions)

    private static let addPassword = Command(
        "add-password", summary: "Add another password",
        discussion: """
            Each password opens the vault by itself; there may be eight. The new one is tried \
            before it counts.
            """,
        options: [labelOption] + newPasswordOptions + hashOptions)

    private static let addKeyfile = Command(
        "add-keyfile", summary: "Add a password that opens the vault only with a keyfile",
        discussion: """
            The file is any one of 1 byte to 1 MiB that never changes; where there is none, it is \
            made of 32 random bytes. Keep it where the vault is not, and a copy of it elsewhere: \
            without it, its password opens nothing. To unlock, say --keyfile FILE.
            """,
        options: [labelOption] + newPasswordOptions + hashOptions,
        arguments: [
            Argument("file", placeholder: "FILE", completion: .file, help: "The keyfile")
        ])

    private static let addRecovery = Command(
        "add-recovery", summary: "Add a recovery key, which is shown once",
        discussion: """
            Those that are there stay; take an old one away with coffer key remove. Whoever has \
            the key or the sheet has the vault.
            """,
        options: [
            labelOption,
            .value(
                "sheet", placeholder: "FILE", completion: .file,
                help: "Write the page to print, with the recovery key"),
            force,
        ])

    private static let removeSlot = Command(
        "remove", summary: "Take away a way to unlock the vault",
        discussion: """
            What opened the slot does not open the vault any more, and its bytes are overwritten. \
            A copy of the vault that was made before, and a bundle, still opens with it. The last \
            slot cannot be removed.
            """,
        options: [yes], arguments: [slot])

    private static let labelSlot = Command(
        "label", summary: "Call a way to unlock the vault something else",
        arguments: [
            slot, Argument("text", help: "What you call it, in 256 bytes"),
        ])

    private static let checkRecovery = Command(
        "check-recovery", summary: "Prove that a recovery key opens the vault",
        discussion: """
            The key is typed, or read from --recovery-key-file. Nothing is unlocked.
            """)
}
