import CofferBytes
import CofferCrypto
import CofferFormat

extension Archive {
    /// Writes list and signature anew, as somebody with that key could.
    ///
    /// - Parameters:
    ///   - signer: Who signs.
    ///   - keyID: The identifier that the signature claims; the signer's own without it.
    ///   - firstLine: The first line of the list; the one that it has without it.
    ///   - trusted: The trusted comment; the first line without it.
    ///   - untrusted: The comment that nothing binds.
    mutating func sign(
        with signer: Signer, keyID: [UInt8]? = nil, firstLine: String? = nil,
        trusted: String? = nil, untrusted: String = "coffer bundle"
    ) throws {
        let line = firstLine ?? self.firstLine
        var list = "\(line)\n"
        for entry in entries where !entry.name.hasPrefix("SHA256SUMS") {
            list += "\(Hex.encode(SHA256.hash(entry.content)))  \(entry.name)\n"
        }
        let bytes = Array(list.utf8)
        let signature = try Minisign.sign(
            Minisign.hash(bytes.span), with: signer.key, keyID: keyID ?? signer.publicKey.keyID,
            untrustedComment: untrusted, trustedComment: trusted ?? line)
        self["SHA256SUMS"].replace(with: bytes)
        self["SHA256SUMS.minisig"].replace(with: signature.file)
    }

    /// The first line of the list.
    var firstLine: String {
        let text = String(decoding: self["SHA256SUMS"].content, as: UTF8.self)
        return String(text.prefix { $0 != "\n" })
    }

    /// Replaces a text in a member; false when it is not there.
    mutating func edit(_ name: String, _ old: String, _ new: String) -> Bool {
        var text = String(decoding: self[name].content, as: UTF8.self)
        guard let range = text.firstRange(of: old) else { return false }
        text.replaceSubrange(range, with: new)
        self[name].replace(with: Array(text.utf8))
        return true
    }
}
