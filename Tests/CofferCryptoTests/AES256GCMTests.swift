import CofferBytes
import Testing

@testable import CofferCrypto

@Suite struct AES256GCMTests {
    private struct Group: WycheproofGroup {
        struct Vector: Decodable {
            let tcId: Int
            let key, iv, aad, msg, ct, tag: HexBytes
            let result: Expectation
        }

        let keySize, ivSize, tagSize: Int
        let tests: [Vector]
    }

    @Test func offersOpenSSLEverywhereAndTheFasterOneFirst() {
        let available = AES256GCM.Backend.available
        #expect(available.contains(.openSSL))
        #expect(available.contains(.preferred))
        print("AES-256-GCM backends: \(available), preferred: \(AES256GCM.Backend.preferred)")
    }

    /// NIST SP 800-38D test case 16 and one of Wycheproof.
    @Test(arguments: AES256GCM.Backend.available)
    func givesTheKnownAnswers(_ backend: AES256GCM.Backend) throws {
        let first = try GCM(backend, hex("feffe9928665731c6d6a8f9467308308") * 2).seal(
            hex(
                """
                d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72
                1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39
                """),
            nonce: hex("cafebabefacedbaddecaf888"),
            associated: hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"))
        #expect(
            first
                == hex(
                    """
                    522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa
                    8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662
                    76fc6ece0f4e1768cddf8853bb2d551b
                    """))
        let second = try GCM(
            backend, hex("92ace3e348cd821092cd921aa3546374299ab46209691bc28b8752d17f123c20")
        ).seal(
            hex("00010203040506070809"), nonce: hex("00112233445566778899aabb"),
            associated: hex("00000000ffffffff"))
        #expect(second == hex("e27abdd2d2a53d2f136b 9a4a2579529301bcfb71c78d4060f52c"))
    }

    @Test(.enabled(if: Vectors.areAtHand), arguments: AES256GCM.Backend.available)
    func answersWycheproof(_ backend: AES256GCM.Backend) throws {
        var count = 0
        for group in try Vectors.wycheproof("aes_gcm", as: Group.self)
        where (group.keySize, group.ivSize, group.tagSize) == (256, 96, 128) {
            for vector in group.tests {
                let cipher = try GCM(backend, vector.key.bytes)
                let sealed = vector.ct.bytes + vector.tag.bytes
                let opened = Result<[UInt8], CryptoError> { () throws(CryptoError) in
                    try cipher.open(
                        sealed, nonce: vector.iv.bytes, associated: vector.aad.bytes)
                }
                switch vector.result {
                case .valid:
                    #expect(try opened.get() == vector.msg.bytes, "\(vector.tcId)")
                    let again = try cipher.seal(
                        vector.msg.bytes, nonce: vector.iv.bytes, associated: vector.aad.bytes)
                    #expect(again == sealed, "\(vector.tcId)")
                case .invalid:
                    #expect(opened == .failure(.authenticationFailed), "\(vector.tcId)")
                }
                count += 1
            }
        }
        Vectors.say(count, "Wycheproof AES-256-GCM, \(backend)")
        #expect(count == 66)
    }

    /// Both must seal alike, open each other's work and refuse the same changed bit.
    @Test(.enabled(if: AES256GCM.Backend.available.count == 2, "ipsec-mb is not in this build"))
    func backendsAgreeOnAHundredThousandInputs() throws {
        let rounds = 100_000
        var pair = try BackendPair()
        var agreed = 0
        for round in 0..<rounds {
            if try pair.agrees(newKey: round % 4 == 0) { agreed += 1 }
        }
        print("AES-256-GCM backends compared on \(rounds) random inputs")
        #expect(agreed == rounds)
    }

    @Test(arguments: AES256GCM.Backend.available)
    func sealsInPlace(_ backend: AES256GCM.Backend) throws {
        let key = [UInt8](repeating: 7, count: 32)
        let text = [UInt8]((0..<100).map { UInt8($0) })
        let apart = try GCM(backend, key).seal(
            text, nonce: hex("000102030405060708090a0b"), associated: [])
        var cipher = try AES256GCM(backend)
        var bytes = text + [UInt8](repeating: 0, count: 16)
        try unsafe key.withUnsafeBufferPointer {
            try unsafe cipher.setKey($0.baseAddress.unsafelyUnwrapped)
        }
        for index in 0..<12 { unsafe cipher.nonce[index] = UInt8(index) }
        try unsafe bytes.withUnsafeMutableBytes { bytes in
            let start = unsafe bytes.baseAddress.unsafelyUnwrapped
            try unsafe cipher.seal(
                .init(start: start, count: 100), associated: .init(start: nil, count: 0),
                into: start, tag: start + 100)
        }
        #expect(bytes == apart)
    }
}

/// One key's AES-256-GCM over arrays.
private final class GCM {
    private var cipher: AES256GCM

    init(_ backend: AES256GCM.Backend, _ key: [UInt8]) throws {
        var cipher = try AES256GCM(backend)
        try #require(key.count == 32)
        try unsafe key.withUnsafeBufferPointer {
            try unsafe cipher.setKey($0.baseAddress.unsafelyUnwrapped)
        }
        self.cipher = cipher
    }

    func seal(_ text: [UInt8], nonce: [UInt8], associated: [UInt8]) throws -> [UInt8] {
        var sealed = text + [UInt8](repeating: 0, count: 16)
        for index in 0..<12 { unsafe cipher.nonce[index] = nonce[index] }
        try unsafe sealed.withUnsafeMutableBytes { sealed in
            try unsafe text.withUnsafeBytes { text in
                try unsafe associated.withUnsafeBytes { associated in
                    let start = unsafe sealed.baseAddress.unsafelyUnwrapped
                    try unsafe cipher.seal(
                        text, associated: associated, into: start, tag: start + text.count)
                }
            }
        }
        return sealed
    }

    func open(
        _ sealed: [UInt8], nonce: [UInt8], associated: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        let count = sealed.count - 16
        for index in 0..<12 { unsafe cipher.nonce[index] = nonce[index] }
        return try unsafe Cobblestone.array(of: count) { output throws(CryptoError) in
            try unsafe sealed.span.withUnsafeBufferPointer { sealed throws(CryptoError) in
                try unsafe associated.span.withUnsafeBufferPointer {
                    associated throws(CryptoError) in
                    let start = unsafe UnsafeRawPointer(sealed.baseAddress.unsafelyUnwrapped)
                    try unsafe cipher.open(
                        .init(start: start, count: count), tag: start + count,
                        associated: UnsafeRawBufferPointer(associated), into: output)
                }
            }
        }
    }
}

private func * (bytes: [UInt8], count: Int) -> [UInt8] { (0..<count).flatMap { _ in bytes } }
