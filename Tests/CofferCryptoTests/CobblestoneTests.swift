import CofferBytes
import Testing

@testable import CofferCrypto

@Suite struct CobblestoneTests {
    private let key = SealingKey(SecretBytes([UInt8](repeating: 9, count: 32)))
    private let other = SealingKey(SecretBytes([UInt8](repeating: 8, count: 32)))

    /// Wycheproof, C2SP chunked encryption, vector 9, with its salt as the source.
    @Test func givesTheKnownAnswer() throws {
        let key = SealingKey(
            SecretBytes(hex("59454c4c4f57205355424d4152494e452059454c4c4f57205355424d4152494e")))
        let sealed = hex(
            """
            dbedaefc1c35dc6c0f22b743b03e488747166a51f33479e7
            ceb8b7e11cc0d2710f624a127501bc4aea7d0af6f83cfe359b9e69415aa537f3
            6adf86eb35b070475baa039bb7791432adbca49578bbd3
            """)
        let context = Array("test context".utf8)
        let text = try Cobblestone.open(sealed, under: key, context: context)
        #expect(SHA256.hash(text).count == 32)
        #expect(text.count == 7)
        let again = try Cobblestone.seal(
            text, under: key, context: context,
            randomness: TestSources.fixed(Array(sealed[..<24])))
        #expect(again == sealed)
    }

    /// Around each border of the blocks.
    private static let sizes = [
        0, 1, 15, 16, 17, 100, 16_383, 16_384, 16_385, 32_767, 32_768, 32_769, 100_000,
    ]

    @Test(arguments: sizes)
    func opensWhatItSealed(_ size: Int) throws {
        let text = try Randomness.system.bytes(size)
        let sealed = try Cobblestone.seal(
            text, under: key, context: [1, 2], randomness: .system)
        #expect(sealed.count == Cobblestone.sealedSize(forPlain: size))
        #expect(Cobblestone.plainSize(ofSealed: sealed.count) == size)
        #expect(try Cobblestone.open(sealed, under: key, context: [1, 2]) == text)
    }

    @Test func neverSealsTwiceAlike() throws {
        let first = try Cobblestone.seal([1], under: key, context: [], randomness: .system)
        let second = try Cobblestone.seal([1], under: key, context: [], randomness: .system)
        #expect(first[..<24] != second[..<24])
        #expect(first[56...] != second[56...])
    }

    @Test func refusesEveryChangedByteAndEveryOtherLength() throws {
        let sealed = try Cobblestone.seal(
            Array("the regent is a doppelganger".utf8), under: key, context: [],
            randomness: .system)
        for index in sealed.indices {
            for bit in [1, 0x80] as [UInt8] {
                var changed = sealed
                changed[index] ^= bit
                #expect(refuses(changed))
            }
        }
        for count in 0..<sealed.count { #expect(refuses(Array(sealed[..<count]))) }
        #expect(refuses(sealed + [0]))
        #expect(refuses(sealed + sealed))
    }

    @Test func refusesBlocksThatAreCutOffMovedOrDoubled() throws {
        let sealed = try Cobblestone.seal(
            [UInt8](repeating: 1, count: 40_000), under: key, context: [], randomness: .system)
        let block = Cobblestone.sealedBlockSize
        let header = Array(sealed[..<56])
        let first = Array(sealed[56..<56 + block])
        let second = Array(sealed[56 + block..<56 + 2 * block])
        let last = Array(sealed[(56 + 2 * block)...])
        #expect(refuses(header))
        #expect(refuses(header + first))
        #expect(refuses(header + first + second))
        #expect(refuses(header + first + last))
        #expect(refuses(header + second + first + last))
        #expect(refuses(header + first + first + last))
        #expect(refuses(sealed + last))
        #expect(try Cobblestone.open(sealed, under: key, context: []).count == 40_000)
    }

    @Test func refusesAnotherKeyAndAnotherContext() throws {
        let sealed = try Cobblestone.seal([1], under: key, context: [1], randomness: .system)
        for context in [[], [2], [1, 0], [0, 1]] as [[UInt8]] {
            #expect(throws: CryptoError.authenticationFailed) {
                try Cobblestone.open(sealed, under: key, context: context)
            }
        }
        #expect(throws: CryptoError.authenticationFailed) {
            try Cobblestone.open(sealed, under: other, context: [1])
        }
    }

    @Test func keepsSecretsInLockedMemory() throws {
        let secret = try Randomness.system.secret(32)
        let sealed = try Cobblestone.sealSecret(
            secret, under: key, context: [], randomness: .system)
        let opened = try Cobblestone.openSecret(sealed, under: key, context: [])
        let isEqual = opened.isEqual(to: secret)
        #expect(isEqual)
        let empty = try Cobblestone.seal([], under: key, context: [], randomness: .system)
        let error = failure { () throws(CryptoError) in
            try Cobblestone.openSecret(empty, under: key, context: [])
        }
        #expect(error == .invalidInput)
        let broken = failure { () throws(CryptoError) in
            try Cobblestone.openSecret(Array(sealed.dropLast()), under: key, context: [])
        }
        #expect(broken == .authenticationFailed)
    }

    @Test func knowsWhichSizesAMessageCanHave() {
        #expect(Cobblestone.plainSize(ofSealed: 0) == nil)
        #expect(Cobblestone.plainSize(ofSealed: -1) == nil)
        #expect(Cobblestone.plainSize(ofSealed: 71) == nil)
        #expect(Cobblestone.plainSize(ofSealed: 72) == 0)
        #expect(Cobblestone.plainSize(ofSealed: 72 + 16_383) == 16_383)
        #expect(Cobblestone.plainSize(ofSealed: 56 + 16_400) == nil)
        #expect(Cobblestone.plainSize(ofSealed: 56 + 16_400 + 15) == nil)
        #expect(Cobblestone.plainSize(ofSealed: 56 + 16_400 + 16) == 16_384)
        #expect(Cobblestone.plainSize(ofSealed: Int.max) == nil)
        for size in 0..<40_000 {
            let sealed = Cobblestone.sealedSize(forPlain: size)
            guard Cobblestone.plainSize(ofSealed: sealed) == size else {
                Issue.record("The sizes do not fit at \(size)")
                return
            }
        }
    }

    /// The key object is shared: a lock keeps one worker's derivation apart from another's.
    @Test func sharesAKeyAmongWorkers() async throws {
        let key = key
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<4 as Range<UInt8> {
                group.addTask {
                    for round in 0..<200 {
                        let text = [UInt8](repeating: worker, count: round)
                        let sealed = try Cobblestone.seal(
                            text, under: key, context: [worker], randomness: .system)
                        let opened = try Cobblestone.open(sealed, under: key, context: [worker])
                        #expect(opened == text)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func refuses(_ sealed: [UInt8]) -> Bool {
        failure { () throws(CryptoError) in
            try Cobblestone.open(sealed, under: key, context: [])
        } == .authenticationFailed
    }
}
