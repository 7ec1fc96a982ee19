internal import CCofferOpenSSL
internal import CofferBytes

/// OpenSSL's key objects, made from 32 raw bytes and freed after use.
internal enum RawKey {
    /// The two kinds of key that Coffer uses.
    internal enum Kind {
        /// Key agreement.
        case x25519
        /// Signatures.
        case ed25519

        fileprivate var number: Int32 { self == .x25519 ? EVP_PKEY_X25519 : EVP_PKEY_ED25519 }
    }

    /// Lends the object of a private key.
    ///
    /// - Throws: `library` when OpenSSL refuses, and what `body` throws.
    internal static func withPrivate<Result: ~Copyable>(
        _ kind: Kind, _ secret: borrowing SecretBytes,
        _ body: (OpaquePointer) throws(CryptoError) -> Result
    ) throws(CryptoError) -> Result {
        try secret.withBytes { bytes throws(CryptoError) in
            try unsafe withPrivate(kind, bytes, body)
        }
    }

    /// Lends the object of a private key.
    ///
    /// - Throws: `library` when OpenSSL refuses, and what `body` throws.
    internal static func withPrivate<Result: ~Copyable>(
        _ kind: Kind, _ secret: Span<UInt8>,
        _ body: (OpaquePointer) throws(CryptoError) -> Result
    ) throws(CryptoError) -> Result {
        let key = unsafe secret.withUnsafeBufferPointer { bytes in
            unsafe EVP_PKEY_new_raw_private_key(
                kind.number, nil, bytes.baseAddress, bytes.count)
        }
        guard let key = unsafe key else { throw .library }
        defer { unsafe EVP_PKEY_free(key) }
        return try unsafe body(key)
    }

    /// Lends the object of a public key.
    ///
    /// - Throws: `invalidKey` when OpenSSL refuses, and what `body` throws.
    internal static func withPublic<Result: ~Copyable>(
        _ kind: Kind, _ bytes: [UInt8], _ body: (OpaquePointer) throws(CryptoError) -> Result
    ) throws(CryptoError) -> Result {
        guard let key = unsafe EVP_PKEY_new_raw_public_key(kind.number, nil, bytes, bytes.count)
        else { throw .invalidKey }
        defer { unsafe EVP_PKEY_free(key) }
        return try unsafe body(key)
    }

    /// The 32 public bytes of a key object.
    ///
    /// - Throws: `library` when OpenSSL refuses.
    internal static func publicBytes(of key: OpaquePointer) throws(CryptoError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 32)
        var count = bytes.count
        guard unsafe EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1, count == bytes.count
        else { throw .library }
        return bytes
    }
}
