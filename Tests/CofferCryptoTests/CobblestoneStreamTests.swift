import CofferBytes
import CofferCrypto
import Testing

@Suite struct CobblestoneStreamTests {
    private let key = SealingKey(SecretBytes([UInt8](repeating: 9, count: 32)))

    /// The whole and the pieces use the same salt here, so every byte can be compared.
    @Test(
        arguments: [0, 1, 16_383, 16_384, 16_385, 50_000],
        [1_000, 16_383, 16_384, 16_400, 40_000])
    func sealsPiecesLikeTheWhole(_ size: Int, _ piece: Int) throws {
        let text = try Randomness.system.bytes(size)
        let salt = try Randomness.system.bytes(56)
        let whole = try Cobblestone.seal(
            text, under: key, context: [3], randomness: TestSources.fixed(salt))
        var sealer = try Cobblestone.Sealer(
            under: key, context: [3], randomness: TestSources.fixed(salt))
        var sealed = sealer.header
        for part in pieces(of: text, piece) { try sealer.update(part.span, into: &sealed) }
        try sealer.finish(into: &sealed)
        #expect(sealed == whole)

        var opener = try Cobblestone.Opener(
            header: Array(sealed[..<56]).span, under: key, context: [3])
        var opened: [UInt8] = []
        for part in pieces(of: Array(sealed[56...]), piece) {
            try opener.update(part.span, into: &opened)
        }
        try opener.finish(into: &opened)
        #expect(opened == text)
    }

    @Test func keepsFailingAfterAFailure() throws {
        let text = [UInt8](repeating: 5, count: 40_000)
        let sealed = try Cobblestone.seal(text, under: key, context: [], randomness: .system)
        var opener = try Cobblestone.Opener(
            header: Array(sealed[..<56]).span, under: key, context: [])
        var opened: [UInt8] = []
        try opener.update(Array(sealed[56..<56 + 16_400]).span, into: &opened)
        #expect(opened == Array(text[..<16_384]))
        let second = Array(sealed[56 + 16_400..<56 + 32_800])
        // Even the true block is refused once a wrong one has stood in its place.
        for block in [[second[0] ^ 1] + second[1...], second, Array(sealed[(56 + 32_800)...])] {
            let error = failure { () throws(CryptoError) in
                try opener.update(block.span, into: &opened)
            }
            #expect(error == .authenticationFailed)
        }
        do throws(CryptoError) {
            try opener.finish(into: &opened)
            Issue.record("A broken message ended well")
        } catch {
            #expect(error == .authenticationFailed)
        }
        #expect(opened.count == 16_384)
    }

    @Test func readsAnyPartAndProvesTheEnd() throws {
        let text = try Randomness.system.bytes(70_000)
        let sealed = try Cobblestone.seal(text, under: key, context: [], randomness: .system)
        var reader = try Cobblestone.Reader(
            header: Array(sealed[..<56]).span, sealedSize: sealed.count, under: key, context: [])
        let sizes = (reader.plainSize, reader.blockCount)
        #expect(sizes == (70_000, 5))
        for range in [0..<1, 16_383..<16_385, 20_000..<50_000, 0..<70_000, 69_999..<70_000] {
            let blocks = try reader.blocks(holding: range)
            let bytes = Array(sealed[try reader.sealedRange(of: blocks)])
            let opened = try reader.open(bytes.span, blocks: blocks)
            let start = range.lowerBound - blocks.lowerBound * Cobblestone.blockSize
            #expect(Array(opened[start..<start + range.count]) == Array(text[range]))
        }
        let isProved = reader.isEndProved
        #expect(isProved)
    }

    @Test func doesNotTakeACutMessageForAWholeOne() throws {
        let sealed = try Cobblestone.seal(
            [UInt8](repeating: 1, count: 40_000), under: key, context: [], randomness: .system)
        let size = 56 + 16_400 + 1_000
        var reader = try Cobblestone.Reader(
            header: Array(sealed[..<56]).span, sealedSize: size, under: key, context: [])
        let bytes = Array(sealed[try reader.sealedRange(of: 1..<2)])
        let error = failure { () throws(CryptoError) in
            try reader.open(bytes.span, blocks: 1..<2)
        }
        #expect(error == .authenticationFailed)
        let wasProved = reader.isEndProved
        #expect(!wasProved)
        let first = Array(sealed[try reader.sealedRange(of: 0..<1)])
        _ = try reader.open(first.span, blocks: 0..<1)
        let isProved = reader.isEndProved
        #expect(!isProved)
    }

    @Test func refusesWhatTheMessageDoesNotHave() throws {
        let sealed = try Cobblestone.seal([1, 2], under: key, context: [], randomness: .system)
        let header = Array(sealed[..<56])
        var reader = try Cobblestone.Reader(
            header: header.span, sealedSize: sealed.count, under: key, context: [])
        for range in [0..<3, -1..<1, 3..<3] {
            let error = failure { () throws(CryptoError) in try reader.blocks(holding: range) }
            #expect(error == .invalidInput)
        }
        for blocks in [0..<2, -1..<0, Int.min..<Int.max] {
            let error = failure { () throws(CryptoError) in try reader.sealedRange(of: blocks) }
            #expect(error == .invalidInput)
        }
        #expect(try reader.sealedRange(of: 1..<1) == sealed.count..<sealed.count)
        #expect(try reader.blocks(holding: 2..<2).isEmpty)
        let nothing: [UInt8] = []
        #expect(try reader.open(nothing.span, blocks: 1..<1) == [])
        let short = failure { () throws(CryptoError) in
            try reader.open(Array(sealed[57...]).span, blocks: 0..<1)
        }
        #expect(short == .invalidInput)
        for size in [0, 56, 71, 56 + 16_400, -1, Int.max] {
            let error = failure { () throws(CryptoError) in
                try Cobblestone.Reader(
                    header: header.span, sealedSize: size, under: key, context: [])
            }
            #expect(error == .authenticationFailed)
        }
    }

    private func pieces(of bytes: [UInt8], _ size: Int) -> [[UInt8]] {
        stride(from: 0, to: bytes.count, by: size).map {
            Array(bytes[$0..<min($0 + size, bytes.count)])
        }
    }
}
