package import CofferBytes

/// SHA-256 (FIPS 180-4), of bytes at once or as they come.
package struct SHA256: ~Copyable {
    /// The size of a hash in bytes.
    package static let size = 32

    private var digest: Digest

    /// Starts with nothing hashed.
    package init() { digest = unsafe Digest(LibCrypto.sha256, size: Self.size) }

    /// Takes in the next part.
    package mutating func update(_ part: Span<UInt8>) { digest.update(part) }

    /// Takes in the next part.
    package mutating func update(_ part: [UInt8]) { digest.update(part.span) }

    /// The hash of all parts.
    package consuming func finish() -> [UInt8] { digest.finish() }

    /// The hash of all parts, as a secret: what a keyfile comes down to.
    package consuming func finishSecret() -> SecretBytes {
        SecretBytes(count: Self.size) { digest.finish(into: &$0) }
    }

    /// The hash of `bytes`.
    package static func hash(_ bytes: Span<UInt8>) -> [UInt8] {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finish()
    }

    /// The hash of `bytes`.
    package static func hash(_ bytes: [UInt8]) -> [UInt8] { hash(bytes.span) }
}
