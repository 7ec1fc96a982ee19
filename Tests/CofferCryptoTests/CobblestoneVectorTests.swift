import CCofferOpenSSL
import CofferBytes
import CofferCrypto
import Testing

/// Wycheproof's vectors of C2SP chunked encryption: read whole, in pieces, and at any place.
@Suite(.enabled(if: Vectors.areAtHand)) struct CobblestoneVectorTests {
    private struct Group: WycheproofGroup {
        struct Vector: Decodable {
            let tcId: Int
            let key, ctx, ct: HexBytes
            let msgLength: Int?
            let msgSha512: HexBytes?
            let result: Expectation
            let flags: Set<String>
        }

        let tests: [Vector]
    }

    @Test func opensWhatIsValidAndNothingElse() throws {
        var count = 0
        var refusedKeys = 0
        for vector in try Vectors.wycheproof(
            "c2sp_chunked_encryption_aes_256_gcm", as: Group.self
        ).flatMap(\.tests) {
            guard vector.key.bytes.count == SealingKey.size else {
                // No such key can be made: see the keys' own test.
                #expect(vector.flags.contains("InvalidKeySize") && vector.result == .invalid)
                refusedKeys += 1
                continue
            }
            let key = SealingKey(SecretBytes(vector.key.bytes))
            let sealed = try Inflate.bytes(of: vector.ct.bytes)
            let whole = Result<[UInt8], CryptoError> { () throws(CryptoError) in
                try Cobblestone.open(sealed, under: key, context: vector.ctx.bytes)
            }
            switch vector.result {
            case .valid:
                let text = try whole.get()
                #expect(text.count == vector.msgLength, "\(vector.tcId)")
                #expect(try sha512(text) == vector.msgSha512?.bytes, "\(vector.tcId)")
            case .invalid:
                #expect(whole == .failure(.authenticationFailed), "\(vector.tcId)")
            }
            for piece in [1_000, 16_400, sealed.count + 1] {
                try readInPieces(of: piece, vector, sealed, key)
            }
            try readTheEnd(vector, sealed, key)
            count += 1
        }
        Vectors.say(count + refusedKeys, "Wycheproof C2SP chunked encryption")
        #expect(count == 33)
        #expect(refusedKeys == 2)
    }

    /// A stream may give the valid prefix before it fails, and nothing more.
    private func readInPieces(
        of size: Int, _ vector: Group.Vector, _ sealed: [UInt8], _ key: SealingKey
    ) throws {
        var text: [UInt8] = []
        var error: CryptoError?
        do throws(CryptoError) {
            var opener = try Cobblestone.Opener(
                header: Array(sealed.prefix(56)).span, under: key, context: vector.ctx.bytes)
            #expect(!vector.flags.contains("HeaderFailure"), "\(vector.tcId)")
            for start in stride(from: 56, to: sealed.count, by: size) {
                let part = Array(sealed[start..<min(start + size, sealed.count)])
                try opener.update(part.span, into: &text)
            }
            try opener.finish(into: &text)
        } catch let failure {
            error = failure
        }
        #expect((error == nil) == (vector.result == .valid), "\(vector.tcId)")
        if size <= 16_400, let length = vector.msgLength {
            #expect(text.count == length, "\(vector.tcId)")
            #expect(try sha512(text) == vector.msgSha512?.bytes, "\(vector.tcId)")
        } else if vector.result == .invalid, vector.msgLength == nil {
            #expect(text.isEmpty, "\(vector.tcId)")
        }
    }

    /// Opening the last block alone succeeds exactly where the vectors say so.
    private func readTheEnd(
        _ vector: Group.Vector, _ sealed: [UInt8], _ key: SealingKey
    ) throws {
        var isProved = false
        do throws(CryptoError) {
            var reader = try Cobblestone.Reader(
                header: Array(sealed.prefix(56)).span, sealedSize: sealed.count, under: key,
                context: vector.ctx.bytes)
            let last = reader.blockCount - 1..<reader.blockCount
            let place = try reader.sealedRange(of: last)
            _ = try reader.open(Array(sealed[place]).span, blocks: last)
            isProved = reader.isEndProved
        } catch {
            isProved = false
        }
        let expected = vector.result == .valid || vector.flags.contains("ValidFinalChunk")
        #expect(isProved == expected, "\(vector.tcId)")
    }

    private func sha512(_ bytes: [UInt8]) throws -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: 64)
        let isDone = unsafe EVP_Q_digest(nil, "SHA512", nil, bytes, bytes.count, &hash, nil)
        try #require(isDone == 1)
        return hash
    }
}
