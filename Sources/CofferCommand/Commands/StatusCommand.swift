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
        try call.isJSON ? printJSON(status, call.console) : printText(status, call.console)
        return .done
    }

    private static func printJSON(_ status: Vault.Status, _ console: Console) throws(Failure) {
        try console.print(
            .object([
                ("vault", .text(status.vault)), ("path", .text(status.path)),
                ("locked", .bool(status.expires == nil)),
                ("expires", .text(status.expires.map(Timestamp.text))),
                ("format", .integer(Int64(status.format))),
                ("epoch", status.epoch.map { .count($0) } ?? .null),
                ("generation", status.generation.map { .count($0) } ?? .null),
                ("older", status.isOlder.map { .bool($0) } ?? .null),
                ("lastBackup", .null), ("lastDrill", .null), ("due", .array([])),
                ("remarks", .array(status.remarks.map { .text($0) })),
            ]))
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
