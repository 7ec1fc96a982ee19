internal import Coffer
internal import CofferArguments

/// `coffer rotate` without more: which key to change when, and how old they are.
internal enum RotateAdvice {
    /// What may have happened, and what helps.
    private struct Situation {
        let what: String
        let commands: [String]

        init(_ what: String, _ commands: [String]) {
            self.what = what
            self.commands = commands
        }
    }

    private static let situations = [
        Situation("You want another password.", ["passwd"]),
        Situation(
            "Somebody may know a password, a keyfile or a recovery key, and has a copy of the vault "
                + "or of a bundle.",
            ["passwd", "key remove SLOT", "rotate root", "backup rekey DIR"]),
        Situation(
            "A machine on which the vault was unlocked is lost, or its keys may have leaked.",
            [
                "rotate root", "rotate data", "rotate index", "rotate chunks",
                "rotate signing --compromised",
                "backup rekey DIR",
            ]),
        Situation("Nothing of it can be trusted any more.", ["rotate all"]),
        Situation(
            "Once a year, or by itself.",
            ["rotate data", "rotate index", "rotate chunks", "rotate policy --max-age 365d"]),
    ]

    /// Only what this program can do is advised.
    private static func isThere(_ command: String) -> Bool {
        let words = command.split(separator: " ")
        return (1...words.count).contains {
            Commands.table[words.prefix($0).joined(separator: " ")] != nil
                && ($0 == words.count || !(words[$0].first?.isLowercase ?? false))
        }
    }

    private static var possible: [Situation] {
        situations.map { Situation($0.what, $0.commands.filter(isThere)) }
            .filter { !$0.commands.isEmpty }
    }

    internal static func run(_ call: Call) throws -> ExitStatus {
        var vault = call.vaultAtHand()
        if vault == nil, let found = try? call.openLocked(), try call.unlockAsGiven(found) {
            vault = found
        }
        let ages = try vault?.keyAges()
        guard !call.isJSON else {
            try call.console.print(json(ages, call))
            return .done
        }
        for situation in possible {
            try call.console.line(situation.what)
            for command in situation.commands { try call.console.line("    coffer \(command)") }
        }
        try call.console.line("")
        guard let vault, let ages else {
            try call.console.line("Unlock the vault to see how old its keys are: coffer unlock")
            return .done
        }
        try call.console.line("Keys of \(Visible.line(VaultFinder.name(of: vault.path))):")
        var table = Table([
            .init("FOR"), .init("SINCE"), .init("DAYS", isNumber: true),
        ])
        for age in ages {
            let since = String(Timestamp.text(age.created).prefix(10))
            table.add([age.purpose, since, "\(days(age, call))"])
        }
        for line in table.lines() { try call.console.line(line) }
        return .done
    }

    /// How many days ago a key was made; 0 where a clock was wrong.
    private static func days(_ age: Vault.KeyAge, _ call: Call) -> Int64 {
        let (passed, overflows) = call.surroundings.now().subtractingReportingOverflow(age.created)
        return overflows ? 0 : max(0, passed / 86_400_000)
    }

    private static func json(_ ages: [Vault.KeyAge]?, _ call: Call) -> JSONOutput {
        let keys = ages.map { ages in
            JSONOutput.array(
                ages.map { age in
                    .object([
                        ("for", .text(age.purpose)),
                        ("since", .text(Timestamp.text(age.created))),
                        ("days", .integer(days(age, call))),
                    ])
                })
        }
        return .object([
            (
                "advice",
                .array(
                    possible.map { situation in
                        .object([
                            ("situation", .text(situation.what)),
                            (
                                "commands",
                                .array(situation.commands.map { .text("coffer \($0)") })
                            ),
                        ])
                    })
            ),
            ("keys", keys ?? .null),
        ])
    }
}
