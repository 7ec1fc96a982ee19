internal import CCofferOpenSSL

/// The algorithms of OpenSSL's libcrypto that Coffer uses, looked up once per process.
///
/// An implicit look-up costs more than sealing a field. Each is null only where the library's
/// configuration leaves the algorithm out.
internal enum LibCrypto {
    /// AES-256-GCM: the reference for everything sealed.
    nonisolated(unsafe) internal static let aes256GCM: OpaquePointer? =
        unsafe EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)

    /// AES-256 on single blocks, for the subkeys of XAES-256-GCM.
    nonisolated(unsafe) internal static let aes256ECB: OpaquePointer? =
        unsafe EVP_CIPHER_fetch(nil, "AES-256-ECB", nil)

    /// SHA-256.
    nonisolated(unsafe) internal static let sha256: OpaquePointer? =
        unsafe EVP_MD_fetch(nil, "SHA256", nil)

    /// BLAKE2b with 64 bytes of output, which minisign signs.
    nonisolated(unsafe) internal static let blake2b512: OpaquePointer? =
        unsafe EVP_MD_fetch(nil, "BLAKE2B-512", nil)

    /// A context of HMAC-SHA-256 without a key, to be duplicated.
    nonisolated(unsafe) internal static let hmacSHA256: OpaquePointer? = unsafe hmac("SHA256")

    /// A context of HMAC-SHA-512 without a key, to be duplicated.
    nonisolated(unsafe) internal static let hmacSHA512: OpaquePointer? = unsafe hmac("SHA512")

    private static func hmac(_ digest: String) -> OpaquePointer? {
        guard let algorithm = unsafe EVP_MAC_fetch(nil, "HMAC", nil) else { return nil }
        defer { unsafe EVP_MAC_free(algorithm) }
        guard let context = unsafe EVP_MAC_CTX_new(algorithm) else { return nil }
        // The parameters hold addresses, so both texts must outlive the call that reads them.
        let isSet = unsafe OSSL_MAC_PARAM_DIGEST.withCString { key in
            unsafe digest.withCString { name in
                let parameters = unsafe [
                    OSSL_PARAM_construct_utf8_string(
                        key, UnsafeMutablePointer(mutating: name), 0),
                    OSSL_PARAM_construct_end(),
                ]
                return unsafe EVP_MAC_CTX_set_params(context, parameters) == 1
            }
        }
        guard isSet else {
            unsafe EVP_MAC_CTX_free(context)
            return nil
        }
        return unsafe context
    }
}
