package import CofferBundles
package import CofferCrypto
internal import CofferFormat
package import CofferKeys
package import CofferRecords
internal import CofferStore

/// Verifies bundles: what each promises is there and unchanged, and signed by somebody trusted.
package struct BackupVerify: Sendable {
    /// Who vouches for a bundle.
    package enum Source: String, Sendable {
        /// A public key that was given by hand.
        case given = "signer"
        /// The signer that this machine remembers of the vault.
        case remembered = "remembered"
        /// The signing key of the unlocked vault.
        case vault = "vault"
        /// The signing key that a password or recovery key opens.
        case password = "password"
    }

    /// What can be said of a bundle.
    package enum Verdict: Sendable {
        /// Unchanged, and signed by a key that is trusted for this reason; where that key vouches
        /// for another one that has signed, the keys from it to that one.
        case trusted(Source, [Minisign.PublicKey] = [])
        /// Unchanged in itself, but nobody trusted has signed it.
        case untrusted(String)
        /// Damaged or changed; the reason.
        case damaged(String)
    }

    /// The keys that are trusted, and why.
    private let trusted: [(Minisign.PublicKey, Source)]

    /// Trusts nobody yet.
    package init() { trusted = [] }

    private init(_ trusted: [(Minisign.PublicKey, Source)]) { self.trusted = trusted }

    /// Trusts one key more.
    package func trusting(_ key: Minisign.PublicKey, _ source: Source) -> BackupVerify {
        BackupVerify(trusted + [(key, source)])
    }

    /// Whether the signing key of an unlocked vault has signed a bundle.
    package static func isSigned(_ bundle: BundleReader, by keyring: Keyring) -> Bool {
        (try? BundleTrust.signer(keyring)).map { bundle.isSigned(by: $0) } ?? false
    }

    /// Whether the unlocked vault that reads has retired a signing key as compromised, or this
    /// machine knows of one: then nothing but the vault speaks for a bundle.
    ///
    /// - Throws: `KeysError`, `CryptoError`.
    package static func isWary(_ reader: RecordReader) throws -> Bool {
        try VaultSigners(reader).isWary
    }

    /// Whether the unlocked vault that reads trusts a bundle, and by which of its keys.
    ///
    /// - Returns: Nil where the bundle is another vault's, or nobody's.
    /// - Throws: `KeysError`; as reading the vault does.
    package static func trusted(
        _ bundle: BundleReader, by reader: RecordReader
    ) throws -> Verdict? {
        guard bundle.manifest.vault == reader.frame.keyring.vault else { return nil }
        let signers = try VaultSigners(reader)
        let known = try reader.knownBundles().first { $0.content == bundle.contentID }
        guard signers.vouches(for: bundle, as: known) else { return nil }
        return .trusted(.vault, bundle.line(from: signers.current))
    }

    /// Verifies a bundle that could be opened.
    ///
    /// - Parameter progress: Hears how many bytes are read, and how many there are.
    /// - Throws: `BackupError.cancelled`; `BundleError.disk`.
    package func verdict(
        _ bundle: BundleReader, progress: (UInt64, UInt64) -> Void = { _, _ in },
        isCancelled: () -> Bool = { false }
    ) throws -> Verdict {
        do throws(BundleError) {
            try bundle.verifyMembers(progress: progress, isCancelled: isCancelled)
        } catch {
            switch error {
            case .cancelled: throw BackupError.cancelled
            case .disk: throw error
            default: return .damaged(error.message)
            }
        }
        var failure: BundleError?
        for (key, source) in trusted {
            do throws(BundleError) {
                _ = try bundle.signer(trusting: key)
                return .trusted(source, bundle.line(from: key))
            } catch { failure = error }
        }
        if failure == .badSignature { return .untrusted(BundleError.badSignature.message) }
        return .untrusted(words(bundle))
    }

    /// Whose signature it is, as far as that can be said, and what can be done.
    private func words(_ bundle: BundleReader) -> String {
        let signer = "it is signed by the key \(bundle.signerName)"
        let first = trusted.first.map { (key, source) in
            let other = BundleReader.text(ofKeyID: key.keyID)
            return source == .given
                ? "\(signer), and the key that was given is \(other)"
                : "\(signer), and this machine remembers \(other) of its vault"
        }
        return (first ?? "\(signer), which nobody has vouched for here")
            + "; if it is your vault's, say so with --signer (coffer key public shows it where the "
            + "vault is) or give its password with --deep; if not, do not use it"
    }

    /// An error of a bundle, with the path that it is about.
    package static func explained(_ error: BundleError, _ path: String) -> any Error {
        switch error {
        case .cancelled: BackupError.cancelled
        case .otherSigner, .badSignature: BackupError.untrusted(path: path)
        case .disk: error
        default: BackupError.damaged(path: path, reason: error.message)
        }
    }
}
