package import CofferBytes
internal import CofferShims

/// Where salts, nonces, keys and identifiers come from.
///
/// There is one source in use, ``system``. The type is a value so that vectors can be made
/// from a fixed source; a fixed source outside tests gives away every message.
package struct Randomness: Sendable {
    /// getrandom(2), the kernel's generator; OpenSSL's own generator is never used.
    package static let system = Randomness { bytes throws(CryptoError) in
        let failure = unsafe bytes.withUnsafeMutableBufferPointer { buffer -> Int32 in
            guard let start = buffer.baseAddress, buffer.count > 0 else { return 0 }
            return unsafe CofferShims_random(start, buffer.count)
        }
        guard failure == 0 else { throw .randomnessUnavailable(errno: failure) }
    }

    private let source: @Sendable (inout MutableSpan<UInt8>) throws(CryptoError) -> Void

    /// Takes bytes from `source`, which must fill the whole span or throw.
    package init(
        from source:
            @escaping @Sendable (inout MutableSpan<UInt8>) throws(CryptoError) -> Void
    ) {
        self.source = source
    }

    /// Overwrites all of `bytes`.
    ///
    /// - Throws: `randomnessUnavailable` when the kernel has none.
    package func fill(_ bytes: inout MutableSpan<UInt8>) throws(CryptoError) {
        try source(&bytes)
    }

    /// Draws `count` bytes that are not secret: salts, nonces, identifiers.
    ///
    /// - Throws: `randomnessUnavailable` when the kernel has none.
    package func bytes(_ count: Int) throws(CryptoError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var span = bytes.mutableSpan
        try fill(&span)
        return bytes
    }

    /// Draws a secret of `count` bytes straight into locked memory.
    ///
    /// - Throws: `randomnessUnavailable` when the kernel has none.
    package func secret(_ count: Int) throws(CryptoError) -> SecretBytes {
        try SecretBytes(count: count) { span throws(CryptoError) in try fill(&span) }
    }

    /// Draws a version 4 UUID (RFC 9562, section 5.4).
    ///
    /// - Throws: `randomnessUnavailable` when the kernel has none.
    package func identifier() throws(CryptoError) -> Identifier {
        let raw = try bytes(Identifier.size)
        return Identifier(version: 4, from: raw.span)
    }
}
