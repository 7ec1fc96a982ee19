/// Why a backup, a verification or a restore did not happen.
///
/// Besides these, the services throw `BundleError`, `StoreError`, `RecordsError`, `KeysError`,
/// `DiskError` and `SQLiteError` as they come from below.
package enum BackupError: Error, Equatable, Sendable {
    /// The caller cancelled.
    case cancelled
    /// There is no bundle at the path, or none of this vault.
    case noBundle(path: String)
    /// The folder holds bundles of several vaults; their ids.
    case severalVaults([String])
    /// A bundle that a chain needs is not there; the text names it by the first of its content id.
    case brokenChain(path: String, missing: String)
    /// A bundle is damaged; path and reason.
    case damaged(path: String, reason: String)
    /// A bundle is of another vault than the one it is to be restored over.
    case foreign(path: String)
    /// A bundle is older than the vault that it is to be restored over.
    case older(path: String)
    /// A bundle is of another copy of the vault than the one it is to be restored over.
    case otherCopy(path: String)
    /// A bundle has an older keyring than the one that the vault knows it to have.
    case olderKeyring(path: String)
    /// Nobody that is trusted has signed it.
    case untrusted(path: String)
    /// Something is at the place where a vault is to be restored.
    case exists(path: String)
    /// The restored vault does not hold what the bundle promised; the text names what.
    case promiseBroken(String)
}
