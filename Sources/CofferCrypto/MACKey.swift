package import CofferBytes

/// A key for HMAC-SHA-256: chunk names, blind indexes, derived ids, the state's sums.
///
/// A reference, so that a keyring can hold it and several workers can use it at once.
///
/// - Important: The hash states made from the key lie in ordinary memory, not in locked pages,
///   until the last reference goes and they are erased.
package final class MACKey: Sendable {
    /// The size of a key in bytes.
    package static let size = 32

    private let secret: SecretBytes
    private let hmac: SharedHMAC

    /// Takes over 32 random or derived bytes.
    ///
    /// - Precondition: The secret has 32 bytes; callers check what they read from a file.
    package init(_ secret: consuming SecretBytes) {
        precondition(secret.count == Self.size, "A key has 32 bytes")
        hmac = SharedHMAC(secret.withBytes { KeyedHMAC(.sha256, key: $0) })
        self.secret = secret
    }

    /// Draws a new key.
    ///
    /// - Throws: `randomnessUnavailable` when the kernel has none.
    package static func random(_ randomness: Randomness) throws(CryptoError) -> MACKey {
        MACKey(try randomness.secret(size))
    }

    /// Lends the raw key, to be wrapped under another one or handed to a library.
    package func unsafelyExposingBytes<Result: ~Copyable, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try secret.withBytes(body)
    }

    /// The code of `message`: 32 bytes.
    ///
    /// Workers that make many codes take an ``HMACSHA256/Authenticator`` each: this one
    /// locks the key for as long as it hashes.
    package func code(_ message: Span<UInt8>) -> [UInt8] {
        unsafe message.withUnsafeBufferPointer { message in
            hmac.withHMAC { hmac in
                hmac.begin()
                unsafe hmac.update(UnsafeRawBufferPointer(message))
                return unsafe [UInt8](unsafeUninitializedCapacity: 32) { code, count in
                    guard let start = code.baseAddress else { return }
                    unsafe hmac.finish(into: start)
                    count = 32
                }
            }
        }
    }

    /// The code of `message`: 32 bytes.
    package func code(_ message: [UInt8]) -> [UInt8] { code(message.span) }
}
