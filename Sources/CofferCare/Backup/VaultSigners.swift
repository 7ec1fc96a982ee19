internal import CofferBundles
internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferKeys

/// The signing keys of a vault: the one that signs, and those that did before.
///
/// Source: `Docs/Format.md`, sections 6 and 18.
internal struct VaultSigners {
    /// A key that signed before.
    private struct Former {
        let key: Minisign.PublicKey
        let isCompromised: Bool
    }

    /// The key that signs.
    let current: Minisign.PublicKey
    /// What every bundle carries of how one key followed another.
    let statements: SignerStatements
    private let former: [Former]

    /// Takes them from an opened keyring.
    ///
    /// - Throws: `KeysError`, `CryptoError`.
    init(_ keyring: Keyring) throws {
        let current = try BundleTrust.signer(keyring)
        self.current = current
        let archived = keyring.all.filter {
            $0.facts.purpose == .signing && $0.facts.state == .archived
        }
        let keys = try archived.map { key in
            try Minisign.PublicKey(
                keyID: Array(key.facts.id.bytes.prefix(Minisign.keyIDSize)),
                bytes: key.publicHalf())
        }
        former = zip(keys, archived).map { key, row in
            Former(key: key, isCompromised: row.facts.word?.isEmpty ?? true)
        }
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
    /// Whether a bundle is signed by the vault, as far as the vault can say so of its own.
    ///
    /// - Parameter known: The bundle as the vault lists it; nil where it does not.
    func vouches(for bundle: BundleReader, as known: KnownBundle?) -> Bool {
        if bundle.isSigned(by: current) { return true }
        guard let known, known.content == bundle.contentID, hasSigned(bundle) else { return false }
        return !isSpent(bundle) || known.lists(bundle)
    }

    /// Whether one of the keys has signed it, whenever that was.
    func hasSigned(_ bundle: BundleReader) -> Bool {
        bundle.isSigned(by: current) || former.contains { bundle.isSigned(by: $0.key) }
    }

    /// Whether the signature of a bundle is worth nothing any more, because its key was retired as
    /// compromised.
    func isSpent(_ bundle: BundleReader) -> Bool {
        guard !bundle.isSigned(by: current) else { return false }
        return former.contains { $0.isCompromised && bundle.isSigned(by: $0.key) }
    }

    /// Whether a bundle that the vault makes now may continue one that it lists: by the statements
    /// that the new one carries, whoever restores it finds that both are of one vault.
    func continues(_ bundle: BundleReader) -> Bool {
        if bundle.isSigned(by: current) { return true }
        return statements.origins(of: current).contains { bundle.isSigned(by: $0) }
    }
}

extension KnownBundle {
    /// Whether a bundle is what the vault has made: its content, and what the manifest says besides.
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
