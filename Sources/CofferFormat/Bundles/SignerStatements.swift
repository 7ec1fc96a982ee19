package import CofferBytes

/// Which signing key follows which: `signers.txt` (`Docs/Format.md`, section 18).
///
/// Only the form is read here: whether a signature fits is for who has the cryptography.
package struct SignerStatements: Equatable, Sendable {
    /// A minisign public key: an identifier and the Ed25519 key.
    package struct Key: Hashable, Sendable {
        /// The identifier, eight bytes; a name, not a proof.
        package let keyID: [UInt8]
        /// The key, 32 bytes.
        package let bytes: [UInt8]

        /// Takes the parts.
        package init(keyID: [UInt8], bytes: [UInt8]) {
            self.keyID = keyID
            self.bytes = bytes
        }

        /// The line in base 64 that `minisign -P` takes.
        package var line: String {
            CofferBytes.Base64.encode(Array("Ed".utf8) + keyID + bytes)
        }
    }

    /// One key's word for the key after it.
    package struct Statement: Equatable, Sendable {
        /// The key that follows.
        package let new: Key
        /// The key that says so.
        package let old: Key
        /// Its Ed25519 signature of the hash of ``signedText(vault:new:)``, 64 bytes.
        package let signature: [UInt8]

        /// Puts a statement together.
        package init(new: Key, old: Key, signature: [UInt8]) {
            self.new = new
            self.old = old
            self.signature = signature
        }

        /// The line of the file, with its line feed.
        package var line: String {
            let signed = CofferBytes.Base64.encode(Array("ED".utf8) + old.keyID + signature)
            return "signer \(new.line) by \(old.line) \(signed)\n"
        }
    }

    /// The vault.
    package let vault: Identifier
    /// The statements, oldest first; each is by the key that the one before names.
    package let statements: [Statement]

    /// Puts a list together.
    package init(vault: Identifier, statements: [Statement] = []) {
        self.vault = vault
        self.statements = statements
    }

    /// What a key signs to name the next one.
    package static func signedText(vault: Identifier, new: Key) -> [UInt8] {
        Array("# coffer signer v1 vault=\(vault)\n\(new.line)\n".utf8)
    }

    /// Reads `signers.txt`.
    ///
    /// - Throws: `unknown` for another version, `limit` for too much, `invalid` for every text
    ///   that would be written in another way, and for statements that do not continue each
    ///   other or come back to a key; `truncated`.
    package init(parsing bytes: [UInt8]) throws(ByteReader.Failure) {
        guard bytes.count <= BundleMember.signers.sizeLimit else { throw .limit }
        var text = BundleText(bytes)
        try text.expect("# coffer signers v")
        try text.version()
        try text.expect(" vault=")
        vault = try text.identifier()
        try text.expect("\n")
        var statements: [Statement] = []
        var known: Set<Key> = []
        while !text.isAtEnd {
            try text.expect("signer ")
            let new = try Self.key(&text)
            try text.expect(" by ")
            let old = try Self.key(&text)
            try text.expect(" ")
            let raw = try text.base64(until: UInt8(ascii: "\n"), limit: 100)
            guard raw.count == 74, raw.starts(with: Array("ED".utf8) + old.keyID) else {
                throw .invalid
            }
            try text.expect("\n")
            if let last = statements.last {
                guard last.new == old else { throw .invalid }
            } else {
                known.insert(old)
            }
            guard known.insert(new).inserted else { throw .invalid }
            statements.append(Statement(new: new, old: old, signature: Array(raw[10...])))
        }
        self.statements = statements
    }

    /// The bytes of `signers.txt`.
    package var bytes: [UInt8] {
        var text = Array("# coffer signers v1 vault=\(vault)\n".utf8)
        for statement in statements { text.append(contentsOf: statement.line.utf8) }
        return text
    }

    private static func key(_ text: inout BundleText) throws(ByteReader.Failure) -> Key {
        let raw = try text.base64(until: UInt8(ascii: " "), limit: 56)
        guard raw.count == 42, raw.starts(with: "Ed".utf8) else { throw .invalid }
        return Key(keyID: Array(raw[2..<10]), bytes: Array(raw[10...]))
    }
}
