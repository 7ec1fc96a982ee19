internal import Coffer
internal import CofferArguments

/// `coffer status`: how a vault stands; it asks for nothing.
internal enum StatusCommand {
    internal static func run(_ call: Call) throws -> ExitStatus {
        // An older copy is a finding here, not a reason to stop.
        let vault = try call.openLocked(in: call.ambient.surroundings(allowsOlder: true))
        if try !vault.unlockFromCache() {
            let isGiven =
                try SecretSource.password(call.invocation) != nil
                || call.invocation.value("recovery-key-file") != nil
            if isGiven { try call.unlock(vault) }
        }
        let status = try vault.status()
        // What cannot be read of it is no reason to say nothing.
        let care = vault.isUnlocked ? try? vault.careStatus() : nil
        if call.isJSON {
            try call.console.print(.status(status, care, isLocked: status.expires == nil))
        } else {
            try printText(status, care, now: call.surroundings.now(), call.console)
        }
        return .done
    }

    private static func printText(
        _ status: Vault.Status, _ care: Vault.CareStatus?, now: Int64, _ console: Console
    ) throws(Failure) {
        var lines = [
            ("vault", VaultFinder.name(of: status.path)), ("id", status.vault),
            ("path", status.path),
            ("state", status.expires.map { "unlocked until \(Timestamp.text($0))" } ?? "locked"),
            ("format", "\(status.format)"),
        ]
        if let epoch = status.epoch { lines.append(("epoch", "\(epoch)")) }
        if let generation = status.generation { lines.append(("generation", "\(generation)")) }
        if let care {
            lines.append(("backup", Self.backupAge(care, now: now)))
            if !care.due.isEmpty { lines.append(("due", care.due.joined(separator: ", "))) }
        }
        if let since = status.dueSince {
            lines.append(
                ("due since", "\(Timestamp.text(since)), when maintenance found it locked"))
        }
        for (name, value) in lines {
            try console.line(TextWidth.fit(name, 12) + Visible.line(value))
        }
        for remark in status.remarks { console.warn(remark) }
    }

    /// How old the last backup is, in one line.
    internal static func backupAge(_ care: Vault.CareStatus, now: Int64) -> String {
        guard let last = care.lastBackup else {
            return "never; begin with: coffer backup create --to DIR"
        }
        let minutes = max(0, now - last) / 60_000
        let age =
            minutes < 60
            ? Quantity.of(minutes, "minute", "minutes")
            : minutes < 48 * 60
                ? Quantity.of(minutes / 60, "hour", "hours")
                : Quantity.of(minutes / 1_440, "day", "days")
        return "\(age) ago"
    }
}
