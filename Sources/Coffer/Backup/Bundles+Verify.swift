internal import CofferBundles
internal import CofferBytes
internal import CofferCare
internal import CofferCrypto
internal import CofferFormat
internal import CofferKeys
internal import CofferRecords
internal import CofferStore

extension Bundles {
    /// What can be said of a bundle.
    public struct Verdict: Sendable {
        /// In one word.
        public enum Word: String, Sendable {
            /// Unchanged, and signed by a key that is trusted.
            case trusted
            /// Unchanged in itself, but signed by nobody that is trusted here.
            case untrusted
            /// Damaged or changed.
            case damaged
        }

        /// The verdict.
        public let word: Word
        /// Who vouches for it: `signer`, `remembered`, `vault` or `password`.
        public let trustedBy: String?
        /// Where the trusted key did not sign itself: the keys from it to the one that did, each of
        /// which names the next, as the lines of minisign's form.
        public let through: [String]
        /// Why not.
        public let reason: String?
        /// Whether the key that signed it was retired as compromised on this machine: then somebody
        /// else may have made it, and only the vault can tell.
        public internal(set) var isCompromised = false
    }

    /// Verifies a bundle: every byte against its signed list, and who signed.
    ///
    /// - Parameters:
    ///   - path: The bundle.
    ///   - signer: A public key that is trusted, as the one line of minisign's form.
    ///   - vault: An unlocked vault that is asked, too: it knows its bundles, and the keys that it
    ///     signed with before.
    ///   - progress: Hears how much is read, and how much there is; false cancels.
    /// - Throws: ``VaultError/Code/noFile``, ``VaultError/Code/usage`` for a public key that is
    ///   none, ``VaultError/Code/newerFormat``, ``VaultError/Code/cancelled``,
    ///   ``VaultError/Code/storage``.
    public func verify(
        _ path: String, signer: String? = nil, vault: Vault? = nil,
        progress: @escaping (UInt64, UInt64) -> Bool = { _, _ in true }
    ) throws(VaultError) -> Verdict {
        try catching {
            let (bundle, verdict) = try look(path, signer, progress)
            guard case .untrusted = verdict, let bundle, let vault,
                let other = try Self.word(of: vault, for: bundle)
            else { return Verdict(verdict) }
            return Verdict(other)
        }
    }

    /// Verifies a bundle as ``verify(_:signer:vault:progress:)`` does, opens every entry, and holds them
    /// against what the bundle promises.
    ///
    /// - Parameters:
    ///   - path: The bundle.
    ///   - signer: A public key that is trusted, as the one line of minisign's form.
    ///   - key: A password or recovery key of the bundle's time.
    ///   - vault: An unlocked vault that is asked about what a compromised key has signed.
    ///   - progress: Hears how much is read, and how much there is; false cancels.
    /// - Throws: As ``verify(_:signer:vault:progress:)``, and ``VaultError/Code/wrongPassword``,
    ///   ``VaultError/Code/refusedLimit``.
    public func verify(
        _ path: String, signer: String? = nil, key: borrowing Key, vault: Vault? = nil,
        progress: @escaping (UInt64, UInt64) -> Bool = { _, _ in true }
    ) throws(VaultError) -> Verdict {
        do {
            let (bundle, verdict) = try look(path, signer, progress)
            if case .damaged = verdict { return Verdict(verdict) }
            guard let bundle else { return Verdict(verdict) }
            let found = try open(bundle, key, verdict)
            guard found.isCompromised, let vault else { return found }
            return Verdict(
                try Self.word(of: vault, for: bundle)
                    ?? .untrusted("\(Self.compromised), and the vault does not list it"))
        } catch { throw VaultError(error) }
    }

    /// What an unlocked vault says of a bundle; nil where it does not trust it.
    private static func word(
        of vault: Vault, for bundle: BundleReader
    ) throws -> BackupVerify.Verdict? {
        try vault.exclusively {
            try vault.records.read { try BackupVerify.trusted(bundle, by: $0) }
        }
    }

    private func look(
        _ path: String, _ signer: String?, _ progress: @escaping (UInt64, UInt64) -> Bool
    ) throws -> (bundle: BundleReader?, verdict: BackupVerify.Verdict) {
        let bundle: BundleReader
        do throws(BundleError) {
            bundle = try BundleReader(at: path)
        } catch {
            switch error {
            case .disk, .newerFormat: throw VaultError(error)
            default: return (nil, .damaged(error.message))
            }
        }
        var verification = BackupVerify()
        if let signer {
            guard let trusted = try? Minisign.PublicKey(line: signer) else {
                throw VaultError(.usage, "\(signer) is no public key of minisign's form")
            }
            verification = verification.trusting(trusted, .given)
        }
        if let pin = remembered(bundle) { verification = verification.trusting(pin, .remembered) }
        var isCancelled = false
        let verdict = try verification.verdict(bundle) { done, total in
            if !progress(done, total) { isCancelled = true }
        } isCancelled: {
            isCancelled
        }
        return (bundle, verdict)
    }

    private func open(
        _ bundle: BundleReader, _ key: borrowing Key, _ verdict: BackupVerify.Verdict
    ) throws -> Verdict {
        do {
            let trust = try trust(bundle, key)
            try BackupDeep.read(bundle, trust)
            if case .trusted = verdict { return Verdict(verdict) }
            var found = Verdict(.trusted(.password))
            found.isCompromised = isCompromised(bundle)
            return found
        } catch let error as KeysError where error != .wrongSecret {
            if case .refusedLimit = error { throw error }
            return Verdict(.damaged("its keyring does not verify"))
        } catch let error as BackupError {
            guard case .damaged(_, let reason) = error else { throw error }
            return Verdict(.damaged(reason))
        } catch BundleError.otherSigner, BundleError.badSignature {
            return Verdict(.untrusted("the key that its password opens has not signed it"))
        }
    }

    /// The signer that this machine remembers of the bundle's vault.
    private func remembered(_ bundle: BundleReader) -> Minisign.PublicKey? {
        guard let directory = surroundings.stateDirectory else { return nil }
        return Store.rememberedSigners(of: bundle.manifest.vault, in: directory).lazy
            .flatMap { bytes in
                // Its identifier is not remembered, only a name: the bundle's own papers have it.
                let signer = try? Minisign.PublicKey(
                    keyID: bundle.signature.keyID, bytes: bytes)
                return [signer].compactMap { $0 } + bundle.signers.keys(of: bytes)
            }.first { bundle.isSigned(by: $0) }
    }

    /// Opens the keys of a bundle.
    internal func trust(_ bundle: BundleReader, _ key: borrowing Key) throws -> BundleTrust {
        switch key {
        case .password(let secret):
            return try BundleTrust(
                bundle, password: try Passphrase(opening: secret.bytes),
                memoryLimit: Slots.foreignMemoryLimit)
        case .passwordWithKeyfile(let both):
            return try BundleTrust(
                bundle, password: try Passphrase(opening: both.password.bytes),
                keyfile: both.keyfile.digest, memoryLimit: Slots.foreignMemoryLimit)
        case .recoveryKey(let secret):
            return try BundleTrust(
                bundle, recoveryKey: try RecoveryKey.decode(secret.bytes))
        }
    }
}

extension Bundles.Verdict {
    internal init(_ verdict: BackupVerify.Verdict) {
        switch verdict {
        case .trusted(let source, let line):
            self.init(
                word: .trusted, trustedBy: source.rawValue, through: line.map(\.line), reason: nil)
        case .untrusted(let reason):
            self.init(word: .untrusted, trustedBy: nil, through: [], reason: reason)
        case .damaged(let reason):
            self.init(word: .damaged, trustedBy: nil, through: [], reason: reason)
        }
    }
}
