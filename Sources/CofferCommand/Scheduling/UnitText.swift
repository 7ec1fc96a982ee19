/// The text of a service and its timer, as systemd reads it.
internal enum UnitText {
    /// The service: one run of this program.
    ///
    /// - Parameters:
    ///   - program: The path of the program.
    ///   - vault: The path of the vault.
    ///   - stateHome: What XDG_STATE_HOME holds, where it is set.
    internal static func service(program: String, vault: String, stateHome: String?) -> String {
        var lines = [
            remark, "[Unit]", "Description=Maintenance of a Coffer vault", "", "[Service]",
            "Type=oneshot", "UMask=0077", "Nice=10",
        ]
        if let stateHome { lines.append("Environment=" + quoted("XDG_STATE_HOME=" + stateHome)) }
        let words = [argument("--vault"), argument(vault), "maintain", "-q", "--unattended"]
        lines.append("ExecStart=" + ([command(program)] + words).joined(separator: " "))
        // Sections that begin with X- are passed over (systemd.unit(5)).
        lines += ["", "[X-Coffer]", owner(vault), ""]
        return lines.joined(separator: "\n")
    }

    /// The line by which a service is known as that of a vault.
    internal static func owner(_ vault: String) -> String { "Vault=" + quoted(vault) }

    /// The timer.
    ///
    /// - Parameter every: The time between two bundles, in milliseconds.
    internal static func timer(every: Int64) -> String {
        let step = step(every: every)
        // Together less than what a bundle may be early: see `Maintenance.due(isByTimer:)`.
        let delay = step * 60 / 12
        return [
            remark, "[Unit]", "Description=Maintenance of a Coffer vault", "", "[Timer]",
            calendarKey + calendar(step: step), "Persistent=true",
            "RandomizedDelaySec=\(delay)", "AccuracySec=\(max(1, delay / 5))", "", "[Install]",
            "WantedBy=timers.target", "",
        ].joined(separator: "\n")
    }

    /// What stands before the times at which a timer runs.
    internal static let calendarKey = "OnCalendar="

    private static let remark =
        "# Made by: coffer maintain schedule on. Removed by: coffer maintain schedule off.\n"

    /// When a timer runs, as systemd.time(7) has it.
    private static func calendar(step: Int64) -> String {
        switch step {
        case 60: "hourly"
        case 1: "minutely"
        default: "*:0/\(step)"
        }
    }

    /// The minutes between two runs, a divisor of 60, so that no bundle is much later than it
    /// should be: all that the time between bundles is a multiple of, or a sixth of that.
    internal static func step(every: Int64) -> Int64 {
        let minutes = max(1, every / 60_000)
        let divisors: [Int64] = [60, 30, 20, 15, 12, 10, 6, 5, 4, 3, 2, 1]
        return divisors.first { minutes % $0 == 0 || $0 <= minutes / 6 } ?? 1
    }
}

extension UnitText {
    /// A word of a command line (systemd.service(5), "Command lines").
    private static func argument(_ word: String) -> String {
        quoted(word.split(separator: "$", omittingEmptySubsequences: false).joined(separator: "$$"))
    }

    /// The program, which systemd takes as it is but for some characters: then the shell runs it.
    private static func command(_ program: String) -> String {
        let isOdd =
            program.utf8.contains { $0 < 0x20 || $0 == 0x7F }
            || program.contains { "\"'\\".contains($0) }
        guard isOdd else { return quoted(program) }
        return "/bin/sh -c " + argument(#"exec "$0" "$@""#) + " " + argument(program)
    }

    /// A text in quotes (systemd.syntax(7), "Quoting"; systemd.unit(5), "Specifiers").
    internal static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\" + String(scalar)
            case "%": result += "%%"
            case "\n": result += "\\n"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                result += "\\x" + (digits.count < 2 ? "0" : "") + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
