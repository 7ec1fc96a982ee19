package import CofferBundles
internal import CofferCrypto
internal import CofferFormat
internal import CofferKeys

/// A bundle and everything that it continues, every byte verified and signed.
///
/// Only from such a chain is anything restored; the signer is the key of its vault, or for what the
/// newest continues one from which its own statements lead to that key without a gap.
package struct VerifiedChain: Sendable {
    /// The bundles, the newest first.
    package let bundles: [BundleReader]
    /// The opened keys of the newest.
    package let trust: BundleTrust
    private let signer: Minisign.PublicKey
    /// The keys that led to the signer.
    private let origins: [Minisign.PublicKey]

    /// Verifies a chain: signatures and all members.
    ///
    /// Complexity: O(bytes of its bundles).
    ///
    /// - Parameters:
    ///   - bundles: The chain, the newest first, as `BundleChain` gives it.
    ///   - trust: Opens the keys of the newest.
    /// - Throws: `BackupError.damaged`, `.untrusted` with the bundle that is meant;
    ///   `BundleError.disk`; what `trust` throws besides.
    package init(
        _ bundles: [BundleReader], _ trust: (BundleReader) throws -> BundleTrust
    ) throws {
        do {
            self.trust = try trust(bundles[0])
        } catch let error as BundleError {
            throw BackupVerify.explained(error, bundles[0].path)
        } catch KeysError.damaged(let part) {
            throw BackupError.damaged(
                path: bundles[0].path, reason: "\(part) does not verify")
        }
        let signer = try BundleTrust.signer(self.trust.keyring)
        let origins = bundles[0].signers.origins(of: signer)
        for bundle in bundles {
            do throws(BundleError) {
                if bundle === bundles[0] || !origins.contains(where: { bundle.isSigned(by: $0) }) {
                    _ = try bundle.signer(trusting: signer)
                }
                try bundle.verifyMembers()
            } catch { throw BackupVerify.explained(error, bundle.path) }
        }
        self.bundles = bundles
        self.signer = signer
        self.origins = origins
    }

    /// Whether a bundle looks newer than the chain: what the signer vouches for in this copy of the
    /// vault by its own order, all else by its time as well.
    package func isOlder(than bundle: BundleReader) -> Bool {
        let (mine, other) = (bundles[0].manifest, bundle.manifest)
        // Copies of a vault have no order but that of time.
        let isOrdered = mine.instance == other.instance
        if isOrdered, (other.epoch, other.generation) > (mine.epoch, mine.generation) {
            return true
        }
        return !(isOrdered && vouches(for: bundle)) && other.created > mine.created
    }

    /// Whether the signer of the chain has signed a bundle, or a key that follows it or led to it.
    internal func vouches(for bundle: BundleReader) -> Bool {
        bundle.isSigned(by: signer) || origins.contains { bundle.isSigned(by: $0) }
    }
}
