/// Why the vault's database could not be opened, read or written.
///
/// Besides these, a store throws `SQLiteError`, `DiskError`, `KeysError` and `CryptoError` as they
/// come from below.
package enum StoreError: Error, Equatable, Sendable {
    /// There is no vault at the path.
    case notAVault(path: String)
    /// Something is there already.
    case exists(path: String)
    /// The vault was written by a newer release; the number is its format.
    case newerFormat(Int)
    /// The vault's keys are not at hand.
    case locked
    /// A job that changes keys is under way, and comes first.
    case jobUnderWay
    /// No change of keys is under way that could go on.
    case noJob
    /// The root key was replaced, and the one at hand opens nothing any more.
    case rootChanged
    /// Something does not verify; the text names it.
    case damaged(String)
    /// This copy is older than one seen on this machine, or another line of its history.
    case older(Standing)
    /// The database file was replaced while it was open.
    case changedUnderneath
    /// There is no slot of that number.
    case noSlot(UInt32)
    /// The slot is the last one; without it nothing would open the vault.
    case lastSlot
    /// The slot of that number is stored, in the place of the old one where it has one, and could
    /// not be read again.
    case unproved(UInt32)
    /// A number of the format has run out, such as collections or fields.
    case exhausted(String)
}
