internal import CCofferOpenSSL
package import CofferBytes

/// Diffie-Hellman on Curve25519 (RFC 7748): how a root key reaches a slot.
package enum X25519 {
    /// The size of scalars, public keys and shared secrets in bytes.
    package static let size = 32

    /// A scalar and the public key that belongs to it.
    package struct PrivateKey: ~Copyable {
        private let scalar: SecretBytes
        /// The 32 bytes that others may know.
        package let publicKey: [UInt8]

        /// Takes over a random or derived scalar; the curve's clamping happens in use.
        ///
        /// - Throws: `invalidKey` unless it has 32 bytes; `library` when OpenSSL refuses.
        package init(scalar: consuming SecretBytes) throws(CryptoError) {
            guard scalar.count == X25519.size else { throw .invalidKey }
            let publicKey = try unsafe RawKey.withPrivate(.x25519, scalar) {
                key throws(CryptoError) in
                try unsafe RawKey.publicBytes(of: key)
            }
            self.scalar = scalar
            self.publicKey = publicKey
        }

        /// Draws a new key pair: the ephemeral one of a wrap.
        ///
        /// - Throws: `randomnessUnavailable`; `library` when OpenSSL refuses.
        package static func random(_ randomness: Randomness) throws(CryptoError) -> PrivateKey {
            try PrivateKey(scalar: randomness.secret(X25519.size))
        }

        /// The secret that this key shares with the owner of another.
        ///
        /// - Throws: `invalidKey` unless the public key has 32 bytes, and where the secret would
        ///   be all zero, as a point of small order makes it (RFC 7748, section 6.1);
        ///   `library` when OpenSSL refuses.
        package func sharedSecret(with publicKey: [UInt8]) throws(CryptoError) -> SecretBytes {
            guard publicKey.count == X25519.size else { throw .invalidKey }
            return try unsafe RawKey.withPrivate(.x25519, scalar) { own throws(CryptoError) in
                try unsafe RawKey.withPublic(.x25519, publicKey) { peer throws(CryptoError) in
                    try unsafe Self.agree(own, peer)
                }
            }
        }

        private static func agree(
            _ own: OpaquePointer, _ peer: OpaquePointer
        ) throws(CryptoError) -> SecretBytes {
            guard let context = unsafe EVP_PKEY_CTX_new(own, nil) else { throw .outOfMemory }
            defer { unsafe EVP_PKEY_CTX_free(context) }
            guard unsafe EVP_PKEY_derive_init(context) == 1,
                unsafe EVP_PKEY_derive_set_peer(context, peer) == 1
            else { throw .invalidKey }
            let secret = try SecretBytes(count: X25519.size) { output throws(CryptoError) in
                let isDone = unsafe output.withUnsafeMutableBufferPointer { output in
                    var count = output.count
                    return unsafe EVP_PKEY_derive(context, output.baseAddress, &count) == 1
                        && count == X25519.size
                }
                // OpenSSL fails here on an all-zero secret, which is the peer's doing.
                guard isDone else { throw .invalidKey }
            }
            let isZero = secret.withBytes { bytes in
                var sum: UInt8 = 0
                for index in bytes.indices { sum |= bytes[index] }
                return sum == 0
            }
            guard !isZero else { throw .invalidKey }
            return secret
        }
    }
}
