internal import Coffer
internal import Glibc

/// Ends a command that goes on for long when the kernel's key, which unlocked it, has gone.
///
/// One that was unlocked with a password of its own goes on.
internal final class KeyWatch {
    private let vault: Vault
    private let isKept: Bool
    /// When the key is looked for again, by the monotonic clock.
    private var nextLook: Int64 = 0
    /// When using the vault counts as use of the key again.
    private var renewal: Int64 = 0

    /// Milliseconds between two looks.
    private static let interval: Int64 = 1_000

    /// Watches over the key of an open vault.
    internal init(_ call: Call, _ vault: Vault) {
        self.vault = vault
        isKept = call.isUnlockedByKernel
    }

    /// Looks for the key, about once a second.
    ///
    /// - Throws: `locked` when it has gone.
    internal func look() throws(Failure) {
        let now = Ambient.monotonic()
        guard isKept, now >= nextLook else { return }
        nextLook = now + Self.interval
        guard vault.unlockedUntil() == nil else { return }
        throw Failure(
            "locked", "the vault was locked meanwhile; unlock it with: coffer unlock", .locked)
    }

    /// Lets the key live on, as each command does that uses it.
    ///
    /// - Throws: `locked` when it has gone.
    internal func use() throws(Failure) {
        nextLook = 0
        try look()
        let now = Ambient.monotonic()
        guard isKept, now >= renewal else { return }
        // Often enough for any span that a person chooses, and not at each statement.
        renewal = now + Self.interval
        _ = try? vault.unlockFromCache()
    }

    /// Waits until there is something to read, and looks for the key meanwhile.
    ///
    /// - Throws: `locked` when it has gone.
    internal func wait(forInputOn descriptor: Int32) throws(Failure) {
        guard isKept else { return }
        var place = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        // A signal, or a descriptor that cannot be waited for, is for whoever reads.
        while unsafe poll(&place, 1, Int32(Self.interval)) == 0 { try look() }
    }
}
