/// Why a cryptographic step did not give a result; never with a byte of what it worked on.
package enum CryptoError: Error, Equatable, Sendable {
    /// A tag, commitment or signature does not fit: wrong key, wrong place, or altered bytes.
    case authenticationFailed
    /// getrandom(2) failed with this errno; nothing was written.
    case randomnessUnavailable(errno: Int32)
    /// There is no memory left for this step.
    case outOfMemory
    /// A number is outside what is allowed; it was refused before any work.
    case refusedLimit(name: String, value: UInt64, allowed: ClosedRange<UInt64>)
    /// A key or public key is not one: wrong length, or a point that gives no secret.
    case invalidKey
    /// The input has no valid form, whatever its key.
    case invalidInput
    /// More nonces were asked of a batch than it was drawn for.
    case nonceBatchIsEmpty
    /// The library refused a step that has no reason to fail.
    case library
}
