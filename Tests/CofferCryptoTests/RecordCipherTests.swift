import CofferBytes
import CofferCrypto
import Testing

@Suite(.serialized) struct RecordCipherTests {
    private let key = FieldKey(SecretBytes([UInt8](repeating: 9, count: 32)))
    private let other = FieldKey(SecretBytes([UInt8](repeating: 8, count: 32)))
    private let nonce = [UInt8]((100..<124).map { UInt8($0) })

    /// The rule of the record format, computed by the one-shot form.
    @Test(arguments: AES256GCM.Backend.available, [0, 1, 2, 255, 256, 65_535] as [UInt16])
    func sealsAFieldUnderTheNonceXoredWithItsNumber(
        _ backend: AES256GCM.Backend, _ field: UInt16
    ) throws {
        var cipher = try RecordCipher(backend: backend)
        try cipher.begin(key: key, nonce: nonce.span)
        let sealed = try seal(&cipher, field, Array("Baron Strahd".utf8), Array("place".utf8))
        var shifted = nonce
        shifted[22] ^= UInt8(field >> 8)
        shifted[23] ^= UInt8(field & 255)
        let expected = try XAES256GCM.sealForVectors(
            Array("Baron Strahd".utf8), under: key, nonce: shifted,
            associated: Array("place".utf8), backend: .openSSL)
        #expect(sealed == expected)
    }

    @Test(arguments: AES256GCM.Backend.available)
    func opensWhatItSealedAndNothingElse(_ backend: AES256GCM.Backend) throws {
        var cipher = try RecordCipher(backend: backend)
        try cipher.begin(key: key, nonce: nonce.span)
        let text = Array("The crown is false".utf8)
        let place = Array("npc/42".utf8)
        let sealed = try seal(&cipher, 3, text, place)
        #expect(try open(&cipher, 3, sealed, place).get() == text)
        #expect(open(&cipher, 4, sealed, place) == .failure(.authenticationFailed))
        #expect(
            open(&cipher, 3, sealed, Array("npc/43".utf8)) == .failure(.authenticationFailed))
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 0x20
            #expect(open(&cipher, 3, changed, place) == .failure(.authenticationFailed))
        }
        try cipher.begin(key: other, nonce: nonce.span)
        #expect(open(&cipher, 3, sealed, place) == .failure(.authenticationFailed))
        var next = nonce
        next[0] ^= 1
        try cipher.begin(key: key, nonce: next.span)
        #expect(open(&cipher, 3, sealed, place) == .failure(.authenticationFailed))
        try cipher.begin(key: key, nonce: nonce.span)
        #expect(try open(&cipher, 3, sealed, place).get() == text)
    }

    @Test(arguments: AES256GCM.Backend.available)
    func leavesNothingOfAFieldThatDoesNotOpen(_ backend: AES256GCM.Backend) throws {
        var cipher = try RecordCipher(backend: backend)
        try cipher.begin(key: key, nonce: nonce.span)
        var sealed = try seal(&cipher, 1, Array("a secret that is long enough".utf8), [])
        sealed[sealed.count - 1] ^= 1
        let count = sealed.count - 16
        var output = [UInt8](repeating: 0xEE, count: count)
        let error = unsafe sealed.withUnsafeBytes { sealed in
            unsafe output.withUnsafeMutableBytes { output in
                failure { () throws(CryptoError) in
                    try unsafe cipher.open(
                        field: 1, ciphertext: .init(rebasing: sealed[..<count]),
                        tag: .init(rebasing: sealed[count...]),
                        associated: .init(start: nil, count: 0), plaintext: output)
                }
            }
        }
        #expect(error == .authenticationFailed)
        #expect(output == [UInt8](repeating: 0, count: count))
    }

    @Test(arguments: AES256GCM.Backend.available)
    func sealsAFieldOfNoBytes(_ backend: AES256GCM.Backend) throws {
        var cipher = try RecordCipher(backend: backend)
        try cipher.begin(key: key, nonce: nonce.span)
        let sealed = try seal(&cipher, 7, [], [])
        #expect(sealed.count == 16)
        #expect(try open(&cipher, 7, sealed, []).get() == [])
        #expect(open(&cipher, 8, sealed, []) == .failure(.authenticationFailed))
    }

    /// A record with a subject has two scopes: two ciphers, each under its own key.
    @Test func keepsTwoScopesApart() throws {
        var vault = try RecordCipher()
        var subject = try RecordCipher()
        try vault.begin(key: key, nonce: nonce.span)
        try subject.begin(key: other, nonce: nonce.span)
        let text = Array("name".utf8)
        let first = try seal(&vault, 1, text, [])
        let second = try seal(&subject, 1, text, [])
        #expect(first != second)
        #expect(open(&vault, 1, second, []) == .failure(.authenticationFailed))
        #expect(try open(&subject, 1, second, []).get() == text)
    }

    @Test func refusesToWorkBeforeARecordWasBegun() throws {
        var cipher = try RecordCipher()
        #expect(open(&cipher, 0, [UInt8](repeating: 0, count: 20), []) == .failure(.invalidInput))
        let short = [UInt8](repeating: 0, count: 23)
        #expect(throws: CryptoError.invalidInput) {
            try cipher.begin(key: key, nonce: short.span)
        }
    }

    @Test func aFailedBeginForgetsTheRecordBefore() throws {
        var cipher = try RecordCipher()
        try cipher.begin(key: key, nonce: nonce.span)
        let sealed = try seal(&cipher, 0, [1], [])
        let long = [UInt8](repeating: 0, count: 25)
        #expect(
            failure { () throws(CryptoError) in
                try cipher.begin(key: key, nonce: long.span)
            } == .invalidInput)
        #expect(open(&cipher, 0, sealed, []) == .failure(.invalidInput))
    }

    private func seal(
        _ cipher: inout RecordCipher, _ field: UInt16, _ text: [UInt8], _ associated: [UInt8]
    ) throws -> [UInt8] {
        var sealed = [UInt8](repeating: 0, count: text.count + 16)
        try unsafe sealed.withUnsafeMutableBytes { sealed in
            try unsafe text.withUnsafeBytes { text in
                try unsafe associated.withUnsafeBytes { associated in
                    try unsafe cipher.seal(
                        field: field, plaintext: text, associated: associated,
                        ciphertext: .init(rebasing: sealed[..<text.count]),
                        tag: .init(rebasing: sealed[text.count...]))
                }
            }
        }
        return sealed
    }

    private func open(
        _ cipher: inout RecordCipher, _ field: UInt16, _ sealed: [UInt8], _ associated: [UInt8]
    ) -> Result<[UInt8], CryptoError> {
        let count = sealed.count - 16
        var output = [UInt8](repeating: 0, count: count)
        let error = unsafe sealed.withUnsafeBytes { sealed in
            unsafe associated.withUnsafeBytes { associated in
                unsafe output.withUnsafeMutableBytes { output in
                    failure { () throws(CryptoError) in
                        try unsafe cipher.open(
                            field: field, ciphertext: .init(rebasing: sealed[..<count]),
                            tag: .init(rebasing: sealed[count...]), associated: associated,
                            plaintext: output)
                    }
                }
            }
        }
        return error.map { .failure($0) } ?? .success(output)
    }
}
