package import CofferBytes
internal import CofferCrypto

/// What a slot takes of a keyfile: SHA-256 of all its bytes (`Docs/Format.md`, section 4).
///
/// As secret as the file.
package final class KeyfileDigest: Sendable {
    /// The largest keyfile in bytes (`Docs/Format.md`, section 15).
    package static let sizeLimit = 1_048_576

    internal let bytes: SecretBytes

    /// Whether it is the same keyfile.
    package func isEqual(to other: KeyfileDigest) -> Bool { bytes.isEqual(to: other.bytes) }

    /// Takes the content of a keyfile.
    ///
    /// - Throws: `unusablePassword` when it is too long.
    package init(of content: borrowing SecretBytes) throws(KeysError) {
        guard content.count <= Self.sizeLimit else {
            throw .unusablePassword("the keyfile is longer than 1 MiB")
        }
        bytes = content.withBytes { content in
            var hash = SHA256()
            hash.update(content)
            return hash.finishSecret()
        }
    }
}
