internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat

/// What a slot secret expands to: a key pair to wrap a root for, and the auth key without which
/// knowing the public key wraps nothing.
internal struct SlotKeys: ~Copyable {
    internal let privateKey: X25519.PrivateKey
    internal let publicKey: [UInt8]
    internal let authKey: SecretBytes

    internal init(
        secret: borrowing SecretBytes, slot: Identifier, vault: Identifier
    ) throws(CryptoError) {
        let info = SealContext.make("coffer/v1/slot", vault.bytes, slot.bytes)
        let both = HKDF.expandSHA512(prk: secret, info: info, count: 64)
        let key = try X25519.PrivateKey(scalar: Self.half(both, from: 0))
        publicKey = key.publicKey
        privateKey = key
        authKey = Self.half(both, from: 32)
    }

    private static func half(_ both: borrowing SecretBytes, from start: Int) -> SecretBytes {
        SecretBytes(count: 32) { half in
            both.withBytes { bytes in
                for index in 0..<32 { half[index] = bytes[start + index] }
            }
        }
    }
}
