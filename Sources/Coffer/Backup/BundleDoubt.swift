internal import CofferBundles
internal import CofferBytes
internal import CofferCare
internal import CofferCrypto
internal import CofferFormat
internal import CofferRecords
internal import CofferStore

/// What this machine knows of a vault's signing keys, and which of its bundles it doubts for that.
///
/// Who had a signing key that was retired as compromised here may have had the vault with its
/// password, too: he gives his copy other keys, and the password opens what these have signed. So
/// from then on a bundle needs the signature of a key that this machine remembers, or of one that
/// it vouches for, or the word of the unlocked vault.
internal final class BundleDoubt {
    /// The public keys that were retired as compromised.
    internal let compromised: Set<[UInt8]>
    private let pins: [[UInt8]]
    private let remembers: Set<[UInt8]>
    private let witnesses: [BundleWitness]
    private var remembered: [ObjectIdentifier: Minisign.PublicKey?] = [:]
    private var continued: [[Minisign.PublicKey]: [ObjectIdentifier: Bool]] = [:]

    /// Reads what is remembered of a vault; nil remembers nothing.
    ///
    /// - Parameter witnesses: What unlocked vaults say besides, for a machine that has never seen
    ///   them; other vaults say nothing.
    internal init(
        of vault: Identifier, in directory: String?, asking witnesses: [BundleWitness] = []
    ) {
        let own = witnesses.filter { $0.vault == vault }
        let known = directory.map { Store.compromisedSigners(of: vault, in: $0) } ?? []
        let seen = directory.map { Store.rememberedSigners(of: vault, in: $0) } ?? []
        let compromised = own.reduce(into: Set(known)) { $0.formUnion($1.compromised) }
        self.compromised = compromised
        self.witnesses = own.map { $0.distrusting(compromised) }
        remembers = Set(seen)
        pins = (seen + own.map(\.signer)).filter { !compromised.contains($0) }
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

    /// Who knows a key that was found: this machine, or the vault that was asked.
    internal func source(of signer: Minisign.PublicKey) -> BackupVerify.Source {
        remembers.contains(signer.bytes) ? .remembered : .vault
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
            return chain.filter { !isSure($0) }
        }
        let origins = newest.signers.origins(of: signer)
        return chain.dropFirst().filter { !isSure($0) && !isSigned($0, byOneOf: origins) }
    }

    private func isSure(_ bundle: BundleReader) -> Bool {
        signer(of: bundle) != nil || witnesses.contains { $0.vouches(for: bundle) }
    }

    private func isSigned(_ bundle: BundleReader, byOneOf origins: [Minisign.PublicKey]) -> Bool {
        if let known = continued[origins]?[ObjectIdentifier(bundle)] { return known }
        let found = origins.contains { bundle.isSigned(by: $0, without: compromised) }
        continued[origins, default: [:]][ObjectIdentifier(bundle)] = found
        return found
    }
}

extension Bundles {
    /// What the vault at a path says of bundles, where the kernel keeps its key: of its files
    /// nothing is touched, and nothing is remembered of it.
    internal func witness(at path: String) -> BundleWitness? {
        var surroundings = surroundings
        surroundings.stateDirectory = nil
        surroundings.allowsOlder = true
        guard let store = try? Store(lookingAt: path, environment: surroundings.environment),
            let root = Vault.keptRoot(of: store.header.vault, in: surroundings),
            (try? store.unlock(root: root)) != nil
        else { return nil }
        defer { store.lock() }
        return try? Records(store).read { try BundleWitness($0) }
    }

    /// What the vault at a path says of bundles, where what opens those opens it, too; it is tried
    /// where this machine remembers nothing of it: it takes a derivation.
    internal func witness(
        at path: String, _ key: borrowing Key, of plan: RestorePlan
    ) -> BundleWitness? {
        let known = surroundings.stateDirectory.map {
            Store.rememberedSigners(of: plan.chain[0].manifest.vault, in: $0)
        }
        guard known?.isEmpty ?? true else { return nil }
        var surroundings = surroundings
        surroundings.stateDirectory = nil
        surroundings.allowsOlder = true
        guard let vault = try? Vault(at: path, in: surroundings), Self.unlock(vault, key) else {
            return nil
        }
        defer { vault.forgetKeys() }
        return try? vault.holding { try vault.records.read { try BundleWitness($0) } }
    }

    /// Unlocks a vault with what opens bundles.
    internal static func unlock(_ vault: Vault, _ key: borrowing Key) -> Bool {
        switch key {
        case .password(let secret): return (try? vault.unlock(password: secret)) != nil
        case .passwordWithKeyfile(let both):
            return (try? vault.unlock(password: both.password, keyfile: both.keyfile)) != nil
        case .recoveryKey(let secret): return (try? vault.unlock(recoveryKey: secret)) != nil
        }
    }

    /// Why a bundle is not trusted, and a chain is taken only where there is no other.
    internal static let doubtful =
        "a signing key of its vault was retired as compromised here, and no key that this machine "
        + "remembers has signed it"

    /// What this machine doubts of a vault's bundles.
    internal func doubt(of bundle: BundleReader) -> BundleDoubt {
        BundleDoubt(
            of: bundle.manifest.vault, in: surroundings.stateDirectory, asking: witnesses)
    }
}
