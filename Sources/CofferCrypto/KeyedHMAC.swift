internal import CCofferOpenSSL

/// One key's HMAC, with the states after the inner and outer key block kept.
///
/// OpenSSL keeps both states in ordinary heap memory, erased when the context is freed.
@safe
internal struct KeyedHMAC: ~Copyable, @unchecked Sendable {
    // Sendable is true because a context is only used through `mutating` methods.

    /// The hash under the HMAC.
    internal enum Hash {
        /// SHA-256, with codes of 32 bytes.
        case sha256
        /// SHA-512, with codes of 64 bytes.
        case sha512

        /// The size of a code in bytes.
        internal var size: Int { self == .sha256 ? 32 : 64 }
    }

    private let context: OpaquePointer
    private let size: Int

    /// Takes in `key`, of any length.
    ///
    /// - Precondition: libcrypto has the hash and the system has memory left.
    internal init(_ hash: Hash, key: Span<UInt8>) {
        let template = unsafe hash == .sha256 ? LibCrypto.hmacSHA256 : LibCrypto.hmacSHA512
        guard let template = unsafe template, let context = unsafe EVP_MAC_CTX_dup(template) else {
            preconditionFailure("libcrypto has HMAC, and memory for it")
        }
        let isKeyed = unsafe key.withUnsafeBufferPointer { key -> Bool in
            if let start = key.baseAddress, key.count > 0 {
                return unsafe EVP_MAC_init(context, start, key.count, nil) == 1
            }
            // HMAC pads a key with zeros (RFC 2104, section 2), so one zero is no key.
            var zero: UInt8 = 0
            return unsafe EVP_MAC_init(context, &zero, 1, nil) == 1
        }
        precondition(isKeyed, "HMAC takes any key")
        unsafe self.context = context
        size = hash.size
    }

    deinit { unsafe EVP_MAC_CTX_free(context) }

    /// Starts a message; what came before is forgotten.
    internal mutating func begin() {
        let isReady = unsafe EVP_MAC_init(context, nil, 0, nil) == 1
        precondition(isReady, "HMAC starts again with its key")
    }

    /// Takes in the next part of the message.
    internal mutating func update(_ part: UnsafeRawBufferPointer) {
        guard let start = part.baseAddress, part.count > 0 else { return }
        let bytes = unsafe start.assumingMemoryBound(to: UInt8.self)
        let isTaken = unsafe EVP_MAC_update(context, bytes, part.count) == 1
        precondition(isTaken, "HMAC takes any message")
    }

    /// Takes in one byte.
    internal mutating func update(_ byte: UInt8) {
        var byte = byte
        let isTaken = unsafe EVP_MAC_update(context, &byte, 1) == 1
        precondition(isTaken, "HMAC takes any message")
    }

    /// Writes the code, 32 or 64 bytes, to `output`.
    internal mutating func finish(into output: UnsafeMutablePointer<UInt8>) {
        var written = 0
        let isDone = unsafe EVP_MAC_final(context, output, &written, size) == 1
        precondition(isDone && written == size, "HMAC ends with a code")
    }
}
