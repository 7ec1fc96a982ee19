internal import CCofferOpenSSL
internal import CofferShims

#if COFFER_IPSECMB
internal import CCofferIPsecMB
#endif

/// AES-256-GCM with 12-byte nonces and 16-byte tags (NIST SP 800-38D), under one key at a time.
///
/// Two libraries can do the work; they agree on every byte. The nonce is set inside this
/// module only, by the constructions that say why it does not repeat.
///
/// - Important: One value serves one thread. The expanded key lies in ordinary memory until
///   the next key replaces it or the value goes out of scope, when it is erased.
@safe
package struct AES256GCM: ~Copyable {
    /// The size of a key in bytes.
    internal static var keySize: Int { 32 }
    /// The size of a nonce in bytes.
    internal static var nonceSize: Int { 12 }
    /// The size of a tag in bytes.
    @inlinable package static var tagSize: Int { 16 }
    /// The longest message in bytes: OpenSSL counts in C `int`.
    internal static let longest = Int(Int32.max)

    /// Which library does the work.
    package let backend: Backend
    /// Twelve bytes: the nonce of the next message.
    internal let nonce: UnsafeMutablePointer<UInt8>
    /// OpenSSL's context; null with ipsec-mb.
    private let context: OpaquePointer?
    /// Nonce, computed tag and, with ipsec-mb, message state and expanded key.
    private let memory: UnsafeMutableRawPointer
    private let memorySize: Int
    #if COFFER_IPSECMB
    /// ipsec-mb's functions; null with OpenSSL.
    private let manager: UnsafePointer<IMB_MGR>?
    #endif

    /// Makes room for a key.
    ///
    /// - Throws: `library` when the backend is not available here, `outOfMemory`.
    internal init(_ backend: Backend = .preferred) throws(CryptoError) {
        var context: OpaquePointer?
        switch backend {
        case .openSSL:
            guard let cipher = unsafe LibCrypto.aes256GCM else { throw .library }
            guard let made = unsafe EVP_CIPHER_CTX_new() else { throw .outOfMemory }
            guard unsafe EVP_CipherInit_ex2(made, cipher, nil, nil, 1, nil) == 1 else {
                unsafe EVP_CIPHER_CTX_free(made)
                throw .library
            }
            unsafe context = unsafe made
        case .ipsecMB:
            guard Backend.available.contains(.ipsecMB) else { throw .library }
        }
        let size = Layout.size(of: backend)
        // 64 bytes: ipsec-mb's alignment of an expanded key.
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        self.backend = backend
        unsafe nonce = unsafe memory.assumingMemoryBound(to: UInt8.self)
        unsafe self.context = unsafe context
        unsafe self.memory = unsafe memory
        memorySize = size
        #if COFFER_IPSECMB
        unsafe manager = unsafe backend == .ipsecMB ? IPsecManager.shared : nil
        #endif
    }

    deinit {
        unsafe EVP_CIPHER_CTX_free(context)
        unsafe CofferShims_erase(memory, memorySize)
        unsafe memory.deallocate()
    }

    /// Where things lie in `memory`, in bytes.
    private enum Layout {
        static var tag: Int { 16 }
        static var state: Int { 64 }
        #if COFFER_IPSECMB
        static var schedule: Int { 64 + (MemoryLayout<gcm_context_data>.size + 63) / 64 * 64 }
        #endif

        static func size(of backend: Backend) -> Int {
            #if COFFER_IPSECMB
            if backend == .ipsecMB { return schedule + MemoryLayout<gcm_key_data>.size }
            #endif
            return state
        }
    }

    /// Replaces the key by the 32 bytes at `key`.
    ///
    /// - Throws: `library` when OpenSSL refuses.
    internal mutating func setKey(_ key: UnsafePointer<UInt8>) throws(CryptoError) {
        #if COFFER_IPSECMB
        if let manager = unsafe manager {
            return unsafe CCofferIPsecMB_expand(manager, key, schedule)
        }
        #endif
        guard unsafe EVP_CipherInit_ex2(context, nil, key, nil, 1, nil) == 1 else {
            throw .library
        }
    }

    /// Seals under `nonce`; `ciphertext` may be where `plaintext` is, but not overlap it in part.
    ///
    /// - Throws: `refusedLimit` above 2 GiB, `library` when OpenSSL refuses.
    internal mutating func seal(
        _ plaintext: UnsafeRawBufferPointer, associated: UnsafeRawBufferPointer,
        into ciphertext: UnsafeMutableRawPointer, tag: UnsafeMutableRawPointer
    ) throws(CryptoError) {
        try Self.check(plaintext.count, associated.count)
        let output = unsafe ciphertext.assumingMemoryBound(to: UInt8.self)
        #if COFFER_IPSECMB
        if let manager = unsafe manager {
            return unsafe CCofferIPsecMB_seal(
                manager, schedule, state, output, bytes(of: plaintext), UInt(plaintext.count),
                nonce, bytes(of: associated), UInt(associated.count),
                tag.assumingMemoryBound(to: UInt8.self))
        }
        #endif
        try unsafe start(sealing: 1, associated)
        var written: Int32 = 0
        if plaintext.count > 0 {
            guard
                unsafe EVP_EncryptUpdate(
                    context, output, &written, bytes(of: plaintext), Int32(plaintext.count)) == 1
            else { throw .library }
        }
        guard
            unsafe EVP_EncryptFinal_ex(context, output + Int(written), &written) == 1,
            unsafe EVP_CIPHER_CTX_ctrl(
                context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagSize), tag) == 1
        else { throw .library }
    }

    /// Opens under `nonce`; when the tag does not fit, the output is erased.
    ///
    /// - Throws: `authenticationFailed`; `refusedLimit` above 2 GiB; `library` when OpenSSL
    ///   refuses.
    internal mutating func open(
        _ ciphertext: UnsafeRawBufferPointer, tag: UnsafeRawPointer,
        associated: UnsafeRawBufferPointer, into plaintext: UnsafeMutableRawPointer
    ) throws(CryptoError) {
        try Self.check(ciphertext.count, associated.count)
        let output = unsafe plaintext.assumingMemoryBound(to: UInt8.self)
        #if COFFER_IPSECMB
        if let manager = unsafe manager {
            unsafe CCofferIPsecMB_open(
                manager, schedule, state, output, bytes(of: ciphertext), UInt(ciphertext.count),
                nonce, bytes(of: associated), UInt(associated.count),
                (memory + Layout.tag).assumingMemoryBound(to: UInt8.self))
            guard unsafe CofferShims_equal(memory + Layout.tag, tag, Self.tagSize) == 1 else {
                unsafe CofferShims_erase(plaintext, ciphertext.count)
                throw .authenticationFailed
            }
            return
        }
        #endif
        try unsafe start(sealing: 0, associated)
        var written: Int32 = 0
        if ciphertext.count > 0 {
            guard
                unsafe EVP_DecryptUpdate(
                    context, output, &written, bytes(of: ciphertext), Int32(ciphertext.count))
                    == 1
            else {
                unsafe CofferShims_erase(plaintext, ciphertext.count)
                throw .library
            }
        }
        guard
            unsafe EVP_CIPHER_CTX_ctrl(
                context, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagSize),
                UnsafeMutableRawPointer(mutating: tag)) == 1,
            unsafe EVP_DecryptFinal_ex(context, output + Int(written), &written) == 1
        else {
            unsafe CofferShims_erase(plaintext, ciphertext.count)
            throw .authenticationFailed
        }
    }

    /// OpenSSL: nonce, direction and associated data of the next message.
    private func start(
        sealing direction: Int32, _ associated: UnsafeRawBufferPointer
    ) throws(CryptoError) {
        guard unsafe EVP_CipherInit_ex2(context, nil, nil, nonce, direction, nil) == 1 else {
            throw .library
        }
        guard associated.count > 0 else { return }
        var written: Int32 = 0
        guard
            unsafe EVP_CipherUpdate(
                context, nil, &written, bytes(of: associated), Int32(associated.count)) == 1
        else { throw .library }
    }

    private static func check(_ message: Int, _ associated: Int) throws(CryptoError) {
        guard message <= longest, associated <= longest else {
            throw .refusedLimit(
                name: "message size", value: UInt64(max(message, associated)),
                allowed: 0...UInt64(longest))
        }
    }

    /// Where the bytes are; the nonce's address where there are none, as libraries check.
    private func bytes(of buffer: UnsafeRawBufferPointer) -> UnsafePointer<UInt8> {
        guard let start = buffer.baseAddress else { return unsafe UnsafePointer(nonce) }
        return unsafe start.assumingMemoryBound(to: UInt8.self)
    }

    #if COFFER_IPSECMB
    private var state: UnsafeMutablePointer<gcm_context_data> {
        unsafe (memory + Layout.state).assumingMemoryBound(to: gcm_context_data.self)
    }

    private var schedule: UnsafeMutablePointer<gcm_key_data> {
        unsafe (memory + Layout.schedule).assumingMemoryBound(to: gcm_key_data.self)
    }
    #endif
}
