internal import Coffer
internal import CofferArguments

/// The requests about the process and its vault.
extension Server {
    /// `version`: what a client should know first.
    internal func version(_ transaction: ReadTransaction?, _ members: Members) throws -> Reply {
        let limits: [(String, Int)] = [
            ("frame", ServeLimits.frame), ("values", ServeLimits.values),
            ("depth", JSONInput.depthLimit), ("answer", ServeLimits.answer),
            ("writeIdle", Int(clamping: ServeLimits.writeIdle)),
            ("readIdle", Int(clamping: ServeLimits.readIdle)),
        ]
        return .value(
            .object(
                Release.members + [
                    ("protocol", .integer(ServeLimits.version)), ("vault", .text(vault.id)),
                    ("path", .text(vault.path)),
                    ("limits", .object(limits.map { ($0.0, .integer(Int64($0.1))) })),
                ]))
    }

    /// `status`: how the vault stands.
    internal func status(_ transaction: ReadTransaction?, _ members: Members) throws -> Reply {
        let status = try transaction.map { try $0.status() } ?? vault.status()
        let care = transaction == nil && !status.isLocked ? try? vault.careStatus() : nil
        return .value(.status(status, care, isLocked: status.isLocked))
    }

    /// Unlocks with the password of the request, else with the kernel's key or what the command
    /// line names.
    internal func unlock(_ members: Members) throws -> Reply {
        let span = try members.span("for")
        if let span, span > Vault.longestSpan {
            throw Failure.usage("«for» is at most 24h")
        }
        if let secretFault { throw secretFault }
        if let secret = secret.take() {
            let keyfile = try call.keyfile()
            try call.counting(vault) { () throws(VaultError) in
                try vault.unlock(password: secret, keyfile: keyfile)
            }
            keptKey = nil
            try call.recordUnlock(vault)
        } else if members["password"] != nil {
            throw Failure.usage("«password» must be a text, and its name written without escapes")
        } else if try vault.unlockFromCache() {
            keptKey = KeptKey(renewal: 0)
        } else {
            // A descriptor gives what it has once.
            let isGone = call.invocation.value("password-fd") != nil
            guard try !isGone && call.unlockAsGiven(vault) else {
                throw Failure(
                    "locked", "the vault is locked; give the «password», or: coffer unlock",
                    .locked)
            }
            keptKey = nil
        }
        if let span {
            try vault.keepUnlocked(for: span)
            keptKey = KeptKey(renewal: 0)
        }
        return .value(.unlocked(vault, isLocked: !vault.isUnlocked))
    }

    /// Forgets the key here and in the kernel.
    internal func lock() -> Reply {
        let wasUnlocked = vault.isUnlocked
        let wasKept = vault.lock()
        keptKey = nil
        return .value(.locked(wasUnlocked || wasKept ? 1 : 0))
    }

    /// Locks the vault when the kernel's key, on which that depends, has gone; else uses it.
    internal func checkKey() {
        guard let kept = keptKey else { return }
        let now = now()
        guard let end = vault.unlockedUntil() else {
            keptKey = nil
            vault.lock()
            subscription?.isToldOfLock = false
            return
        }
        guard now >= kept.renewal, (try? vault.unlockFromCache()) == true else { return }
        // Often enough that no span runs out between two, and not at every request.
        keptKey = KeptKey(renewal: now + (end - now) / 8)
    }
}
