import CofferBytes
import CofferCrypto
import Testing

@Suite struct RandomnessTests {
    @Test func drawsAnotherValueEachTime() throws {
        var seen: Set<[UInt8]> = []
        for _ in 0..<1_000 { seen.insert(try Randomness.system.bytes(24)) }
        #expect(seen.count == 1_000)
        let first = try Randomness.system.secret(32)
        let second = try Randomness.system.secret(32)
        let isEqual = first.isEqual(to: second)
        #expect(!isEqual)
        #expect(try Randomness.system.bytes(0) == [])
    }

    @Test func marksIdentifiersAsVersionFour() throws {
        let identifier = try TestSources.fixed([UInt8](repeating: 0xFF, count: 16)).identifier()
        #expect(identifier.description == "ffffffff-ffff-4fff-bfff-ffffffffffff")
        let zero = try TestSources.fixed([UInt8](repeating: 0, count: 16)).identifier()
        #expect(zero.description == "00000000-0000-4000-8000-000000000000")
    }

    @Test func saysWhenTheKernelHasNone() {
        let expected = CryptoError.randomnessUnavailable(errno: 38)
        let source = TestSources.broken
        #expect(throws: expected) { try source.bytes(1) }
        #expect(throws: expected) { try source.identifier() }
        #expect(failure { () throws(CryptoError) in try source.secret(1) } == expected)
        #expect(failure { () throws(CryptoError) in try SealingKey.random(source) } == expected)
        #expect(throws: expected) {
            let key = SealingKey(SecretBytes([UInt8](repeating: 1, count: 32)))
            return try Cobblestone.seal([1], under: key, context: [], randomness: source)
        }
        let batch = failure { () throws(CryptoError) in
            try NonceBatch(count: 1, randomness: source)
        }
        #expect(batch == expected)
    }
}

@Suite struct NonceBatchTests {
    @Test func givesEachNonceOutOnce() throws {
        let bytes = [UInt8]((0..<72).map { UInt8($0) })
        var batch = try NonceBatch(count: 3, randomness: TestSources.fixed(bytes))
        for index in 0..<3 {
            #expect(batch.remaining == 3 - index)
            let nonce = try batch.next { nonce throws(CryptoError) in nonce.exposed() }
            #expect(nonce == Array(bytes[24 * index..<24 * (index + 1)]))
        }
        let error = failure { () throws(CryptoError) in
            try batch.next { nonce throws(CryptoError) in nonce.count }
        }
        #expect(error == .nonceBatchIsEmpty)
    }

    /// A body that fails may have used the nonce, so it is gone as well.
    @Test func doesNotGiveANonceAgainAfterAFailure() throws {
        let bytes = [UInt8]((0..<48).map { UInt8($0) })
        var batch = try NonceBatch(count: 2, randomness: TestSources.fixed(bytes))
        let error = failure { () throws(CryptoError) in
            try batch.next { _ throws(CryptoError) -> Int in throw .library }
        }
        #expect(error == .library)
        let next = try batch.next { nonce throws(CryptoError) in nonce.exposed() }
        #expect(next == Array(bytes[24...]))
    }

    @Test(arguments: [-1, 1 << 20 + 1, Int.min, Int.max])
    func refusesSizesThatNoTransactionHas(_ count: Int) {
        let error = failure { () throws(CryptoError) in
            try NonceBatch(count: count, randomness: .system)
        }
        guard case .refusedLimit(name: "nonces", _, _) = error else {
            Issue.record("Not refused by limit: \(String(describing: error))")
            return
        }
    }

    @Test func canBeEmpty() throws {
        let batch = try NonceBatch(count: 0, randomness: .system)
        let remaining = batch.remaining
        #expect(remaining == 0)
    }
}

@Suite struct KeyTests {
    @Test func lendTheBytesThatTheyWereMadeFrom() {
        let bytes = [UInt8]((0..<32).map { UInt8($0) })
        #expect(SealingKey(SecretBytes(bytes)).unsafelyExposingBytes { $0.exposed() } == bytes)
        #expect(FieldKey(SecretBytes(bytes)).unsafelyExposingBytes { $0.exposed() } == bytes)
        #expect(MACKey(SecretBytes(bytes)).unsafelyExposingBytes { $0.exposed() } == bytes)
        #expect(SigningKey(SecretBytes(bytes)).unsafelyExposingBytes { $0.exposed() } == bytes)
    }

    @Test func areDrawnFromTheSourceAsTheyAre() throws {
        let bytes = [UInt8]((0..<32).map { UInt8($0) })
        let key = try SealingKey.random(TestSources.fixed(bytes))
        #expect(key.unsafelyExposingBytes { $0.exposed() } == bytes)
    }

    @Test func trapOnAnotherLength() async {
        await #expect(processExitsWith: .failure) {
            _ = SealingKey(SecretBytes(count: 31) { _ in })
        }
        await #expect(processExitsWith: .failure) {
            _ = FieldKey(SecretBytes(count: 33) { _ in })
        }
        await #expect(processExitsWith: .failure) {
            _ = MACKey(SecretBytes(count: 16) { _ in })
        }
        await #expect(processExitsWith: .failure) {
            _ = SigningKey(SecretBytes(count: 64) { _ in })
        }
    }
}
