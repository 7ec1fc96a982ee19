internal import CCofferArgon2
package import CofferBytes
internal import CofferShims

/// Argon2id version 1.3 (RFC 9106): makes a key from a password, slowly and in much memory.
package enum Argon2id {
    /// The size of the derived key in bytes.
    package static let keySize = 32

    #if COFFER_TEST_FLOOR
    /// Debug builds: hears of every derivation of the task that sets it, so that a test can count.
    @TaskLocal package static var onDerive: (@Sendable () -> Void)?
    #endif

    /// Derives a 32-byte key; takes as long and as much memory as `parameters` say.
    ///
    /// The memory is asked for in huge pages (a quarter faster) and erased before it goes back.
    ///
    /// - Throws: `refusedLimit` for a salt of another size than 16 to 32 bytes, or a password
    ///   above 2^32 - 1; `outOfMemory`; `library` when the library refuses.
    package static func derive(
        password: borrowing SecretBytes, salt: [UInt8], parameters: Parameters
    ) throws(CryptoError) -> SecretBytes {
        guard Parameters.allowedSalt.contains(UInt64(salt.count)) else {
            throw .refusedLimit(
                name: "Argon2 salt bytes", value: UInt64(salt.count),
                allowed: Parameters.allowedSalt)
        }
        #if COFFER_TEST_FLOOR
        onDerive?()
        #endif
        return try password.withBytes { password throws(CryptoError) in
            try run(
                password: password, salt: salt, key: [], associated: [], parameters: parameters,
                count: keySize)
        }
    }

    /// The whole function, with the inputs that only RFC 9106, section 5.3 uses.
    ///
    /// - Throws: `refusedLimit`, `outOfMemory`, `library`.
    internal static func run(
        password: Span<UInt8>, salt: [UInt8], key: [UInt8], associated: [UInt8],
        parameters: Parameters, count: Int
    ) throws(CryptoError) -> SecretBytes {
        guard let passwordCount = UInt32(exactly: password.count) else {
            throw .refusedLimit(
                name: "password bytes", value: UInt64(password.count),
                allowed: 0...UInt64(UInt32.max))
        }
        // The library takes pointers to mutable memory, but writes through none of these
        // without the flags that ask it to clear password and key.
        var salt = salt
        var key = key
        var associated = associated
        return try SecretBytes(count: count) { output throws(CryptoError) in
            let code = unsafe output.withUnsafeMutableBufferPointer { output in
                unsafe password.withUnsafeBufferPointer { password in
                    unsafe salt.withUnsafeMutableBufferPointer { salt in
                        unsafe key.withUnsafeMutableBufferPointer { key in
                            unsafe associated.withUnsafeMutableBufferPointer { associated in
                                var context = unsafe Argon2_Context(
                                    out: output.baseAddress, outlen: UInt32(output.count),
                                    pwd: UnsafeMutablePointer(mutating: password.baseAddress),
                                    pwdlen: passwordCount, salt: salt.baseAddress,
                                    saltlen: UInt32(salt.count), secret: key.baseAddress,
                                    secretlen: UInt32(key.count), ad: associated.baseAddress,
                                    adlen: UInt32(associated.count), t_cost: parameters.passes,
                                    m_cost: parameters.memoryKiB, lanes: parameters.lanes,
                                    threads: parameters.lanes,
                                    version: ARGON2_VERSION_13.rawValue,
                                    allocate_cbk: allocate, free_cbk: release,
                                    flags: 0)
                                return unsafe argon2_ctx(&context, Argon2_id)
                            }
                        }
                    }
                }
            }
            guard code != ARGON2_MEMORY_ALLOCATION_ERROR.rawValue else { throw .outOfMemory }
            guard code == ARGON2_OK.rawValue else { throw .library }
        }
    }

    private static let allocate: allocate_fptr = { target, count in
        guard let target = unsafe target, let pages = unsafe CofferShims_hugePages(count) else {
            return ARGON2_MEMORY_ALLOCATION_ERROR.rawValue
        }
        unsafe target.pointee = unsafe pages.assumingMemoryBound(to: UInt8.self)
        return ARGON2_OK.rawValue
    }

    private static let release: deallocate_fptr = { pages, count in
        guard let pages = unsafe pages else { return }
        unsafe CofferShims_releaseHugePages(pages, count)
    }
}
