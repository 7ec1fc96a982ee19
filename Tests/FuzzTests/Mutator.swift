/// Makes inputs out of valid ones, the same ones for the same seed.
struct Mutator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    private mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }

    /// One of the seeds with one to six changes.
    mutating func input(from seeds: [[UInt8]]) -> [UInt8] {
        var input = seeds[below(seeds.count)]
        for _ in 0...below(6) { change(&input, seeds) }
        return input
    }

    private mutating func change(_ input: inout [UInt8], _ seeds: [[UInt8]]) {
        let place = below(input.count + 1)
        switch below(9) {
        case 0 where place < input.count: input[place] ^= 1 << UInt8(below(8))
        case 1 where place < input.count: input[place] = UInt8(truncatingIfNeeded: next())
        case 2: input.insert(UInt8(truncatingIfNeeded: next()), at: place)
        case 3 where place < input.count:
            input.removeSubrange(place..<min(input.count, place + 1 + below(8)))
        case 4: input.removeSubrange(place...)
        case 5:
            // A length or a number at one of its ends.
            let ends: [[UInt8]] = [
                [0, 0], [0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0],
                [0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0, 0, 0, 0, 0],
            ]
            let end = ends[below(ends.count)]
            input.replaceSubrange(place..<min(input.count, place + end.count), with: end)
        case 6:
            let other = seeds[below(seeds.count)]
            let from = below(other.count)
            input.insert(
                contentsOf: other[from..<min(other.count, from + 1 + below(40))], at: place)
        case 7 where place < input.count:
            let part = input[place..<min(input.count, place + 1 + below(16))]
            input.insert(contentsOf: part, at: below(input.count + 1))
        default:
            let words = [
                "\"", "\\u0000", "[", "}", ",", "1e999", "-0", "\r\n", "\u{FEFF}", "$$", ":",
            ]
            input.insert(contentsOf: Array(words[below(words.count)].utf8), at: place)
        }
    }
}
