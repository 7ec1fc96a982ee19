package import CofferBundles
package import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferKeys
package import CofferRecords
internal import CofferStore

/// What an unlocked vault can say of bundles, taken out of it: it may be closed or replaced since.
package struct BundleWitness: Sendable {
    /// The vault.
    package let vault: Identifier
    /// The public key that signs for it.
    package let signer: [UInt8]
    private var signers: VaultSigners
    private let known: [[UInt8]: KnownBundle]

    /// Takes it from the unlocked vault that reads.
    ///
    /// Where the list of bundles cannot be read, it still knows its keys.
    ///
    /// - Throws: `KeysError`, `CryptoError`.
    package init(_ reader: RecordReader) throws {
        signers = try VaultSigners(reader)
        vault = reader.frame.keyring.vault
        signer = signers.current.bytes
        known = Dictionary(
            ((try? reader.knownBundles()) ?? []).map { ($0.content, $0) }, uniquingKeysWith: { $1 })
    }

    /// The public keys that were retired as compromised, in the vault or as far as the machine
    /// knows that it was read on.
    package var compromised: Set<[UInt8]> { signers.compromised }

    /// The same vault, of whose keys more are known to be compromised: it may be an older copy.
    package func distrusting(_ more: Set<[UInt8]>) -> BundleWitness {
        var witness = self
        witness.signers = signers.distrusting(more)
        return witness
    }

    /// Whether the vault believes a bundle: by its key, or because it lists what it has made.
    package func vouches(for bundle: BundleReader) -> Bool {
        bundle.manifest.vault == vault
            && signers.vouches(for: bundle, as: known[bundle.contentID])
    }
}
