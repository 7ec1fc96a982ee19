import CofferFuzzing
import Testing

/// A few seconds of what the fuzz targets do for as long as one likes: inputs that are made of
/// valid ones, always the same.
@Suite struct MutationTests {
    /// How many inputs each target is given.
    private static let runs = 3_000

    @Test(arguments: FuzzTarget.allCases)
    func noMutatedInputBreaksWhatMustHold(_ target: FuzzTarget) throws {
        let seeds = target.seeds
        #expect(!seeds.isEmpty)
        for seed in seeds {
            let problem = target.problem(with: seed)
            #expect(problem == nil, "\(target) seed")
        }
        var mutator = Mutator(seed: 0x9E37_79B9_7F4A_7C15)
        let start = ContinuousClock.now
        var count = 0
        while count < Self.runs, ContinuousClock.now - start < .seconds(4) {
            let input = mutator.input(from: seeds)
            if let problem = target.problem(with: input) {
                Issue.record("\(target): \(problem): \(input)")
                break
            }
            count += 1
        }
        print("mutations, \(target): \(count) from \(seeds.count) seeds")
        #expect(count > 100)
    }
}
