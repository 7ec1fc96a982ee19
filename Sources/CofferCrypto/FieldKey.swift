package import CofferBytes

/// The key of one scope's record fields; only ``RecordCipher`` takes it.
///
/// A reference, so that a keyring can hold it and several workers can use it at once.
package final class FieldKey: Sendable {
    /// The size of a key in bytes.
    package static let size = 32

    private let secret: SecretBytes

    /// Takes over 32 random or derived bytes.
    ///
    /// - Precondition: The secret has 32 bytes; callers check what they read from a file.
    package init(_ secret: consuming SecretBytes) {
        precondition(secret.count == Self.size, "A key has 32 bytes")
        self.secret = secret
    }

    /// Draws a new key.
    ///
    /// - Throws: `randomnessUnavailable` when the kernel has none.
    package static func random(_ randomness: Randomness) throws(CryptoError) -> FieldKey {
        FieldKey(try randomness.secret(size))
    }

    /// Lends the raw key, to be wrapped under another one or handed to a library.
    package func unsafelyExposingBytes<Result: ~Copyable, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try secret.withBytes(body)
    }
}
