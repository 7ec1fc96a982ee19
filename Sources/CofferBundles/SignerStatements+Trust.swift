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
            guard let new = Minisign.PublicKey(statement.new), fits(statement) else { break }
            keys.append(new)
        }
        return keys
    }

    /// The keys that led to one, by statements whose signatures fit, the newest first; without the
    /// key itself.
    ///
    /// Only a list that is signed by the key, or by one that it vouches for, says so in its name.
    package func origins(of key: Minisign.PublicKey) -> [Minisign.PublicKey] {
        var keys: [Minisign.PublicKey] = []
        for statement in statements.reversed() {
            guard Key(keys.last ?? key) == statement.new else {
                // Statements about keys that follow it.
                if keys.isEmpty { continue }
                break
            }
            guard let old = Minisign.PublicKey(statement.old), fits(statement) else { break }
            keys.append(old)
        }
        return keys
    }

    /// The keys that the list gives for the bytes of one that is known without its identifier.
    package func keys(of bytes: [UInt8]) -> [Minisign.PublicKey] {
        let all = statements.flatMap { [$0.old, $0.new] }.filter { $0.bytes == bytes }
        return Set(all).compactMap { Minisign.PublicKey($0) }
    }

    private func fits(_ statement: Statement) -> Bool {
        let text = Self.signedText(vault: vault, new: statement.new)
        let hash = Minisign.hash(text.span)
        let verified: Void? = try? Ed25519.verify(
            statement.signature, of: hash.bytes, by: statement.old.bytes)
        return verified != nil
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
