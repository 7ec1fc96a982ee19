internal import Coffer
internal import CofferArguments

extension Grammar {
    /// Bundles: made, looked at, restored.
    internal static var backupCommands: [Command] {
        [
            Command(
                "backup", summary: "Make, verify and restore signed bundles",
                discussion: """
                    A bundle is one file that holds the vault, or what changed since the bundle \
                    before. It is encrypted like the vault, opens with the passwords and recovery \
                    keys of its time, and is signed: tar, sha256sum and minisign check it without \
                    Coffer. Put the folder where a sync service, another disk or another machine \
                    gets it.
                    """,
                heading: "Care",
                subcommands: [
                    create, list, verify, restore, drill, rekey, prune, policy,
                ]),
            maintain,
        ]
    }

    private static let folder = Argument(
        "folder", placeholder: "DIR", completion: .directory, help: "The folder of bundles")

    private static let create = Command(
        "create", summary: "Write a bundle into a folder",
        discussion: """
            The bundle holds what changed since the newest one of this vault in the folder, or \
            everything where there is none. It shows one instant, whoever writes meanwhile, and \
            gets its name when it is complete and on the disk.
            """,
        options: [
            .value(
                "to", placeholder: "DIR", completion: .directory,
                help: "The folder; it is made where it is missing"),
            .flag("full", help: "Write everything in any case"),
        ])

    private static let list = Command(
        "list", summary: "Show the bundles of a folder, and how they continue each other",
        discussion: """
            Nothing is verified; that is: coffer backup verify. Entries are the records that a \
            bundle carries, those that Coffer keeps for itself among them.
            """, arguments: [folder])

    private static let verify = Command(
        "verify", summary: "Verify bundles: every byte, and who signed",
        discussion: """
            A key is trusted when you give it (--signer), when this machine remembers it of the \
            vault, or when a password or recovery key opens it. A key that lies in or beside a \
            bundle proves nothing. With --deep every entry is opened, too.
            """,
        options: [
            .value(
                "signer", placeholder: "KEY",
                help: "The public key of the vault, as coffer key public shows it"),
            .flag("deep", help: "Open every entry, with a password or recovery key"),
        ],
        arguments: [
            Argument(
                "file", placeholder: "FILE", arity: .oneOrMore, completion: .file,
                help: "A bundle, or a folder of them")
        ])

    private static let restore = Command(
        "restore", summary: "Make a vault of the bundles in a folder",
        discussion: """
            Everything is verified first. The vault is built beside its place and checked there, \
            and gets its name when it is complete. A copy of the vault that is there is kept as \
            NAME.before-restore, and a safety bundle of it goes to your state folder \
            ($XDG_STATE_HOME/coffer/safety) where it can be opened. On a new machine this needs nothing but the folder and a password \
            or recovery key of the vault.
            """,
        options: [
            .value(
                "to", placeholder: "PATH", completion: .directory,
                help: "Where the vault comes; by default it is called vault, in your data folder"),
            .value("at", placeholder: "TIME", help: "How the vault was then, such as 2026-05-03"),
            .value("of", placeholder: "UUID", help: "Whose bundles, where there are several"),
            .value(
                "only", placeholder: "C[/R]|file:NAME",
                help: "Fetch one collection, one record of it, or a file, into the vault"),
            .value(
                "existing", placeholder: "RULE",
                completion: .choices(Vault.FetchRule.allCases.map(\.rawValue)),
                help: "With --only, what is there: update (the usual), skip or copy"),
            .flag("dry-run", help: "Verify, and say what would be restored"),
            yes,
        ],
        arguments: [
            Argument(
                "from", placeholder: "DIR|FILE", completion: .file,
                help: "The folder, or one bundle in it")
        ])

    private static let drill = Command(
        "drill", summary: "Try whether the bundles would have saved you",
        discussion: """
            The newest chain is restored into a temporary place, checked there as a whole, held \
            against what the bundles promise, and removed.
            """,
        options: [
            .value(
                "in", placeholder: "DIR", completion: .directory,
                help: "Where there is room for the vault; by default in your state folder"),
            .value("of", placeholder: "UUID", help: "Whose bundles, where there are several"),
        ],
        arguments: [
            Argument(
                "from", placeholder: "DIR|FILE", completion: .file,
                help: "The folder, or one bundle in it")
        ])

    private static let rekey = Command(
        "rekey", summary: "Let bundles open with today's passwords only",
        discussion: """
            A bundle opens with the passwords and recovery keys of its time, even after they were \
            changed. This writes its keyring anew; what it holds stays byte for byte. Copies \
            elsewhere go on opening the old way.
            """,
        arguments: [
            Argument(
                "folder", placeholder: "DIR", arity: .oneOrMore, completion: .directory,
                help: "The folders of bundles")
        ])

    private static let keeping: [Option] = [
        .value("keep-last", placeholder: "N", help: "How many of the newest stay; 24"),
        .value("keep-hourly", placeholder: "N", help: "Of how many hours the newest stays; 168"),
        .value("keep-daily", placeholder: "N", help: "Of how many days the newest stays; 30"),
        .value("keep-weekly", placeholder: "N", help: "Of how many weeks the newest stays; 12"),
    ]

    private static let prune = Command(
        "prune", summary: "Remove bundles that the policy does not keep",
        discussion: """
            Where a bundle stays and what it continues does not, one that holds both is written \
            first, so that every bundle which stays can be restored. Bundles that this vault has \
            not made are left alone.
            """,
        options: keeping + [.flag("dry-run", help: "Say what would be removed"), yes],
        arguments: [folder])

    private static let policy = Command(
        "policy", summary: "Say how often the vault is backed up, and what stays",
        discussion: """
            Without options it shows what holds. coffer maintain takes the bundles that are due; \
            run it by hand, or by a timer.
            """,
        options: [
            .value(
                "to", placeholder: "DIR", completion: .directory, isRepeatable: true,
                help: "A folder for bundles; each gets bundles of its own"),
            .value("every", placeholder: "TIME", help: "Time between two bundles; 1h"),
            .value("full-every", placeholder: "TIME", help: "Time between two full ones; 30d"),
        ] + keeping + [.flag("off", help: "Back up nothing by itself any more")])

    private static let maintain = Command(
        "maintain", summary: "Do what is due: bundles, checks, trials of a restore",
        discussion: """
            Bundles are taken and removed as coffer backup policy says; once a day all of the vault \
            is checked, and every 30 days a restore is tried. Keys that are older than coffer \
            rotate policy allows are replaced, and a rotation that was interrupted goes on. Where \
            the vault is found locked, the next coffer unlock or coffer lock does what is due, if \
            there is a policy.
            """,
        heading: "Care", isRunnable: true,
        options: [
            .flag("dry-run", help: "Say what is due"),
            .flag("unattended", help: "Ask nobody; leave a locked vault for the next time"),
        ],
        subcommands: [schedule])

    private static let schedule = Command(
        "schedule", summary: "Let a timer maintain the vault",
        discussion: """
            The timer is one of systemd, of your own: two files in $XDG_CONFIG_HOME/systemd/user, \
            and nothing elsewhere. It runs hourly, or more often where the backup policy says so, \
            while you are logged in; what it has missed, it does when it can. It has no password: \
            it works while the vault is unlocked.
            """,
        subcommands: [
            Command("on", summary: "Write the timer and start it"),
            Command("off", summary: "Stop the timer and remove it"),
            Command("show", summary: "Tell whether there is a timer, and when it runs next"),
        ])
}
