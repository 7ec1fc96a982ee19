import CCofferOpenSSL
import CofferBytes
import Foundation
import Testing

@testable import CofferCrypto

@Suite struct XAESTests {
    /// C2SP XAES-256-GCM, "Test vectors": L with its highest bit 0, and 1.
    @Test(arguments: AES256GCM.Backend.available)
    func givesTheAnswersOfTheSpecification(_ backend: AES256GCM.Backend) throws {
        let nonce = Array("ABCDEFGHIJKLMNOPQRSTUVWX".utf8)
        let text = Array("XAES-256-GCM".utf8)
        for (byte, associated, sealed) in [
            (1, "", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"),
            (
                3, "c2sp.org/XAES-256-GCM",
                "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"
            ),
        ] as [(UInt8, String, String)] {
            let key = FieldKey(SecretBytes([UInt8](repeating: byte, count: 32)))
            let made = try XAES256GCM.sealForVectors(
                text, under: key, nonce: nonce, associated: Array(associated.utf8),
                backend: backend)
            #expect(made == hex(sealed))
            let opened = try XAES256GCM.openForVectors(
                made, under: key, nonce: nonce, associated: Array(associated.utf8),
                backend: backend)
            #expect(opened == text)
        }
    }

    /// C2SP XAES-256-GCM, "Accumulated randomized tests", 10,000 runs.
    @Test(arguments: AES256GCM.Backend.available)
    func sumsUpTenThousandRandomRuns(_ backend: AES256GCM.Backend) throws {
        let sum = try accumulate(10_000, stream: 6_000_000, backend)
        #expect(sum == hex("e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939"))
        Vectors.say(10_000, "XAES-256-GCM accumulated, \(backend)")
    }

    /// The same with 1,000,000 runs; a minute's work in a debug build.
    @Test(
        .enabled(
            if: ProcessInfo.processInfo.environment["COFFER_LONG_TESTS"] != nil,
            "COFFER_LONG_TESTS asks for it"),
        arguments: AES256GCM.Backend.available)
    func sumsUpAMillionRandomRuns(_ backend: AES256GCM.Backend) throws {
        let sum = try accumulate(1_000_000, stream: 330_000_000, backend)
        #expect(sum == hex("2163ae1445985a30b60585ee67daa55674df06901b890593e824b8a7c885ab15"))
        Vectors.say(1_000_000, "XAES-256-GCM accumulated, \(backend)")
    }

    private func accumulate(
        _ rounds: Int, stream size: Int, _ backend: AES256GCM.Backend
    ) throws -> [UInt8] {
        let algorithm = try unsafe #require(EVP_MD_fetch(nil, "SHAKE128", nil))
        let source = try unsafe #require(EVP_MD_CTX_new())
        let sum = try unsafe #require(EVP_MD_CTX_new())
        defer {
            unsafe EVP_MD_CTX_free(source)
            unsafe EVP_MD_CTX_free(sum)
            unsafe EVP_MD_free(algorithm)
        }
        var stream = [UInt8](repeating: 0, count: size)
        unsafe EVP_DigestInit_ex2(source, algorithm, nil)
        unsafe EVP_DigestFinalXOF(source, &stream, size)
        #expect(Array(stream[..<16]) == hex("7f9c2ba4e88f827d616045507605853e"))
        unsafe EVP_DigestInit_ex2(sum, algorithm, nil)
        var offset = 0
        func take(_ count: Int) throws -> [UInt8] {
            try #require(offset + count <= stream.count, "The stream is too short")
            defer { offset += count }
            return Array(stream[offset..<offset + count])
        }
        for _ in 0..<rounds {
            let key = FieldKey(SecretBytes(try take(32)))
            let nonce = try take(24)
            let text = try take(Int(try take(1)[0]))
            let associated = try take(Int(try take(1)[0]))
            let sealed = try XAES256GCM.sealForVectors(
                text, under: key, nonce: nonce, associated: associated, backend: backend)
            unsafe EVP_DigestUpdate(sum, sealed, sealed.count)
        }
        var result = [UInt8](repeating: 0, count: 32)
        unsafe EVP_DigestFinalXOF(sum, &result, 32)
        return result
    }
}
