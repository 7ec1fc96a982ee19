package import CofferCrypto

/// Why a vault's keys could not be reached or made.
package enum KeysError: Error, Equatable, Sendable {
    /// Nothing that was given opens a slot; or the slot was altered, which is not told apart.
    case wrongSecret
    /// What stands in the vault contradicts itself; the text names the part.
    case damaged(String)
    /// A number in a slot is outside its limits; the text names it with its value.
    case refusedLimit(String)
    /// The password cannot be used; the text says why.
    case unusablePassword(String)
    /// There is no key of that purpose or number.
    case noKey
    /// The cryptographic library failed.
    case crypto(CryptoError)
}
