internal import CofferCrypto
package import CofferFormat

extension ChecksumList {
    /// The content id, 32 bytes: it names the sealed records and not the keys around them.
    package var contentID: [UInt8] { SHA256.hash(contentInput) }
}
