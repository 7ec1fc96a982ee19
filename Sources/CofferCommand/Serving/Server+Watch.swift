internal import Coffer

extension Server {
    /// `subscribe`: changes from here on.
    internal func subscribe(_ members: Members) throws -> Reply {
        let newest = try vault.read { try $0.lastChange() }
        let since = try members.count("since").map { UInt64($0) } ?? newest
        subscription = Subscription(last: since)
        return .value(.subscription(since))
    }

    /// `unsubscribe`: no more of them.
    internal func unsubscribe(_ members: Members) throws -> Reply {
        guard let last = subscription?.last else {
            throw Failure.usage("there is no subscription")
        }
        subscription = nil
        return .value(.subscription(last))
    }

    /// When ``watch()`` has something to look at again, by the monotonic clock; nil for never.
    internal var nextWatch: Int64? {
        guard vault.isUnlocked else { return nil }
        if let subscription {
            return subscription.mark == nil ? 0 : Ambient.monotonic() + ServeLimits.watch
        }
        return keptKey.map { _ in Ambient.monotonic() + ServeLimits.keyWatch }
    }

    /// Tells what has happened, and locks the vault when its key has gone.
    internal func watch() throws(Failure) {
        if keptKey != nil, vault.unlockedUntil() == nil { checkKey() }
        guard var current = subscription else { return }
        if !current.isToldOfLock {
            subscription?.isToldOfLock = true
            try event("locked", [])
            return
        }
        guard vault.isUnlocked else { return }
        do {
            let mark = try vault.commitMark()
            guard mark != current.mark else { return }
            var events: [Vault.Change] = []
            try vault.read { transaction in
                try transaction.changes(since: current.last) { change in
                    guard events.count < ServeLimits.burst else { return false }
                    events.append(change)
                    return true
                }
            }
            for change in events { try event("change", JSONOutput.members(of: change)) }
            current.last = events.last?.number ?? current.last
            current.mark = events.count < ServeLimits.burst ? mark : nil
            subscription = current
        } catch let failure as Failure {
            throw failure
        } catch {
            subscription = nil
            try event("error", [("error", .object(Failure.from(error).members))])
        }
    }

    private func event(_ name: String, _ members: [(String, JSONOutput)]) throws(Failure) {
        let event = JSONOutput.object([("event", .text(name))] + members)
        _ = try output.write([Array((event.json + "\n").utf8)])
    }
}
