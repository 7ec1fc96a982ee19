package import CofferBytes
package import CofferCrypto

/// The key that all others are sealed under.
///
/// It is only a Cobblestone input key, each use with a label of its own.
package final class RootKey: Sendable {
    /// The size in bytes.
    package static let size = 32

    /// The key's name, bound into every wrap and everything under it.
    package let id: Identifier
    package let sealing: SealingKey

    /// Takes a key that was unwrapped or cached.
    ///
    /// - Precondition: The secret has 32 bytes.
    package init(id: Identifier, secret: consuming SecretBytes) {
        precondition(secret.count == Self.size, "A root key has 32 bytes")
        self.id = id
        sealing = SealingKey(secret)
    }

    /// Draws a new root key.
    package convenience init(_ randomness: Randomness) throws(KeysError) {
        do throws(CryptoError) {
            self.init(
                id: try randomness.identifier(), secret: try randomness.secret(Self.size))
        } catch { throw .crypto(error) }
    }
}
