import CofferBytes
import CofferCrypto
import Foundation
import Glibc
import Testing

@Suite struct MinisignTests {
    /// Made by minisign 0.11 for this test: `minisign -G -W` and `minisign -S -W`.
    private static let message = Array("Coffer keeps it.\n".utf8)
    private static let publicKey = Array(
        """
        untrusted comment: minisign public key 5B03943D87CCD2F
        RWQvzXzYQzmwBTjePd0t10st4nVMmNsxaZgNFQX6Qz7tjgRfJtSD6ghy

        """.utf8)
    private static let signature = Array(
        """
        untrusted comment: not bound
        RUQvzXzYQzmwBa3wJWmUNjpnMK6kPtiMka3RaHhjc5QMhXWOd6PM/BZUfU3viuMasGraaS12bZNOx2ddINfhqPPqmmCMUn947Aw=
        trusted comment: coffer bundle v1 epoch=3
        b0rDtWvV6px9KdanIn+Aj62m4+BrnOey/0SCTOqcDfUIjc+9WMM9TENv6iyO8kZUUzc691skcxb8WcwCNy+3Bw==

        """.utf8)

    private let key = SigningKey(SecretBytes([UInt8](repeating: 7, count: 32)))
    private let keyID = Array("COFFERID".utf8)

    @Test func believesWhatMinisignSigned() throws {
        let key = try Minisign.PublicKey(file: Self.publicKey)
        let signature = try Minisign.Signature(file: Self.signature)
        #expect(signature.trustedComment == "coffer bundle v1 epoch=3")
        #expect(signature.untrustedComment == "not bound")
        try Minisign.verify(signature, of: Minisign.hash(Self.message.span), by: key)
    }

    @Test func writesWhatItRead() throws {
        let key = try Minisign.PublicKey(file: Self.publicKey)
        #expect(try key.file(comment: "minisign public key 5B03943D87CCD2F") == Self.publicKey)
        #expect(try Minisign.PublicKey(line: key.line) == key)
        #expect(try Minisign.Signature(file: Self.signature).file == Self.signature)
    }

    @Test func refusesAnotherMessageKeyOrTrustedComment() throws {
        let key = try Minisign.PublicKey(file: Self.publicKey)
        let hash = Minisign.hash(Self.message.span)
        let signature = try Minisign.Signature(file: Self.signature)
        expectRefusal(signature, Minisign.hash((Self.message + [0]).span), key)
        let renamed = String(decoding: Self.signature, as: UTF8.self)
            .replacingOccurrences(of: "epoch=3", with: "epoch=4")
        expectRefusal(try Minisign.Signature(file: Array(renamed.utf8)), hash, key)
        let stranger = try Minisign.PublicKey(
            keyID: key.keyID, bytes: Ed25519.publicKey(of: self.key))
        expectRefusal(signature, hash, stranger)
        let other = try Minisign.PublicKey(keyID: keyID, bytes: key.bytes)
        expectRefusal(signature, hash, other)
    }

    /// Each byte of the file is part of its one form, or under a signature; but for the
    /// untrusted comment, which nothing binds.
    @Test func refusesEveryChangedByteThatItBinds() throws {
        let key = try Minisign.PublicKey(file: Self.publicKey)
        let hash = Minisign.hash(Self.message.span)
        let end = try #require(Self.signature.firstIndex(of: UInt8(ascii: "\n")))
        for index in Self.signature.indices {
            for change in [1, 0x20, 0x80] as [UInt8] {
                var file = Self.signature
                file[index] ^= change
                let isAccepted =
                    failure { () throws(CryptoError) in
                        try Minisign.verify(try Minisign.Signature(file: file), of: hash, by: key)
                    } == nil
                let isUnbound = index >= "untrusted comment: ".utf8.count && index < end
                #expect(!isAccepted || isUnbound, "byte \(index)")
            }
        }
    }

    @Test func refusesOtherForms() {
        let text = String(decoding: Self.signature, as: UTF8.self)
        let others = [
            "", "\n", "untrusted comment: x\n", "untrusted comment: x\n\n\n\n",
            String(text.dropLast()), text + "\n", "\n" + text,
            text.replacingOccurrences(of: "\n", with: "\r\n"),
            text.replacingOccurrences(of: "untrusted comment: ", with: "untrusted comment:"),
            text.replacingOccurrences(of: "\ntrusted", with: "\nuntrusted"),
            // Not prehashed, which is another algorithm.
            text.replacingOccurrences(of: "RUQv", with: "RWQv"),
            // A byte less in base 64, and bits behind the last byte.
            text.replacingOccurrences(of: "7Aw=", with: "7A=="),
            text.replacingOccurrences(of: "7Aw=", with: "7Ax="),
            text.replacingOccurrences(of: "not bound", with: String(repeating: "x", count: 9_999)),
        ]
        for other in others {
            #expect(throws: CryptoError.invalidInput) {
                try Minisign.Signature(file: Array(other.utf8))
            }
        }
    }

    @Test func refusesOtherFormsOfKeys() {
        let text = String(decoding: Self.publicKey, as: UTF8.self)
        for other in ["", "\n\n", text + "\n", String(text.dropLast()), "x" + text] {
            #expect(throws: CryptoError.invalidInput) {
                try Minisign.PublicKey(file: Array(other.utf8))
            }
        }
        for line in ["", "RWQ=", "RUQvzXzYQzmwBTjePd0t10st4nVMmNsxaZgNFQX6Qz7tjgRfJtSD6ghy"] {
            #expect(throws: CryptoError.invalidInput) { try Minisign.PublicKey(line: line) }
        }
    }

    @Test func refusesCommentsThatAreNoLine() throws {
        let empty: [UInt8] = []
        let hash = Minisign.hash(empty.span)
        for comment in ["a\nb", "a\rb", "\u{0}", "\u{7f}", String(repeating: "x", count: 1_001)] {
            #expect(throws: CryptoError.invalidInput) {
                try Minisign.sign(
                    hash, with: key, keyID: keyID, untrustedComment: "", trustedComment: comment)
            }
            #expect(throws: CryptoError.invalidInput) {
                try Minisign.sign(
                    hash, with: key, keyID: keyID, untrustedComment: comment, trustedComment: "")
            }
        }
        #expect(throws: CryptoError.invalidInput) {
            try Minisign.sign(
                hash, with: key, keyID: [1], untrustedComment: "", trustedComment: "")
        }
    }

    @Test func hashesPartsLikeTheWhole() {
        var hasher = Minisign.Hasher()
        hasher.update(Array(Self.message[..<5]).span)
        hasher.update(Array(Self.message[5...]).span)
        let hash = hasher.finish()
        #expect(hash == Minisign.hash(Self.message.span))
        // RFC 7693, appendix A.
        #expect(
            Minisign.hash(Array("abc".utf8).span).bytes
                == hex(
                    """
                    ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1
                    7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923
                    """))
    }

    private static let tool = "/usr/bin/minisign"

    @Test(
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: tool), "minisign is not installed"))
    func isBelievedByMinisign() throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "coffer-minisign-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.path + "/f"
        let publicKey = try Minisign.PublicKey(keyID: keyID, bytes: Ed25519.publicKey(of: key))
        let signature = try Minisign.sign(
            Minisign.hash(Self.message.span), with: key, keyID: keyID,
            untrustedComment: "signature by Coffer", trustedComment: "coffer bundle v1 äöü")
        try Data(Self.message).write(to: folder.appending(path: "f"))
        try Data(signature.file).write(to: folder.appending(path: "f.minisig"))
        try Data(publicKey.file(comment: "a key")).write(to: folder.appending(path: "k.pub"))
        #expect(try run(["-V", "-q", "-m", file, "-p", folder.path + "/k.pub"]) == 0)
        #expect(try run(["-V", "-q", "-m", file, "-P", publicKey.line]) == 0)
        try Data(Self.message + [0]).write(to: folder.appending(path: "f"))
        #expect(try run(["-V", "-q", "-m", file, "-p", folder.path + "/k.pub"]) != 0)
    }

    /// Runs minisign, silently; Foundation's `Process` would leak under the address sanitizer.
    private func run(_ arguments: [String]) throws -> Int32 {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var words = unsafe ([Self.tool] + arguments).map { unsafe strdup($0) } + [nil]
        defer { unsafe words.forEach { unsafe free($0) } }
        var process: pid_t = 0
        try #require(unsafe posix_spawn(&process, Self.tool, &actions, nil, &words, nil) == 0)
        var status: Int32 = 0
        try #require(unsafe waitpid(process, &status, 0) == process)
        return status
    }

    private func expectRefusal(
        _ signature: Minisign.Signature, _ hash: Minisign.Hash, _ key: Minisign.PublicKey
    ) {
        #expect(throws: CryptoError.authenticationFailed) {
            try Minisign.verify(signature, of: hash, by: key)
        }
    }
}
