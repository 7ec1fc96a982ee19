import CofferFormat

/// Random numbers, always the same ones for a seed (splitmix64).
struct CodingDice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// A number from 0 to one below the bound.
    mutating func number(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    /// One of several.
    mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices[number(choices.count)] }

    /// An integer of any size: the large ones are not the only ones that matter.
    mutating func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) -> Integer {
        switch number(5) {
        case 0: .min
        case 1: .max
        case 2: Integer(truncatingIfNeeded: next() & 7)
        default: Integer(truncatingIfNeeded: next()) &* Integer(truncatingIfNeeded: next())
        }
    }

    /// A finite double of any bits.
    mutating func double() -> Double {
        let edges: [Double] = [
            0, -0.0, 1, 0.1, 1e23, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 1 / 3,
        ]
        if number(3) == 0 { return pick(edges) }
        let double = Double(bitPattern: next())
        return double.isFinite ? double : 0.5
    }

    /// A finite float of any bits.
    mutating func float() -> Float {
        let float = Float(bitPattern: UInt32(truncatingIfNeeded: next()))
        return float.isFinite ? float : 0.1
    }

    /// Text of a few scalars, odd ones among them.
    mutating func text() -> String {
        let scalars: [Unicode.Scalar] = [
            "a", "b", "'", "\"", "\\", "\u{0}", "\u{1F}", "\u{EB}", "e", "\u{308}", "\u{1F432}",
            "\u{10FFFF}", "/", "$", ".", " ", "\r", "\n",
        ]
        var text = ""
        for _ in 0..<number(6) { text.unicodeScalars.append(pick(scalars)) }
        return text
    }
}
