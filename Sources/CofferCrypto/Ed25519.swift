internal import CCofferOpenSSL

/// Signatures on edwards25519 (RFC 8032), without prehashing.
package enum Ed25519 {
    /// The size of a public key in bytes.
    package static let publicKeySize = 32
    /// The size of a signature in bytes.
    package static let signatureSize = 64

    /// The public key of a signing key.
    ///
    /// - Throws: `library` when OpenSSL refuses.
    package static func publicKey(of key: SigningKey) throws(CryptoError) -> [UInt8] {
        try key.unsafelyExposingBytes { seed throws(CryptoError) in
            try unsafe RawKey.withPrivate(.ed25519, seed) { key throws(CryptoError) in
                try unsafe RawKey.publicBytes(of: key)
            }
        }
    }

    /// Signs `message`: 64 bytes, the same ones each time.
    ///
    /// - Throws: `outOfMemory`; `library` when OpenSSL refuses.
    package static func sign(
        _ message: Span<UInt8>, with key: SigningKey
    ) throws(CryptoError) -> [UInt8] {
        try key.unsafelyExposingBytes { seed throws(CryptoError) in
            try unsafe RawKey.withPrivate(.ed25519, seed) { key throws(CryptoError) in
                guard let context = unsafe EVP_MD_CTX_new() else { throw .outOfMemory }
                defer { unsafe EVP_MD_CTX_free(context) }
                var signature = [UInt8](repeating: 0, count: signatureSize)
                var count = signatureSize
                let isSigned = unsafe message.withUnsafeBufferPointer { message in
                    unsafe EVP_DigestSignInit(context, nil, nil, nil, key) == 1
                        && EVP_DigestSign(
                            context, &signature, &count, message.baseAddress, message.count) == 1
                }
                guard isSigned, count == signatureSize else { throw .library }
                return signature
            }
        }
    }

    /// Signs `message`: 64 bytes, the same ones each time.
    ///
    /// - Throws: `outOfMemory`; `library` when OpenSSL refuses.
    package static func sign(
        _ message: [UInt8], with key: SigningKey
    ) throws(CryptoError) -> [UInt8] {
        try sign(message.span, with: key)
    }

    /// Checks a signature.
    ///
    /// - Throws: `authenticationFailed` when it does not fit, also for a signature of another
    ///   size; `invalidKey` when the public key is none; `outOfMemory`.
    package static func verify(
        _ signature: [UInt8], of message: Span<UInt8>, by publicKey: [UInt8]
    ) throws(CryptoError) {
        guard signature.count == signatureSize else { throw .authenticationFailed }
        guard publicKey.count == publicKeySize else { throw .invalidKey }
        try unsafe RawKey.withPublic(.ed25519, publicKey) { key throws(CryptoError) in
            guard let context = unsafe EVP_MD_CTX_new() else { throw .outOfMemory }
            defer { unsafe EVP_MD_CTX_free(context) }
            let isTrue = unsafe message.withUnsafeBufferPointer { message in
                unsafe EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1
                    && EVP_DigestVerify(
                        context, signature, signature.count, message.baseAddress, message.count)
                        == 1
            }
            guard isTrue else { throw .authenticationFailed }
        }
    }

    /// Checks a signature.
    ///
    /// - Throws: as the form for spans.
    package static func verify(
        _ signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]
    ) throws(CryptoError) {
        try verify(signature, of: message.span, by: publicKey)
    }
}
