internal import CofferBundles
internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferKeys
internal import CofferRecords
internal import CofferStore

/// The signing keys of a vault: the one that signs, and those that did before.
///
/// Source: `Docs/Format.md`, sections 6 and 18.
internal struct VaultSigners {
    /// The key that signs.
    let current: Minisign.PublicKey
    /// What every bundle carries of how one key followed another.
    let statements: SignerStatements
    private let former: [Minisign.PublicKey]
    /// What was retired as compromised, in this vault or as far as this machine knows.
    private(set) var compromised: Set<[UInt8]>

    /// Takes them from the unlocked vault that reads, and this machine's list of compromised keys.
    ///
    /// - Throws: `KeysError`, `CryptoError`.
    init(_ reader: RecordReader) throws {
        try self.init(reader.frame.keyring, compromised: reader.compromisedSigners)
    }

    /// Takes them from an opened keyring.
    ///
    /// - Parameter known: The public keys that were retired as compromised on this machine: an
    ///   older copy, or a restored bundle, does not know of it.
    /// - Throws: `KeysError`, `CryptoError`.
    init(_ keyring: Keyring, compromised known: Set<[UInt8]>) throws {
        let current = try BundleTrust.signer(keyring)
        self.current = current
        compromised = known.union(keyring.compromisedSigners)
        let archived = keyring.all.filter {
            $0.facts.purpose == .signing && $0.facts.state == .archived
        }
        let keys = try archived.map { key in
            try Minisign.PublicKey(
                keyID: Array(key.facts.id.bytes.prefix(Minisign.keyIDSize)),
                bytes: key.publicHalf())
        }
        former = keys
        var line: [SignerStatements.Statement] = []
        for (place, row) in archived.enumerated() {
            guard let word = row.facts.word, !word.isEmpty else {
                // Whatever came before is nobody's word for what comes after.
                line = []
                continue
            }
            let next = place + 1 < keys.count ? keys[place + 1] : current
            line.append(
                SignerStatements.Statement(
                    new: SignerStatements.Key(next), old: SignerStatements.Key(keys[place]),
                    signature: word))
        }
        statements = SignerStatements(vault: keyring.vault, statements: line)
    }
}

extension VaultSigners {
    /// Whether any key was retired as compromised: who had it had the vault, so its password alone
    /// speaks for no bundle any more.
    var isWary: Bool { !compromised.isEmpty }

    /// The same keys, of which more are known to be compromised.
    func distrusting(_ more: Set<[UInt8]>) -> VaultSigners {
        var signers = self
        signers.compromised.formUnion(more)
        return signers
    }

    /// Whether a bundle is signed by the vault, as far as the vault can say so of its own.
    ///
    /// - Parameter known: The bundle as the vault lists it; nil where it does not.
    func vouches(for bundle: BundleReader, as known: KnownBundle?) -> Bool {
        if isSure(bundle) { return true }
        guard let known, known.content == bundle.contentID, hasSigned(bundle) else { return false }
        return !isSpent(bundle) || known.lists(bundle)
    }

    /// Whether the key that signs has signed it, or one that it vouches for, and none of them is
    /// compromised.
    private func isSure(_ bundle: BundleReader) -> Bool {
        bundle.isSigned(by: current, without: compromised)
    }

    /// Whether one of the keys has signed it, whenever that was.
    func hasSigned(_ bundle: BundleReader) -> Bool {
        bundle.isSigned(by: current) || former.contains { bundle.isSigned(by: $0) }
    }

    /// Whether the signature of a bundle is worth nothing any more, because its key was retired as
    /// compromised.
    func isSpent(_ bundle: BundleReader) -> Bool {
        guard isWary, !isSure(bundle) else { return false }
        return ([current] + former).contains {
            bundle.isSigned(by: $0) && !bundle.isSigned(by: $0, without: compromised)
        }
    }

    /// Whether a bundle that the vault makes now may continue one that it lists: by the statements
    /// that the new one carries, whoever restores it finds that both are of one vault.
    func continues(_ bundle: BundleReader) -> Bool {
        if bundle.isSigned(by: current) { return true }
        return statements.origins(of: current).contains { bundle.isSigned(by: $0) }
    }
}

extension KnownBundle {
    /// Whether a bundle is what the vault has made: its content, and what the manifest says
    /// besides.
    ///
    /// The content id does not name what the manifest says, and a key that is compromised does not
    /// vouch for that any more.
    fileprivate func lists(_ bundle: BundleReader) -> Bool {
        let manifest = bundle.manifest
        return manifest.bundle == self.bundle && bundle.contentID == content
            && (manifest.kind == .full) == isFull && manifest.parent == parent
            && manifest.key == key && Instant(manifest) == Instant(self)
    }
}
