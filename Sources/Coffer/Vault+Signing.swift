internal import CofferCare
internal import CofferCrypto
internal import CofferStore

extension Vault {
    /// What a change of the signing key has done.
    public struct SigningRotation: Sendable {
        /// The public key that signs from now on, as the one line of minisign's form.
        public let signer: String
        /// The one that signed before.
        public let replaced: String
        /// Whether the old key vouches for the new one; where it was compromised, it does not, and
        /// whoever trusts bundles by the old one has to be told the new one.
        public let isVouchedFor: Bool
        /// Whether the seed of the old one is in no file of the vault any more; a reader that is
        /// under way delays it.
        public let isScrubbed: Bool
        /// Whether this machine could take note of a key that is compromised; where it could not,
        /// the next unlock of the vault tries again.
        public let isNoted: Bool
    }

    /// Gives the vault a new signing key.
    ///
    /// The old one signs that the new one follows, and every later bundle carries that: whoever
    /// trusts the old one trusts the new one. What it has signed stays as it is, and the vault
    /// knows what of that is its own. The safety bundles are signed anew.
    ///
    /// - Parameter isCompromised: Whether somebody else may have the old one. Then it vouches for
    ///   nobody, this machine forgets it, what it has signed counts only where the vault lists it,
    ///   and the next bundle is a full one, unless those before it are signed anew
    ///   (``rekeyBundles(in:each:)``).
    /// - Throws: ``VaultError/Code/locked``, ``VaultError/Code/older``,
    ///   ``VaultError/Code/invalid`` after 256 of them, ``VaultError/Code/busy`` while another
    ///   program writes, ``VaultError/Code/storage``. Everything is then as it was.
    public func rotateSigning(
        isCompromised: Bool = false
    ) throws(VaultError) -> SigningRotation {
        let replaced = try signer()
        let (isScrubbed, isNoted) = try holding {
            let isNoted = try renewing {
                try store.rotateSigning(isCompromised: isCompromised)
            }
            return (store.scrub(), isNoted)
        }
        return SigningRotation(
            signer: try signer(), replaced: replaced, isVouchedFor: !isCompromised,
            isScrubbed: isScrubbed, isNoted: isNoted)
    }

    /// What is said of a vault whose signing key was retired as compromised on this machine.
    public static let compromisedSignerRemark =
        "the vault's signing key was retired as compromised on this machine, and an older copy or "
        + "a bundle has brought it back, so what it signs proves nothing; give the vault another one "
        + "with: coffer rotate signing --compromised"

    /// Whether the key that signs for the vault was retired as compromised on this machine: an
    /// older copy that was accepted, or a bundle that was restored, has brought it back.
    ///
    /// What it has signed counts only where the vault lists it. It works on a locked vault, of
    /// which nothing is known.
    ///
    /// - Throws: ``VaultError/Code/busy``.
    public func hasCompromisedSigner() throws(VaultError) -> Bool {
        try holding { store.hasCompromisedSigner }
    }
}
