/// Signatures in minisign's prehashed format: Ed25519 over BLAKE2b-512.
///
/// The format is the one that `minisign` 0.11 writes and reads (jedisct1.github.io/minisign).
/// A signature has a *trusted comment*, which a second, global signature binds to it; the
/// *untrusted comment* above is bound by nothing. Only algorithm `ED` is known here: the older
/// `Ed` signs without hashing.
package enum Minisign {
    /// The size of a key's identifier in bytes.
    package static let keyIDSize = 8
    /// Longer comments are refused: minisign itself stops at 1,024 and 8,192 bytes a line.
    package static let longestComment = 1_000
    /// The BLAKE2b hash that is signed, in bytes.
    private static let hashSize = 64

    /// The hash that a signature is about, of bytes as they come.
    package struct Hasher: ~Copyable {
        private var digest: Digest

        /// Starts with nothing hashed.
        package init() { digest = unsafe Digest(LibCrypto.blake2b512, size: hashSize) }

        /// Takes in the next part of the signed file.
        package mutating func update(_ part: Span<UInt8>) { digest.update(part) }

        /// The hash of all parts.
        package consuming func finish() -> Hash { Hash(bytes: digest.finish()) }
    }

    /// The BLAKE2b-512 hash of a signed file.
    package struct Hash: Sendable, Equatable {
        /// The 64 bytes.
        package let bytes: [UInt8]
    }

    /// The hash of a file that is at hand as a whole.
    package static func hash(_ bytes: Span<UInt8>) -> Hash {
        var hasher = Hasher()
        hasher.update(bytes)
        return hasher.finish()
    }

    /// Signs a file's hash.
    ///
    /// - Throws: `invalidInput` for a comment that is too long or holds a line break or another
    ///   control character, or an identifier that has not eight bytes; `outOfMemory`, `library`.
    package static func sign(
        _ hash: Hash, with key: SigningKey, keyID: [UInt8], untrustedComment: String,
        trustedComment: String
    ) throws(CryptoError) -> Signature {
        guard keyID.count == keyIDSize, isComment(untrustedComment), isComment(trustedComment)
        else { throw .invalidInput }
        let signature = try Ed25519.sign(hash.bytes, with: key)
        let global = try Ed25519.sign(signature + Array(trustedComment.utf8), with: key)
        return Signature(
            keyID: keyID, untrustedComment: untrustedComment, trustedComment: trustedComment,
            signature: signature, globalSignature: global)
    }

    /// Checks key, signature and trusted comment.
    ///
    /// - Throws: `authenticationFailed` when the signature is by another key, or does not fit
    ///   the hash or its trusted comment; `invalidKey` when the public key is none.
    package static func verify(
        _ signature: Signature, of hash: Hash, by key: PublicKey
    ) throws(CryptoError) {
        guard signature.keyID == key.keyID else { throw .authenticationFailed }
        try Ed25519.verify(signature.signature, of: hash.bytes, by: key.bytes)
        try Ed25519.verify(
            signature.globalSignature,
            of: signature.signature + Array(signature.trustedComment.utf8), by: key.bytes)
    }

    /// Whether a comment fits a line: no control characters, not too long.
    internal static func isComment(_ text: String) -> Bool {
        text.utf8.count <= longestComment && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
    }

    /// Splits a text of exactly `count` lines, each ended by a line feed.
    internal static func lines(_ text: [UInt8], count: Int) -> [[UInt8]]? {
        let lineFeed = UInt8(ascii: "\n")
        guard text.last == lineFeed, text.count <= 4 * (longestComment + 100) else { return nil }
        let lines = text.dropLast().split(separator: lineFeed, omittingEmptySubsequences: false)
        guard lines.count == count else { return nil }
        return lines.map(Array.init)
    }

    /// The comment of a line that begins with `prefix`; nil when it is not one.
    internal static func comment(_ line: [UInt8], after prefix: String) -> String? {
        let prefix = Array(prefix.utf8)
        guard line.starts(with: prefix),
            let text = String(validating: line.dropFirst(prefix.count), as: UTF8.self),
            isComment(text)
        else { return nil }
        return text
    }
}
