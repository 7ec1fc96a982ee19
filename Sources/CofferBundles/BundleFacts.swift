package import CofferBytes

/// What is known of a bundle that was just written.
package struct BundleFacts: Equatable, Sendable {
    /// Where it stands.
    package let path: String
    /// The size of the file in bytes.
    package let size: UInt64
    /// What a bundle that continues it names as its parent, 32 bytes.
    package let contentID: [UInt8]
    /// Its own id.
    package let bundle: Identifier
    /// The revision of its keyring.
    package let revision: UInt64
    /// The SHA-256 of `SHA256SUMS`, 32 bytes: what the signature is about.
    package let sumsHash: [UInt8]
}
