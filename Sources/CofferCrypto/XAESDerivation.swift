internal import CCofferOpenSSL
internal import CofferShims

/// The key derivation of C2SP XAES-256-GCM: CMAC-AES-256 of a counter and half the nonce.
///
/// What depends on the key alone, its AES key schedule and the CMAC subkey K1, is kept from
/// one record to the next.
@safe
internal struct XAESDerivation: ~Copyable {
    private let context: OpaquePointer
    /// K1 in the first 16 bytes, the two blocks in and out in the next 32 each.
    private let memory: UnsafeMutablePointer<UInt8>
    private static let memorySize = 80
    private static let input = 16
    private static let output = 48
    private var key: FieldKey?

    /// Whether it was turned to a key.
    internal var isKeyed: Bool { key != nil }

    /// Makes room for a key.
    ///
    /// - Throws: `library` when libcrypto lacks AES, `outOfMemory`.
    internal init() throws(CryptoError) {
        guard unsafe LibCrypto.aes256ECB != nil else { throw .library }
        guard let made = unsafe EVP_CIPHER_CTX_new() else { throw .outOfMemory }
        unsafe context = unsafe made
        unsafe memory = .allocate(capacity: Self.memorySize)
        unsafe memory.initialize(repeating: 0, count: Self.memorySize)
    }

    deinit {
        unsafe EVP_CIPHER_CTX_free(context)
        unsafe CofferShims_erase(memory, Self.memorySize)
        unsafe memory.deallocate()
    }

    /// Turns to `key`; free when it is the one in use.
    ///
    /// - Throws: `library` when OpenSSL refuses.
    internal mutating func use(_ key: FieldKey) throws(CryptoError) {
        if self.key === key { return }
        self.key = nil
        let isKeyed = key.unsafelyExposingBytes { bytes in
            unsafe bytes.withUnsafeBufferPointer { bytes in
                unsafe EVP_EncryptInit_ex2(
                    context, LibCrypto.aes256ECB, bytes.baseAddress, nil, nil) == 1
            }
        }
        guard isKeyed, unsafe EVP_CIPHER_CTX_set_padding(context, 0) == 1 else { throw .library }
        // K1 from L = AES(0) by doubling in GF(2^128) (NIST SP 800-38B, section 6.1).
        let zeros = unsafe memory + Self.input
        unsafe zeros.update(repeating: 0, count: 16)
        try encrypt(16)
        let block = unsafe memory + Self.output
        let carry: UInt8 = unsafe block[0] >> 7
        for index in 0..<15 {
            unsafe memory[index] = unsafe block[index] << 1 | block[index + 1] >> 7
        }
        unsafe memory[15] = unsafe block[15] << 1 ^ (0x87 & (0 &- carry))
        self.key = key
    }

    /// Lends the 32-byte subkey for a nonce of at least twelve bytes.
    ///
    /// - Throws: `library` when OpenSSL refuses, and what `body` throws.
    internal mutating func withSubkey(
        _ nonce: Span<UInt8>, _ body: (UnsafePointer<UInt8>) throws(CryptoError) -> Void
    ) throws(CryptoError) {
        for block in 0..<2 {
            let start = unsafe memory + Self.input + 16 * block
            // M1 and M2: a 16-bit counter, `X`, a zero, the nonce's first half; XORed with K1.
            unsafe start[0] = unsafe memory[0]
            unsafe start[1] = unsafe memory[1] ^ UInt8(block + 1)
            unsafe start[2] = unsafe memory[2] ^ 0x58
            unsafe start[3] = unsafe memory[3]
            for index in 4..<16 {
                unsafe start[index] = unsafe memory[index] ^ nonce[index - 4]
            }
        }
        try encrypt(32)
        try unsafe body(UnsafePointer(memory + Self.output))
    }

    private func encrypt(_ count: Int32) throws(CryptoError) {
        var written: Int32 = 0
        guard
            unsafe EVP_EncryptUpdate(
                context, memory + Self.output, &written, memory + Self.input, count) == 1,
            written == count
        else { throw .library }
    }
}
