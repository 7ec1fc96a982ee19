package import CofferBytes
internal import CofferCrypto

extension RootKey {
    /// A copy of the key bytes, to be wrapped for a slot or put in the unlock cache.
    package func secret() -> SecretBytes {
        SecretBytes(count: Self.size) { copy in
            sealing.unsafelyExposingBytes { bytes in
                for index in 0..<Self.size { copy[index] = bytes[index] }
            }
        }
    }
}
