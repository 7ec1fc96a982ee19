internal import CofferBytes

extension Minisign {
    /// A signature as it stands in a `.minisig` file; nothing in it is checked yet.
    package struct Signature: Equatable, Sendable {
        private static let algorithm = Array("ED".utf8)
        private static let untrusted = "untrusted comment: "
        private static let trusted = "trusted comment: "

        /// The identifier of the key that it claims to be by.
        package let keyID: [UInt8]
        /// The comment that nothing binds; never to be believed.
        package let untrustedComment: String
        /// The comment that is signed; to be believed after `verify` only.
        package let trustedComment: String
        /// The signature of the file's hash.
        internal let signature: [UInt8]
        /// The signature of the signature above and the trusted comment.
        internal let globalSignature: [UInt8]

        internal init(
            keyID: [UInt8], untrustedComment: String, trustedComment: String,
            signature: [UInt8], globalSignature: [UInt8]
        ) {
            self.keyID = keyID
            self.untrustedComment = untrustedComment
            self.trustedComment = trustedComment
            self.signature = signature
            self.globalSignature = globalSignature
        }

        /// Reads a signature file; only the form that ``file`` writes is accepted.
        ///
        /// - Throws: `invalidInput` when it is anything else, also for a signature without
        ///   prehashing.
        package init(file: [UInt8]) throws(CryptoError) {
            guard let lines = Minisign.lines(file, count: 4),
                let untrustedComment = Minisign.comment(lines[0], after: Self.untrusted),
                let raw = Base64.decode(lines[1]), raw.count == 74,
                raw.starts(with: Self.algorithm),
                let trustedComment = Minisign.comment(lines[2], after: Self.trusted),
                let global = Base64.decode(lines[3]), global.count == Ed25519.signatureSize
            else { throw .invalidInput }
            self.init(
                keyID: Array(raw[2..<10]), untrustedComment: untrustedComment,
                trustedComment: trustedComment, signature: Array(raw[10...]),
                globalSignature: global)
        }

        /// The four lines of a signature file.
        package var file: [UInt8] {
            let body = Base64.encode(Self.algorithm + keyID + signature)
            let global = Base64.encode(globalSignature)
            return Array(
                """
                \(Self.untrusted)\(untrustedComment)
                \(body)
                \(Self.trusted)\(trustedComment)
                \(global)

                """.utf8)
        }
    }
}
