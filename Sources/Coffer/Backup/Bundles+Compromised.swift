internal import CofferBundles
internal import CofferCare
internal import CofferCrypto
internal import CofferFormat
internal import CofferStore

extension Bundles {
    /// Why a chain is taken only where there is no other.
    internal static let compromised = "the key that signed it was retired as compromised"

    /// Whether a key has signed a bundle that was retired as compromised on this machine.
    ///
    /// A password of the bundle's time opens the key that signed it, so it cannot tell what the
    /// owner has signed from what a thief has; only the vault can, by its list.
    internal func isCompromised(_ bundle: BundleReader) -> Bool {
        guard let directory = surroundings.stateDirectory else { return false }
        return Store.compromisedSigners(of: bundle.manifest.vault, in: directory).contains {
            // Its identifier is not remembered.
            guard let key = try? Minisign.PublicKey(keyID: bundle.signature.keyID, bytes: $0)
            else { return false }
            return bundle.isSigned(by: key)
        }
    }
}

extension Bundles.RestorePlan {
    /// The chains, in their order, apart from those that hold a bundle of a kind.
    internal func chains(
        apart isDoubtful: (BundleReader) -> Bool
    ) -> (sure: [[BundleReader]], doubtful: [[BundleReader]]) {
        let all = [chain] + others
        var sure: [[BundleReader]] = []
        var doubtful: [[BundleReader]] = []
        for chain in all {
            if chain.contains(where: isDoubtful) {
                doubtful.append(chain)
            } else {
                sure.append(chain)
            }
        }
        return (sure, doubtful)
    }
}
