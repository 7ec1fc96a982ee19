package import CofferBytes
package import CofferCrypto
package import CofferFormat

extension SignerStatements {
    /// A key and all that follow it by statements whose signatures fit, oldest first.
    ///
    /// It ends at the first statement that does not fit: what comes behind it is nobody's word.
    package func reach(of trusted: Minisign.PublicKey) -> [Minisign.PublicKey] {
        var keys = [trusted]
        for statement in statements {
            guard let last = keys.last, Key(last) == statement.old else {
                // Statements about keys from before the trusted one.
                if keys.count == 1 { continue }
                break
            }
            guard let new = Minisign.PublicKey(statement.new) else { break }
            let text = Self.signedText(vault: vault, new: statement.new)
            let hash = Minisign.hash(text.span)
            let fits: Void? = try? Ed25519.verify(
                statement.signature, of: hash.bytes, by: statement.old.bytes)
            guard fits != nil else { break }
            keys.append(new)
        }
        return keys
    }

    /// Whether a trusted key is another one, or vouches for it.
    package func reaches(
        from trusted: Minisign.PublicKey, to key: Minisign.PublicKey
    ) -> Bool {
        reach(of: trusted).contains(key)
    }
}

extension SignerStatements.Statement {
    /// Signs that `new` follows `old`.
    ///
    /// - Parameters:
    ///   - new: The key that is to be trusted from now on.
    ///   - old: The key that signs.
    ///   - signingKey: What belongs to `old`.
    ///   - vault: The vault that both sign for.
    /// - Throws: `outOfMemory`, `library`.
    package init(
        of new: Minisign.PublicKey, by old: Minisign.PublicKey, with signingKey: SigningKey,
        vault: Identifier
    ) throws(CryptoError) {
        let key = SignerStatements.Key(new)
        let text = SignerStatements.signedText(vault: vault, new: key)
        let hash = Minisign.hash(text.span)
        self.init(
            new: key, old: SignerStatements.Key(old),
            signature: try Ed25519.sign(hash.bytes, with: signingKey))
    }
}

extension SignerStatements.Key {
    /// The key as the file holds it.
    package init(_ key: Minisign.PublicKey) { self.init(keyID: key.keyID, bytes: key.bytes) }
}

extension Minisign.PublicKey {
    /// The key that the file holds; nil when its parts have other sizes.
    fileprivate init?(_ key: SignerStatements.Key) {
        guard let made = try? Minisign.PublicKey(keyID: key.keyID, bytes: key.bytes) else {
            return nil
        }
        self = made
    }
}
