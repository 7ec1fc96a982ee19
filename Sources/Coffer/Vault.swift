internal import CofferBytes
internal import CofferCare
internal import CofferFormat
internal import CofferKeys
package import CofferRecords
internal import CofferStore

/// An open, encrypted store of records on this machine.
///
/// A vault is one directory. Every field is sealed on its own under a key that only the password
/// or the recovery key unwraps; the number of records, the size of each field and file times are
/// not hidden. `Docs/ThreatModel.md` lists what somebody with the directory learns.
///
/// A vault may be used from any task and thread: calls wait for each other, and each blocks its
/// thread until it is done. Several vaults on the same path, in this process or others, read side
/// by side; their writes wait for each other, for up to five seconds, and end then with
/// ``VaultError/Code/busy``.
///
/// A call to a vault out of a closure that the same vault has called throws
/// ``VaultError/Code/usage``: there, use the transaction that the closure was given. A closure
/// must not wait for another thread that uses the vault: the two would wait for each other.
public final class Vault: @unchecked Sendable {
    // Sendable is true because whatever reaches the store, the records or the mark goes through
    // `exclusively`; all else is constant.

    internal let store: Store
    package let records: Records
    internal let surroundings: Surroundings
    private let turnstile = Turnstile()
    /// Whether a closure has asked to lock the vault while it was in use.
    private var isToBeLocked = false
    /// The number of the slot that has unlocked this vault; nil for the kernel's key.
    internal var opened: UInt32?
    /// The keyfile that has opened it, together with a password.
    internal var openedKeyfile: KeyfileDigest?
    /// The newest safety bundle that this vault has taken.
    internal var safety: Safety?

    /// The vault's directory.
    public var path: String { store.path }

    /// The vault's id, a UUID.
    public var id: String { store.header.vault.description }

    /// Whether the keys are at hand.
    public var isUnlocked: Bool { exclusivelyOrInside { _ in store.isUnlocked } }

    /// Opens the vault in the directory `path`, still locked.
    ///
    /// - Throws: ``VaultError/Code/noVault`` when there is none, ``VaultError/Code/newerFormat``,
    ///   ``VaultError/Code/damaged``, ``VaultError/Code/storage``.
    public init(
        at path: String, isReadOnly: Bool = false, in surroundings: Surroundings
    ) throws(VaultError) {
        self.surroundings = surroundings
        store = try catching {
            try Store(
                opening: path, isReadOnly: isReadOnly, environment: surroundings.environment)
        }
        records = Records(store)
        followKeptKey()
    }

    deinit { store.lock() }
}

extension Vault {
    /// Runs `body` while no other thread uses the vault.
    ///
    /// - Throws: What `body` throws; ``VaultError/Code/usage`` out of a closure of this vault.
    internal func exclusively<Result>(_ body: () throws -> Result) throws -> Result {
        guard turnstile.enter() == .entered else {
            throw VaultError(
                .usage,
                "the vault is in the middle of a call: use the transaction that the closure was "
                    + "given")
        }
        defer { leave() }
        return try body()
    }

    /// Runs `body` while no other thread uses the vault, and says of its errors what a person can
    /// do about them.
    internal func holding<Result>(_ body: () throws -> Result) throws(VaultError) -> Result {
        try catching { try exclusively(body) }
    }

    /// Runs `body` while no other thread uses the vault; at once when this thread does.
    ///
    /// - Parameter body: Is told whether this thread was using the vault before.
    internal func exclusivelyOrInside<Result>(_ body: (Bool) -> Result) -> Result {
        guard turnstile.enter() == .entered else { return body(true) }
        defer { leave() }
        return body(false)
    }

    /// Runs `body` unless another thread uses the vault; nil then.
    internal func exclusivelyIfFree<Result>(_ body: () throws -> Result) throws -> Result? {
        guard turnstile.enterWithoutWaiting() == .entered else { return nil }
        defer { leave() }
        return try body()
    }

    /// Forgets the keys: at once, or when the call that this thread is in the middle of has ended.
    internal func forgetKeys() {
        exclusivelyOrInside { isInside in
            if isInside { isToBeLocked = true } else { store.lock() }
        }
    }

    private func leave() {
        if isToBeLocked {
            isToBeLocked = false
            store.lock()
        }
        turnstile.leave()
    }
}

/// Runs `body` and says of its errors what a person can do about them.
internal func catching<Result>(_ body: () throws -> Result) throws(VaultError) -> Result {
    do { return try body() } catch { throw VaultError(error) }
}
