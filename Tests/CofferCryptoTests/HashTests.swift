import CofferBytes
import Testing

@testable import CofferCrypto

@Suite struct SHA256Tests {
    /// FIPS 180-4 examples: "abc" and the message of no bytes.
    @Test func givesTheKnownAnswers() {
        #expect(
            SHA256.hash(Array("abc".utf8))
                == hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"))
        #expect(
            SHA256.hash([])
                == hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"))
    }

    @Test func hashesPartsLikeTheWhole() throws {
        let bytes = try Randomness.system.bytes(10_000)
        var hash = SHA256()
        for start in stride(from: 0, to: bytes.count, by: 333) {
            hash.update(Array(bytes[start..<min(start + 333, bytes.count)]))
        }
        #expect(hash.finish() == SHA256.hash(bytes))
        var secret = SHA256()
        secret.update(bytes)
        #expect(secret.finishSecret().exposed() == SHA256.hash(bytes))
    }
}

@Suite struct HMACTests {
    private struct Group: WycheproofGroup {
        struct Vector: Decodable {
            let tcId: Int
            let key, msg, tag: HexBytes
            let result: Expectation
        }

        let tagSize: Int
        let tests: [Vector]
    }

    private func code(_ key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        var hmac = KeyedHMAC(.sha256, key: key.span)
        var code = [UInt8](repeating: 0, count: 32)
        for _ in 0..<2 {  // The second time shows that nothing of the first is left.
            hmac.begin()
            unsafe message.withUnsafeBytes { unsafe hmac.update($0) }
            unsafe code.withUnsafeMutableBufferPointer {
                unsafe hmac.finish(into: $0.baseAddress.unsafelyUnwrapped)
            }
        }
        return code
    }

    /// RFC 4231, test cases 1, 2 and 6.
    @Test func givesTheAnswersOfRFC4231() {
        #expect(
            code([UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8))
                == hex("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"))
        #expect(
            code(Array("Jefe".utf8), Array("what do ya want for nothing?".utf8))
                == hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"))
        #expect(
            code(
                [UInt8](repeating: 0xaa, count: 131),
                Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8))
                == hex("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"))
    }

    @Test(.enabled(if: Vectors.areAtHand)) func answersRFC4231() throws {
        let records = try Vectors.records("rfc/rfc-4231-sha256.txt", startingAt: "Len")
        for record in records {
            let made = code(hex(record["Key"] ?? "?"), hex(record["Msg"] ?? "?"))
            #expect(made == hex(record["MD"] ?? "?"))
        }
        Vectors.say(records.count, "RFC 4231 HMAC-SHA-256")
        #expect(records.count == 6)
    }

    @Test(.enabled(if: Vectors.areAtHand)) func answersWycheproof() throws {
        var count = 0
        for group in try Vectors.wycheproof("hmac_sha256", as: Group.self) {
            for vector in group.tests {
                let made = Array(
                    code(vector.key.bytes, vector.msg.bytes).prefix(group.tagSize / 8))
                #expect(
                    (made == vector.tag.bytes) == (vector.result == .valid), "\(vector.tcId)")
                count += 1
            }
        }
        Vectors.say(count, "Wycheproof HMAC-SHA-256")
        #expect(count == 174)
    }

    @Test func codesSideBySideAreThoseOneAfterTheOther() throws {
        let key = try MACKey.random(.system)
        let batch = HMACSHA256.Batch(key)
        // Past the first messages, past full lanes, and with some that are too long for a lane.
        let sizes = (0..<HMACSHA256.Batch.serial + 203).map { $0 * 37 % 700 }
        var expected: [[UInt8]] = []
        var codes: [[UInt8]] = []
        for round in 0..<2 {
            for size in sizes {
                let message = try Randomness.system.bytes(size)
                expected.append(key.code(message))
                unsafe message.withUnsafeBytes { message in
                    unsafe batch.add(
                        .init(rebasing: message[..<(size / 3)]),
                        .init(rebasing: message[(size / 3)...])
                    ) { codes.append($0.exposed()) }
                }
            }
            if round == 0 { #expect(codes.count <= expected.count) }
            batch.flush { codes.append($0.exposed()) }
            #expect(codes.count == expected.count)
        }
        func sorted(_ codes: [[UInt8]]) -> [[UInt8]] {
            codes.sorted { $0.lexicographicallyPrecedes($1) }
        }
        #expect(sorted(codes) == sorted(expected))
    }

    @Test(.enabled(if: Vectors.areAtHand)) func sideBySideGivesTheKnownCodes() throws {
        var count = 0
        for group in try Vectors.wycheproof("hmac_sha256", as: Group.self) {
            for vector in group.tests where vector.key.bytes.count == MACKey.size {
                let key = MACKey(SecretBytes(vector.key.bytes))
                let batch = HMACSHA256.Batch(key, serial: 0)
                // The code is among those of other messages, as many as fit.
                var codes: [[UInt8]] = []
                for other in 0..<31 {
                    let message = other == count % 31 ? vector.msg.bytes : [UInt8(other), 1]
                    unsafe message.withUnsafeBytes {
                        unsafe batch.add($0, UnsafeRawBufferPointer(start: nil, count: 0)) {
                            codes.append($0.exposed())
                        }
                    }
                }
                batch.flush { codes.append($0.exposed()) }
                #expect(codes.count == 31)
                #expect(
                    codes.contains { Array($0.prefix(group.tagSize / 8)) == vector.tag.bytes }
                        == (vector.result == .valid), "\(vector.tcId)")
                count += 1
            }
        }
        Vectors.say(count, "Wycheproof HMAC-SHA-256 side by side")
        #expect(count > 50)
    }

    @Test func authenticatorAndKeyGiveTheSameCode() throws {
        let key = try MACKey.random(.system)
        let authenticator = HMACSHA256.Authenticator(key)
        for size in [0, 1, 60, 64, 1_000] {
            let message = try Randomness.system.bytes(size)
            let expected = key.code(message)
            #expect(expected == code(key.unsafelyExposingBytes { $0.exposed() }, message))
            let whole = unsafe message.withUnsafeBytes { message in
                unsafe authenticator.withCode(of: message) { $0.exposed() }
            }
            #expect(whole == expected)
            let halves = unsafe message.withUnsafeBytes { message in
                unsafe authenticator.withCode(
                    of: .init(rebasing: message[..<(size / 2)]),
                    .init(rebasing: message[(size / 2)...])
                ) { $0.exposed() }
            }
            #expect(halves == expected)
            #expect(authenticator.withCode(of: message.span) { $0.exposed() } == expected)
        }
    }
}

@Suite struct HKDFTests {
    private struct Group: WycheproofGroup {
        struct Vector: Decodable {
            let tcId: Int
            let ikm, salt, info, okm: HexBytes
            let size: Int
            let result: Expectation
        }

        let tests: [Vector]
    }

    /// RFC 5869, A.1 (also its PRK) and A.3; for SHA-512, Wycheproof 1 and 10.
    @Test func givesTheKnownAnswers() {
        let ikm = [UInt8](repeating: 0x0b, count: 22)
        let salt = hex("000102030405060708090a0b0c")
        let prk = HKDF.extractSHA256(salt: salt.span, ikm: ikm.span)
        #expect(
            prk.exposed()
                == hex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"))
        let okm = HKDF.expandSHA256(prk: prk, info: hex("f0f1f2f3f4f5f6f7f8f9"), count: 42)
        #expect(
            okm.exposed()
                == hex(
                    """
                    3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf
                    34007208d5b887185865
                    """))
        let both = HKDF.sha256(
            salt: SecretBytes(salt), ikm: SecretBytes(ikm), info: hex("f0f1f2f3f4f5f6f7f8f9"),
            count: 42)
        let isEqual = both.isEqual(to: okm)
        #expect(isEqual)
        let empty = HKDF.extractSHA256(salt: [UInt8]().span, ikm: ikm.span)
        #expect(
            empty.exposed()
                == hex("19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04"))
        let long = HKDF.extractSHA512(
            salt: hex("685ac7df93701d6c78babd847861bb3c").span,
            ikm: hex("c360e16084cfd13cb44b0dc02d8665de").span)
        let expanded = HKDF.expandSHA512(
            prk: long, info: hex("e0ddfaaaa7afb53f59a007a205c7149b5b5a72be"), count: 20)
        #expect(expanded.exposed() == hex("17408c6f8dd7eb8423758ce39a91b59020f7debe"))
    }

    @Test(
        .enabled(if: Vectors.areAtHand),
        arguments: [("sha256", 86, 255 * 32), ("sha512", 83, 255 * 64)])
    func answersWycheproof(_ hash: String, _ expected: Int, _ most: Int) throws {
        var count = 0
        for vector in try Vectors.wycheproof("hkdf_\(hash)", as: Group.self).flatMap(\.tests) {
            count += 1
            if vector.result == .invalid {
                // Longer than HKDF can give, which traps: see below.
                #expect(vector.size > most, "\(vector.tcId)")
                continue
            }
            let salt = vector.salt.bytes
            let ikm = vector.ikm.bytes
            let okm =
                hash == "sha256"
                ? HKDF.expandSHA256(
                    prk: HKDF.extractSHA256(salt: salt.span, ikm: ikm.span),
                    info: vector.info.bytes, count: vector.size)
                : HKDF.expandSHA512(
                    prk: HKDF.extractSHA512(salt: salt.span, ikm: ikm.span),
                    info: vector.info.bytes, count: vector.size)
            #expect(okm.exposed() == vector.okm.bytes, "\(vector.tcId)")
        }
        Vectors.say(count, "Wycheproof HKDF, \(hash)")
        #expect(count == expected)
    }

    @Test(.enabled(if: Vectors.areAtHand)) func answersRFC5869AndALongOutput() throws {
        let records =
            try Vectors.records("rfc/rfc-5869-HKDF-SHA256.txt", startingAt: "COUNT")
            + Vectors.records("rfc/hkdf-generated.txt", startingAt: "COUNT")
        for record in records {
            let prk = HKDF.extractSHA256(
                salt: hex(record["salt"] ?? "?").span, ikm: hex(record["IKM"] ?? "?").span)
            let size = try #require(Int(record["L"] ?? ""))
            let okm = HKDF.expandSHA256(prk: prk, info: hex(record["info"] ?? "?"), count: size)
            #expect(okm.exposed() == hex(record["OKM"] ?? "?"))
        }
        Vectors.say(records.count, "RFC 5869 HKDF-SHA-256 and one of 1,200 bytes")
        #expect(records.count == 4)
    }

    @Test func trapsOnMoreThanItCanGive() async {
        await #expect(processExitsWith: .failure) {
            _ = HKDF.expandSHA512(
                prk: SecretBytes(count: 32) { _ in }, info: [], count: 255 * 64 + 1)
        }
        await #expect(processExitsWith: .failure) {
            _ = HKDF.expandSHA256(
                prk: SecretBytes(count: 32) { _ in }, info: [], count: 255 * 32 + 1)
        }
    }
}
