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
        if call.isJSON {
            try call.console.print(.status(status, isLocked: status.expires == nil))
        } else {
            try printText(status, call.console)
        }
        return .done
    }

    private static func printText(_ status: Vault.Status, _ console: Console) throws(Failure) {
        var lines = [
            ("vault", VaultFinder.name(of: status.path)), ("id", status.vault),
            ("path", status.path),
            ("state", status.expires.map { "unlocked until \(Timestamp.text($0))" } ?? "locked"),
            ("format", "\(status.format)"),
        ]
        if let epoch = status.epoch { lines.append(("epoch", "\(epoch)")) }
        if let generation = status.generation { lines.append(("generation", "\(generation)")) }
        for (name, value) in lines {
            try console.line(TextWidth.fit(name, 12) + Visible.line(value))
        }
        for remark in status.remarks { console.warn(remark) }
    }
}
