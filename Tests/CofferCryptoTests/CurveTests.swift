import CofferBytes
import CofferCrypto
import Testing

@Suite struct X25519Tests {
    private func key(_ text: String) throws(CryptoError) -> X25519.PrivateKey {
        try X25519.PrivateKey(scalar: SecretBytes(hex(text)))
    }

    /// RFC 7748, section 6.1.
    @Test func agreesAsInRFC7748() throws {
        let alice = try key("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")
        let bob = try key("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")
        let alicePublic = alice.publicKey
        let bobPublic = bob.publicKey
        #expect(
            alicePublic
                == hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"))
        #expect(
            bobPublic == hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"))
        let shared = hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742")
        let first = try alice.sharedSecret(with: bobPublic).exposed()
        let second = try bob.sharedSecret(with: alicePublic).exposed()
        #expect(first == shared)
        #expect(second == shared)
    }

    @Test(.enabled(if: Vectors.areAtHand)) func answersRFC7748() throws {
        let records = try Vectors.records("rfc/x25519_rfc7748.txt", startingAt: "COUNT")
        for record in records {
            let own = try key(record["INPUT_SCALAR"] ?? "?")
            let shared = try own.sharedSecret(with: hex(record["INPUT_U"] ?? "?")).exposed()
            #expect(shared == hex(record["OUTPUT_U"] ?? "?"))
        }
        Vectors.say(records.count, "RFC 7748 X25519")
        #expect(records.count == 3)
    }

    /// The points of small order: whoever sends one would know the "secret" in advance.
    @Test(arguments: [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ])
    func refusesAnAllZeroSecret(_ point: String) throws {
        let own = try X25519.PrivateKey.random(.system)
        let error = failure { () throws(CryptoError) in
            try own.sharedSecret(with: hex(point))
        }
        #expect(error == .invalidKey)
    }

    @Test(arguments: [0, 31, 33, 64]) func refusesKeysOfAnotherSize(_ size: Int) throws {
        let own = try X25519.PrivateKey.random(.system)
        let error = failure { () throws(CryptoError) in
            try own.sharedSecret(with: [UInt8](repeating: 9, count: size))
        }
        #expect(error == .invalidKey)
        guard size > 0 else { return }
        let made = failure { () throws(CryptoError) in
            try X25519.PrivateKey(scalar: SecretBytes(count: size) { _ in })
        }
        #expect(made == .invalidKey)
    }
}

@Suite struct Ed25519Tests {
    private struct Group: WycheproofGroup {
        struct PublicKey: Decodable { let pk: HexBytes }
        struct Vector: Decodable {
            let tcId: Int
            let msg, sig: HexBytes
            let result: Expectation
        }

        let publicKey: PublicKey
        let tests: [Vector]
    }

    /// RFC 8032, section 7.1, tests 1 and 2.
    @Test(arguments: [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            """
            e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701c\
            f9b46bd25bf5f0595bbe24655141438e7a100b
            """
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            """
            92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0\
            f11d8c387b2eaeb4302aeeb00d291612bb0c00
            """
        ),
    ])
    func signsAsInRFC8032(
        _ seed: String, _ publicKey: String, _ message: String, _ signature: String
    ) throws {
        let key = SigningKey(SecretBytes(hex(seed)))
        #expect(try Ed25519.publicKey(of: key) == hex(publicKey))
        #expect(try Ed25519.sign(hex(message), with: key) == hex(signature))
        try Ed25519.verify(hex(signature), of: hex(message), by: hex(publicKey))
        #expect(throws: CryptoError.authenticationFailed) {
            try Ed25519.verify(hex(signature), of: hex(message) + [0], by: hex(publicKey))
        }
    }

    @Test(.enabled(if: Vectors.areAtHand)) func answersWycheproof() throws {
        var count = 0
        for group in try Vectors.wycheproof("ed25519", as: Group.self) {
            for vector in group.tests {
                let error = failure { () throws(CryptoError) in
                    try Ed25519.verify(
                        vector.sig.bytes, of: vector.msg.bytes, by: group.publicKey.pk.bytes)
                }
                let expected = vector.result == .valid ? nil : CryptoError.authenticationFailed
                #expect(error == expected, "\(vector.tcId)")
                count += 1
            }
        }
        Vectors.say(count, "Wycheproof Ed25519")
        #expect(count == 151)
    }

    @Test func refusesOtherSizes() throws {
        let key = try SigningKey.random(.system)
        let publicKey = try Ed25519.publicKey(of: key)
        let signature = try Ed25519.sign([1], with: key)
        for size in [0, 63, 65] {
            #expect(throws: CryptoError.authenticationFailed) {
                try Ed25519.verify(
                    [UInt8](repeating: 0, count: size), of: [1], by: publicKey)
            }
        }
        #expect(throws: CryptoError.invalidKey) {
            try Ed25519.verify(signature, of: [1], by: Array(publicKey.dropLast()))
        }
    }
}
