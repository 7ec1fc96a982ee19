package import CofferBytes
internal import CofferShims

/// HKDF (RFC 5869) with SHA-256 and SHA-512; secrets go in and come out.
///
/// - Precondition: Everywhere, `count` is at least 1 and at most 255 hashes (8,160 bytes with
///   SHA-256, 16,320 with SHA-512; RFC 5869, section 2.3). Counts are constants of the format.
package enum HKDF {
    /// Expands a uniformly random key with SHA-512.
    package static func expandSHA512(
        prk: borrowing SecretBytes, info: [UInt8], count: Int
    ) -> SecretBytes {
        expand(.sha512, prk: prk, info: info, count: count)
    }

    /// Expands a uniformly random key with SHA-256.
    package static func expandSHA256(
        prk: borrowing SecretBytes, info: [UInt8], count: Int
    ) -> SecretBytes {
        expand(.sha256, prk: prk, info: info, count: count)
    }

    /// Extracts with SHA-256 from input that need not be uniform, then expands.
    ///
    /// The salt is itself a secret where the root key is wrapped: the slot's auth key.
    package static func sha256(
        salt: borrowing SecretBytes, ikm: borrowing SecretBytes, info: [UInt8], count: Int
    ) -> SecretBytes {
        let prk = salt.withBytes { salt in
            ikm.withBytes { extract(.sha256, salt: salt, ikm: $0) }
        }
        return expand(.sha256, prk: prk, info: info, count: count)
    }

    /// Extracts a key with SHA-256; an empty salt stands for 32 zero bytes.
    package static func extractSHA256(salt: Span<UInt8>, ikm: Span<UInt8>) -> SecretBytes {
        extract(.sha256, salt: salt, ikm: ikm)
    }

    /// Extracts a key with SHA-512; an empty salt stands for 64 zero bytes.
    package static func extractSHA512(salt: Span<UInt8>, ikm: Span<UInt8>) -> SecretBytes {
        extract(.sha512, salt: salt, ikm: ikm)
    }

    private static func extract(
        _ hash: KeyedHMAC.Hash, salt: Span<UInt8>, ikm: Span<UInt8>
    ) -> SecretBytes {
        SecretBytes(count: hash.size) { output in
            var hmac = KeyedHMAC(hash, key: salt)
            hmac.begin()
            unsafe ikm.withUnsafeBufferPointer { unsafe hmac.update(UnsafeRawBufferPointer($0)) }
            unsafe output.withUnsafeMutableBufferPointer { output in
                guard let start = output.baseAddress else { return }
                unsafe hmac.finish(into: start)
            }
        }
    }

    private static func expand(
        _ hash: KeyedHMAC.Hash, prk: borrowing SecretBytes, info: [UInt8], count: Int
    ) -> SecretBytes {
        precondition(count > 0 && count <= 255 * hash.size, "HKDF gives up to 255 hashes")
        var hmac = prk.withBytes { KeyedHMAC(hash, key: $0) }
        return SecretBytes(count: count) { output in
            unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { block in
                guard let block = block.baseAddress else { return }
                defer { unsafe CofferShims_erase(block, 64) }
                var done = 0
                var counter: UInt8 = 0
                while done < count {
                    hmac.begin()
                    if counter > 0 { unsafe hmac.update(.init(start: block, count: hash.size)) }
                    counter += 1
                    unsafe info.withUnsafeBytes { unsafe hmac.update($0) }
                    hmac.update(counter)
                    unsafe hmac.finish(into: block)
                    for index in 0..<min(hash.size, count - done) {
                        output[done + index] = unsafe block[index]
                    }
                    done += hash.size
                }
            }
        }
    }
}
