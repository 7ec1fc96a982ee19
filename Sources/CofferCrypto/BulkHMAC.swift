internal import CCofferOpenSSL
internal import CofferShims

/// HMAC with SHA-256 (RFC 2104, section 2) from libcrypto's hash, for messages by the million.
///
/// `EVP_MAC` builds its contexts anew for each message, which takes longer than hashing the seal
/// of a row. Here the states after both key blocks are kept, and copied for each message.
///
/// - Important: The states lie in OpenSSL's heap memory, erased when they are freed.
@safe
internal struct BulkHMAC: ~Copyable {
    private static let blockSize = 64

    private let inner: OpaquePointer
    private let outer: OpaquePointer
    private let work: OpaquePointer

    /// Takes in `key` of at most 64 bytes.
    ///
    /// - Precondition: libcrypto has SHA-256 and the system has memory left.
    internal init(key: Span<UInt8>) {
        precondition(key.count <= Self.blockSize, "a longer key is hashed first")
        unsafe inner = Self.state(key, 0x36)
        unsafe outer = Self.state(key, 0x5C)
        guard let work = unsafe EVP_MD_CTX_new() else { preconditionFailure("Out of memory") }
        unsafe self.work = work
    }

    deinit {
        unsafe EVP_MD_CTX_free(inner)
        unsafe EVP_MD_CTX_free(outer)
        unsafe EVP_MD_CTX_free(work)
    }

    private static func state(_ key: Span<UInt8>, _ pad: UInt8) -> OpaquePointer {
        guard let state = unsafe EVP_MD_CTX_new(),
            unsafe EVP_DigestInit_ex2(state, LibCrypto.sha256, nil) == 1
        else { preconditionFailure("libcrypto has SHA-256, and memory for it") }
        let block = UnsafeMutablePointer<UInt8>.allocate(capacity: blockSize)
        unsafe block.initialize(repeating: pad, count: blockSize)
        for index in 0..<key.count { unsafe block[index] ^= key[index] }
        let isTaken = unsafe EVP_DigestUpdate(state, block, blockSize) == 1
        unsafe CofferShims_erase(block, blockSize)
        unsafe block.deallocate()
        precondition(isTaken, "a hash takes any message")
        return unsafe state
    }

    /// Writes the code of a message in two parts to `output`, 32 bytes.
    internal mutating func code(
        _ head: UnsafeRawBufferPointer, _ tail: UnsafeRawBufferPointer,
        into output: UnsafeMutablePointer<UInt8>
    ) {
        var size: UInt32 = 0
        var isDone = unsafe EVP_MD_CTX_copy_ex(work, inner) == 1
        if head.count > 0 {
            isDone = unsafe EVP_DigestUpdate(work, head.baseAddress, head.count) == 1 && isDone
        }
        if tail.count > 0 {
            isDone = unsafe EVP_DigestUpdate(work, tail.baseAddress, tail.count) == 1 && isDone
        }
        isDone = unsafe EVP_DigestFinal_ex(work, output, &size) == 1 && isDone
        isDone = unsafe EVP_MD_CTX_copy_ex(work, outer) == 1 && isDone
        isDone = unsafe EVP_DigestUpdate(work, output, HMACSHA256.size) == 1 && isDone
        isDone = unsafe EVP_DigestFinal_ex(work, output, &size) == 1 && isDone
        precondition(isDone && size == 32, "a hash takes any message")
    }
}
