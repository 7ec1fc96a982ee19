import CofferBytes
import Testing

@Suite struct Sum256Tests {
    private func code(_ seed: UInt64) -> [UInt8] {
        var state = seed
        return (0..<32).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
    }

    /// Addition by hand, digit by digit, as the reference.
    private func add(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        var sum = [UInt8](repeating: 0, count: 32)
        var carry = 0
        for index in (0..<32).reversed() {
            let total = Int(left[index]) + Int(right[index]) + carry
            sum[index] = UInt8(total & 255)
            carry = total >> 8
        }
        return sum
    }

    @Test func addsModuloTwoToThe256() {
        var sum = Sum256()
        var reference = [UInt8](repeating: 0, count: 32)
        for seed in 0..<1_000 as Range<UInt64> {
            sum.add(code(seed).span)
            reference = add(reference, code(seed))
            #expect(sum.bytes == reference)
        }
    }

    @Test func carriesThroughEveryWordAndOutAtTheTop() {
        let most = [UInt8](repeating: 0xFF, count: 32)
        let one = [UInt8](repeating: 0, count: 31) + [1]
        var sum = Sum256()
        sum.add(most.span)
        sum.add(one.span)
        #expect(sum == Sum256())
        sum.subtract(one.span)
        #expect(sum.bytes == most)
    }

    @Test func doesNotDependOnOrder() {
        var forward = Sum256()
        var backward = Sum256()
        for seed in 0..<50 as Range<UInt64> {
            forward.add(code(seed).span)
            backward.add(code(49 - seed).span)
        }
        #expect(forward == backward)
        #expect(forward != Sum256())
    }

    @Test func letsRowsLeaveAgain() {
        var sum = Sum256()
        for seed in 0..<50 as Range<UInt64> { sum.add(code(seed).span) }
        for seed in 0..<50 as Range<UInt64> { sum.subtract(code(seed).span) }
        #expect(sum == Sum256())
    }

    @Test func joinsTheSumsOfTwoCores() {
        var whole = Sum256()
        var parts = [Sum256(), Sum256()]
        for seed in 0..<51 as Range<UInt64> {
            whole.add(code(seed).span)
            parts[Int(seed % 2)].add(code(seed).span)
        }
        var joined = parts[0]
        joined.add(parts[1])
        #expect(joined == whole)
    }

    @Test func readsBackItsOwnBytesOnly() {
        #expect(Sum256(code(3))?.bytes == code(3))
        #expect(Sum256([]) == nil)
        #expect(Sum256([UInt8](repeating: 0, count: 31)) == nil)
        #expect(Sum256([UInt8](repeating: 0, count: 33)) == nil)
    }

    @Test func trapsOnAShortCode() async {
        await #expect(processExitsWith: .failure) {
            var sum = Sum256()
            let short: [UInt8] = [1, 2, 3]
            sum.add(short.span)
        }
    }
}
