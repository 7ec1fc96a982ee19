import CofferBytes
import Testing

@Suite struct PaddingTests {
    /// Steps of 16 below 256; above, PADMÉ: E = ⌊log2 n⌋, S = ⌊log2 E⌋ + 1, the E - S low
    /// bits are rounded up.
    @Test(arguments: [
        (0, 16), (1, 16), (16, 16), (17, 32), (255, 256), (256, 256), (257, 272), (272, 272),
        (273, 288), (511, 512), (513, 544), (1_000, 1_024), (1_025, 1_088), (65_537, 67_584),
        (1_000_000, 1_015_808),
    ])
    func padsToTheKnownLength(_ count: Int, _ padded: Int) {
        #expect(Padding.paddedLength(count) == padded)
    }

    @Test func neverShrinksNeverGoesBackAndEndsAtItself() {
        var last = 0
        for count in 0..<100_000 {
            let padded = Padding.paddedLength(count)
            guard padded >= count, padded >= last, Padding.paddedLength(padded) == padded,
                count < 256 || padded - count <= count * 12 / 100
            else {
                Issue.record("\(count) is padded to \(padded)")
                return
            }
            last = padded
        }
    }

    @Test(arguments: [Int.max, Int.max - 1, Int.max / 2, Int.min, -1])
    func doesNotTrapOnLengthsThatNothingHas(_ count: Int) {
        #expect(Padding.paddedLength(count) >= count)
    }
}
