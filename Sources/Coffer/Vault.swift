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
/// A vault is used by one thread at a time; several processes may have it open.
public final class Vault {
    internal let store: Store
    package let records: Records
    internal let surroundings: Surroundings

    /// The vault's directory.
    public var path: String { store.path }

    /// The vault's id, a UUID.
    public var id: String { store.header.vault.description }

    /// Whether the keys are at hand.
    public var isUnlocked: Bool { store.isUnlocked }

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
    }

    deinit { store.lock() }
}

/// Runs `body` and says of its errors what a person can do about them.
internal func catching<Result>(_ body: () throws -> Result) throws(VaultError) -> Result {
    do { return try body() } catch { throw VaultError(error) }
}
