internal import CofferBytes

extension Minisign {
    /// A key that signatures are checked with, and its eight-byte identifier.
    package struct PublicKey: Hashable, Sendable {
        private static let algorithm = Array("Ed".utf8)
        private static let untrusted = "untrusted comment: "

        /// The identifier, drawn at random with the key; a name, not a proof.
        package let keyID: [UInt8]
        /// The 32 bytes of the Ed25519 key.
        package let bytes: [UInt8]

        /// Takes the parts.
        ///
        /// - Throws: `invalidKey` when one has another size.
        package init(keyID: [UInt8], bytes: [UInt8]) throws(CryptoError) {
            guard keyID.count == keyIDSize, bytes.count == Ed25519.publicKeySize else {
                throw .invalidKey
            }
            self.keyID = keyID
            self.bytes = bytes
        }

        /// Reads the one line in base 64 that `minisign -P` takes.
        ///
        /// - Throws: `invalidInput` when it is anything else.
        package init(line: String) throws(CryptoError) {
            guard let raw = Base64.decode(Array(line.utf8)), raw.count == 42,
                raw.starts(with: Self.algorithm)
            else { throw .invalidInput }
            try self.init(keyID: Array(raw[2..<10]), bytes: Array(raw[10...]))
        }

        /// Reads a public key file: a comment and the key.
        ///
        /// - Throws: `invalidInput` when it is anything else.
        package init(file: [UInt8]) throws(CryptoError) {
            guard let lines = Minisign.lines(file, count: 2),
                Minisign.comment(lines[0], after: Self.untrusted) != nil
            else { throw .invalidInput }
            try self.init(line: String(decoding: lines[1], as: UTF8.self))
        }

        /// The one line in base 64 that `minisign -P` takes.
        package var line: String { Base64.encode(Self.algorithm + keyID + bytes) }

        /// A public key file with a comment.
        ///
        /// - Throws: `invalidInput` for a comment that does not fit a line.
        package func file(comment: String) throws(CryptoError) -> [UInt8] {
            guard isComment(comment) else { throw .invalidInput }
            return Array("\(Self.untrusted)\(comment)\n\(line)\n".utf8)
        }
    }
}
