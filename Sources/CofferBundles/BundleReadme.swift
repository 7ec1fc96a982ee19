/// The text that stands first in every bundle, for whoever finds it without Coffer.
package enum BundleReadme {
    /// The bytes of `README.txt`.
    package static let bytes = Array(text.utf8)

    private static let text = """
        This is a bundle: a backup of a Coffer vault, encrypted and signed.

        Nothing in it can be read without a password or recovery key of the vault at
        the time of the backup. Coffer opens it: see `coffer help backup`. The format
        is written down in Docs/Format.md of Coffer, sections 16 to 19; another
        program can be written from that page alone.

        To check the bundle without Coffer you need the public key of the vault, which
        begins with RW and was shown when the vault was made. Do not take it from a
        place that came with the bundle. In an empty folder:

            tar -xf THE-BUNDLE.coffer-bundle
            minisign -Vm SHA256SUMS -P THE-PUBLIC-KEY
            sha256sum -c SHA256SUMS

        minisign must say that the signature is verified, with a trusted comment that
        is the first line of SHA256SUMS; sha256sum must say OK for every file. Compare
        `tar -tf THE-BUNDLE.coffer-bundle` with the names in SHA256SUMS: besides these
        there are SHA256SUMS and SHA256SUMS.minisig, and nothing else.

        If the signing key was changed since you noted it, signers.txt shows which key
        follows which; each line is signed by the older key.

        """
}
