internal import Coffer
internal import CofferArguments

/// Commands about vaults as a whole.
internal enum VaultCommands {
    /// How long a vault stays unlocked without use, in milliseconds.
    private static let standardSpan: UInt64 = 15 * 60_000

    /// `coffer vaults`.
    internal static func vaults(_ call: Call) throws -> ExitStatus {
        var table = Table([.init("NAME"), .init("STATE"), .init("PATH")])
        var listed: [JSONOutput] = []
        for path in VaultFinder(call.ambient).all() {
            let vault: Vault
            do throws(VaultError) {
                vault = try Vault(at: path, in: call.surroundings)
            } catch {
                call.console.warn("\(path): \(error.message)")
                continue
            }
            let until = vault.unlockedUntil()
            let name = VaultFinder.name(of: path)
            table.add([name, until == nil ? "locked" : "unlocked", path])
            listed.append(
                .object([
                    ("vault", .text(vault.id)), ("name", .text(name)), ("path", .text(path)),
                    ("locked", .bool(until == nil)), ("expires", .text(until.map(Timestamp.text))),
                ]))
        }
        if call.isJSON {
            try call.console.print(.array(listed))
        } else if listed.isEmpty {
            call.console.note("No vault is known here. Make one with: coffer init")
        } else {
            for line in table.lines() { try call.console.line(line) }
        }
        return .done
    }

    /// `coffer unlock`: always with the password, so that no key lives on without it.
    internal static func unlock(_ call: Call) throws -> ExitStatus {
        var span = standardSpan
        if let text = call.invocation.value("for") {
            guard let given = TimeSpan.milliseconds(text), given <= Vault.longestSpan else {
                throw Failure.usage("--for needs a time such as 90s, 15m or 2h, 24h at most")
            }
            span = given
        }
        let vault = try call.openLocked()
        try call.unlock(vault)
        call.noteNewEpoch(vault)
        if try vault.hasCompromisedSigner() { call.warnOfSigner() }
        try call.recordUnlock(vault)
        try vault.keepUnlocked(for: span)
        let until = vault.unlockedUntil().map(Timestamp.text)
        if call.isJSON {
            try call.console.print(.unlocked(vault, isLocked: until == nil))
        } else {
            let name = Visible.line(VaultFinder.name(of: vault.path))
            call.console.note(
                "\(name) is unlocked until \(until ?? "now"), longer when it is used.")
            if let care = try? vault.careStatus() {
                let age = StatusCommand.backupAge(care, now: call.surroundings.now())
                call.console.note("Last backup: \(age)")
            }
        }
        // Whatever interrupts what follows: the vault is unlocked, and that is told.
        try call.console.flush()
        call.catchUp(vault)
        return .done
    }

    /// `coffer lock`.
    internal static func lock(_ call: Call) throws -> ExitStatus {
        if call.invocation.flag("all") {
            let count = Vault.lockAll(in: call.surroundings)
            if call.isJSON {
                try call.console.print(.locked(count))
            } else {
                call.console.note("\(Quantity.of(count, "vault is", "vaults are")) locked now.")
            }
            return .done
        }
        let path = try call.vaultPath()
        let was = try lock(path, call)
        if call.isJSON {
            try call.console.print(.locked(was ? 1 : 0))
        } else {
            let name = Visible.line(VaultFinder.name(of: path))
            call.console.note(was ? "\(name) is locked." : "\(name) was locked already.")
        }
        return .done
    }

    /// Also of a vault that is damaged: its key must not live on for that.
    private static func lock(_ path: String, _ call: Call) throws -> Bool {
        if catchUp(path, call) { return true }
        do throws(VaultError) {
            return try Vault(at: path, isReadOnly: true, in: call.surroundings).lock()
        } catch {
            guard let was = Vault.lock(rememberedAt: path, in: call.surroundings) else {
                throw error
            }
            return was
        }
    }

    /// Does what maintenance has left, with a key that nobody else has any more: the kernel's goes
    /// first, so that the vault is locked whatever becomes of the rest.
    ///
    /// - Returns: Whether there was something, and a key for it; then the vault is locked.
    private static func catchUp(_ path: String, _ call: Call) -> Bool {
        guard let vault = try? Vault(at: path, in: call.surroundings), vault.dueSince() != nil,
            (try? vault.unlockFromCache()) == true
        else { return false }
        vault.forgetKeptKey()
        call.catchUp(vault)
        vault.lock()
        return true
    }

    /// `coffer accept-older`.
    internal static func acceptOlder(_ call: Call) throws -> ExitStatus {
        let vault = try call.openLocked(in: call.ambient.surroundings(allowsOlder: true))
        if try !vault.unlockFromCache() { try call.unlock(vault) }
        let name = Visible.line(VaultFinder.name(of: vault.path))
        let before = try vault.status()
        if before.isOlder == true {
            for remark in before.remarks { call.console.note(Visible.line(remark)) }
            try call.confirm("Make this copy of \(name) the current one?")
            try vault.acceptOlder()
        }
        let after = try vault.status()
        if try vault.hasCompromisedSigner() { call.warnOfSigner() }
        if call.isJSON {
            try call.console.print(
                .object([
                    ("vault", .text(vault.id)), ("accepted", .bool(before.isOlder == true)),
                    ("epoch", after.epoch.map { .count($0) } ?? .null),
                ]))
        } else if before.isOlder == true {
            call.console.note("This copy of \(name) is the current one now, on the record.")
        } else {
            call.console.note("This copy of \(name) is the newest that this machine has seen.")
        }
        return .done
    }
}
