internal import CofferBundles
internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferStore

/// What this machine knows of a vault's signing keys, and which of its bundles it doubts for that.
///
/// Who had a signing key that was retired as compromised here may have had the vault with its
/// password, too: he gives his copy other keys, and the password opens what these have signed. So
/// from then on a bundle needs the signature of a key that this machine remembers, or of one that
/// it vouches for.
internal final class BundleDoubt {
    /// The public keys that were retired as compromised.
    internal let compromised: Set<[UInt8]>
    private let pins: [[UInt8]]
    private var remembered: [ObjectIdentifier: Minisign.PublicKey?] = [:]
    private var continued: [[Minisign.PublicKey]: [ObjectIdentifier: Bool]] = [:]

    /// Reads what is remembered of a vault; nil remembers nothing, and doubts nothing.
    internal init(of vault: Identifier, in directory: String?) {
        guard let directory else {
            (compromised, pins) = ([], [])
            return
        }
        compromised = Set(Store.compromisedSigners(of: vault, in: directory))
        pins = Store.rememberedSigners(of: vault, in: directory)
    }

    /// The key that is remembered and has signed a bundle, or vouches for the one that has; none of
    /// them was retired as compromised.
    internal func signer(of bundle: BundleReader) -> Minisign.PublicKey? {
        if let known = remembered[ObjectIdentifier(bundle)] { return known }
        let found = pins.lazy.flatMap { Self.keys($0, in: bundle) }.first {
            bundle.isSigned(by: $0, without: self.compromised)
        }
        remembered[ObjectIdentifier(bundle)] = .some(found)
        return found
    }

    /// Whether a bundle was signed by a key that was retired as compromised, or by one that such a
    /// key vouches for.
    internal func isSpent(_ bundle: BundleReader) -> Bool {
        compromised.contains { bytes in
            Self.keys(bytes, in: bundle).contains { bundle.isSigned(by: $0) }
        }
    }

    /// A public key whose identifier is not remembered: that is only a name, and the bundle's own
    /// papers have it.
    private static func keys(_ bytes: [UInt8], in bundle: BundleReader) -> [Minisign.PublicKey] {
        let signer = try? Minisign.PublicKey(keyID: bundle.signature.keyID, bytes: bytes)
        return [signer].compactMap { $0 } + bundle.signers.keys(of: bytes)
    }

    /// The bundles of a chain that somebody else may have made, although a password opens them.
    ///
    /// What a bundle of this vault continues may be signed by a key of before, which its statements
    /// name; a key that is compromised vouches for nobody there either.
    ///
    /// - Parameter chain: Bundles of the vault, each continued by the one before it.
    internal func doubtful(in chain: [BundleReader]) -> [BundleReader] {
        guard !compromised.isEmpty, let newest = chain.first else { return [] }
        guard let pin = signer(of: newest), let signer = try? newest.signer(trusting: pin) else {
            return chain.filter { self.signer(of: $0) == nil }
        }
        let origins = newest.signers.origins(of: signer)
        return chain.dropFirst().filter {
            self.signer(of: $0) == nil && !isSigned($0, byOneOf: origins)
        }
    }

    private func isSigned(_ bundle: BundleReader, byOneOf origins: [Minisign.PublicKey]) -> Bool {
        if let known = continued[origins]?[ObjectIdentifier(bundle)] { return known }
        let found = origins.contains { bundle.isSigned(by: $0, without: compromised) }
        continued[origins, default: [:]][ObjectIdentifier(bundle)] = found
        return found
    }
}

extension Bundles {
    /// Why a chain is taken only where there is no other.
    internal static let doubtful =
        "a signing key of its vault was retired as compromised here, and no key that this machine "
        + "remembers has signed it"

    /// What this machine doubts of a vault's bundles.
    internal func doubt(of bundle: BundleReader) -> BundleDoubt {
        BundleDoubt(of: bundle.manifest.vault, in: surroundings.stateDirectory)
    }
}
