import CofferBytes
import CofferCrypto
import CofferFormat
import Testing

@testable import CofferChunks

/// Where files are cut.
@Suite struct ChunkerTests {
    private static func key(_ fill: UInt8) -> MACKey {
        MACKey(SecretBytes(count: 32) { for index in 0..<32 { $0[index] = fill } })
    }

    /// Bytes that look random and are the same in every run (xorshift64*).
    static func bytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        return (0..<count).map { _ in
            state ^= state >> 12
            state ^= state << 25
            state ^= state >> 27
            return UInt8(truncatingIfNeeded: (state &* 0x2545_F491_4F6C_DD1D) >> 56)
        }
    }

    private func sizes(_ bytes: [UInt8], _ chunker: Chunker) -> [Int] {
        var sizes: [Int] = []
        var start = 0
        while start < bytes.count {
            let size = chunker.cut(bytes.span.extracting(start...))
            sizes.append(size)
            start += size
        }
        return sizes
    }

    @Test func everyChunkKeepsToTheLimitsAndTheyAddUp() {
        let bytes = Self.bytes(24 << 20)
        let sizes = sizes(bytes, Chunker(Self.key(7)))
        #expect(sizes.reduce(0, +) == bytes.count)
        for size in sizes.dropLast() {
            #expect((ChunkLimits.least...ChunkLimits.most).contains(size))
        }
        let mean = bytes.count / sizes.count
        #expect((200_000...360_000).contains(mean), "\(mean)")
    }

    @Test(arguments: [0, 1, 65_535, 65_536])
    func aSmallFileIsOneChunk(count: Int) {
        let bytes = Self.bytes(count)
        #expect(Chunker(Self.key(7)).cut(bytes.span) == count)
    }

    @Test func whatNeverCutsEndsAtTheLimit() {
        let zeros = [UInt8](repeating: 0, count: 3 << 20)
        #expect(sizes(zeros, Chunker(Self.key(7))).max() ?? 0 <= ChunkLimits.most)
    }

    /// A byte in the middle moves the cuts around it and no others.
    @Test func anInsertedByteChangesFewChunks() {
        var bytes = Self.bytes(12 << 20)
        let chunker = Chunker(Self.key(7))
        func pieces() -> Set<[UInt8]> {
            var start = 0
            return Set(
                sizes(bytes, chunker).map { size in
                    defer { start += size }
                    return SHA256.hash(Array(bytes[start..<start + size]))
                })
        }
        let before = pieces()
        bytes.insert(42, at: 5 << 20)
        let after = pieces()
        #expect(after.subtracting(before).count <= 3)
        #expect(before.intersection(after).count >= before.count - 3)
    }

    /// The sizes tell nothing to who has another vault.
    @Test func anotherKeyCutsElsewhere() {
        let bytes = Self.bytes(8 << 20)
        let one = sizes(bytes, Chunker(Self.key(7)))
        let other = sizes(bytes, Chunker(Self.key(8)))
        #expect(one != other)
        #expect(Set(one).intersection(Set(other)).count <= 2)
    }

    /// With one core or many, the vault's own key decides, and nothing else.
    @Test func whatIsReadAheadDoesNotMatter() {
        let bytes = Self.bytes(4 << 20)
        let chunker = Chunker(Self.key(9))
        let whole = chunker.cut(bytes.span)
        let least = chunker.cut(bytes.span.extracting(0..<ChunkLimits.most))
        #expect(whole == least)
    }
}
