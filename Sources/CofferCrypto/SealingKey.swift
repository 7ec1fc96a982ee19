package import CofferBytes

/// The input key of ``Cobblestone``: roots, data keys of everything but record fields.
///
/// A reference, so that a keyring can hold it and several workers can use it at once.
///
/// - Important: The hash states made from the key lie in ordinary memory, not in locked pages,
///   until the last reference goes and they are erased.
package final class SealingKey: Sendable {
    /// The size of a key in bytes.
    package static let size = 32

    private let secret: SecretBytes
    private let hmac: SharedHMAC

    /// Takes over 32 random or derived bytes.
    ///
    /// - Precondition: The secret has 32 bytes; callers check what they read from a file.
    package init(_ secret: consuming SecretBytes) {
        precondition(secret.count == Self.size, "A key has 32 bytes")
        hmac = SharedHMAC(secret.withBytes { KeyedHMAC(.sha512, key: $0) })
        self.secret = secret
    }

    /// Draws a new key.
    ///
    /// - Throws: `randomnessUnavailable` when the kernel has none.
    package static func random(_ randomness: Randomness) throws(CryptoError) -> SealingKey {
        SealingKey(try randomness.secret(size))
    }

    /// Lends the raw key, to be wrapped under another one or handed to a library.
    package func unsafelyExposingBytes<Result: ~Copyable, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try secret.withBytes(body)
    }

    /// Lends HMAC-SHA-512 under this key, to one worker at a time.
    internal func withHMAC(_ body: (inout KeyedHMAC) -> Void) {
        hmac.withHMAC { body(&$0) }
    }
}
