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
        /// Whether it is not trusted although a password opens it, because a signing key of its
        /// vault was retired as compromised on this machine, or because the key that was given is
        /// such a one: then somebody else may have made it, and only the vault can tell.
        public internal(set) var isDoubtful = false
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
            let found = self.verdict(verdict, bundle)
            guard found.word == .untrusted, let bundle, let vault,
                let other = try Self.word(of: vault, for: bundle)
            else { return found }
            return Verdict(other)
        }
    }

    /// Verifies a bundle as ``verify(_:signer:vault:progress:)`` does, opens every entry, and holds
    /// them against what the bundle promises.
    ///
    /// - Parameters:
    ///   - path: The bundle.
    ///   - signer: A public key that is trusted, as the one line of minisign's form.
    ///   - key: A password or recovery key of the bundle's time.
    ///   - vault: An unlocked vault; where it has retired a signing key as compromised, it decides
    ///     about what no key has signed that this machine remembers.
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
            let isByPassword = found.trustedBy == BackupVerify.Source.password.rawValue
            guard isByPassword || found.isDoubtful, let vault, try Self.isWary(vault, of: bundle)
            else { return found }
            return Verdict(try Self.word(of: vault, for: bundle) ?? .untrusted(Self.unlisted))
        } catch { throw VaultError(error) }
    }

    /// A verdict; a key that was given by hand may be one that was retired as compromised here.
    private func verdict(_ verdict: BackupVerify.Verdict, _ bundle: BundleReader?) -> Verdict {
        guard case .trusted(.given, _) = verdict, let bundle else { return Verdict(verdict) }
        let doubt = doubt(of: bundle)
        guard doubt.signer(of: bundle) == nil, doubt.isSpent(bundle) else {
            return Verdict(verdict)
        }
        return Self.doubted(Self.spent)
    }

    private static func doubted(_ reason: String) -> Verdict {
        var found = Verdict(.untrusted(reason))
        found.isDoubtful = true
        return found
    }

    /// Why a key that was given by hand is not enough.
    private static let spent =
        "the key that was given was retired as compromised here, or such a one vouches for it"

    /// Why the password of a bundle is not enough.
    private static let unlisted =
        "a signing key of its vault was retired as compromised, and the vault has neither signed "
        + "it with the key of today nor listed it"

    /// Whether a bundle is of an unlocked vault that has retired a signing key as compromised.
    private static func isWary(_ vault: Vault, of bundle: BundleReader) throws -> Bool {
        try vault.exclusively {
            try vault.store.header.vault == bundle.manifest.vault
                && vault.records.read { try BackupVerify.isWary($0) }
        }
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
        let doubt = doubt(of: bundle)
        if let pin = doubt.signer(of: bundle) {
            verification = verification.trusting(pin, doubt.source(of: pin))
        }
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
            if case .trusted = verdict { return self.verdict(verdict, bundle) }
            guard doubt(of: bundle).doubtful(in: [bundle]).isEmpty else {
                return Self.doubted(Self.doubtful)
            }
            return Verdict(.trusted(.password))
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

    /// Opens the keys of a bundle.
    ///
    /// - Parameter trials: What was tried on other bundles of the vault.
    internal func trust(
        _ bundle: BundleReader, _ key: borrowing Key, _ trials: SlotTrials = SlotTrials()
    ) throws -> BundleTrust {
        switch key {
        case .password(let secret):
            return try BundleTrust(
                bundle, password: try Passphrase(opening: secret.bytes),
                memoryLimit: Slots.foreignMemoryLimit, trials: trials)
        case .passwordWithKeyfile(let both):
            return try BundleTrust(
                bundle, password: try Passphrase(opening: both.password.bytes),
                keyfile: both.keyfile.digest, memoryLimit: Slots.foreignMemoryLimit, trials: trials)
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
