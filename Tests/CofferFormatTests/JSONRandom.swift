import CofferFormat

/// Random numbers that are the same on every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64 (Steele, Lea, Flood 2014).
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

extension Value {
    /// Any value that JSON can say.
    static func random(depth: Int, using random: inout SeededGenerator) -> Value {
        switch Int.random(in: 0...(depth > 0 ? 9 : 7), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .integer(Int64(truncatingIfNeeded: random.next()))
        case 3: return .integer(Int64.random(in: -20...20, using: &random))
        case 4:
            let double = Double(bitPattern: random.next())
            return double.isFinite ? Value(numberLiteral: double.description) : .double(0.5)
        case 5:
            let literals = ["1e400", "-0", "1.50", "18446744073709551616", "2E-7", "0.10"]
            return .number(literals.randomElement(using: &random) ?? "-0")
        case 6, 7: return .text(.random(using: &random))
        case 8:
            return .array(
                (0..<Int.random(in: 0...5, using: &random)).map { _ in
                    .random(depth: depth - 1, using: &random)
                })
        default:
            return .object(
                (0..<Int.random(in: 0...40, using: &random)).map { index in
                    Member(
                        "\(index)" + .random(using: &random),
                        .random(depth: depth - 2, using: &random))
                })
        }
    }
}

extension String {
    /// A short text with what is hard: controls, quotes, several planes.
    static func random(using random: inout SeededGenerator) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...20, using: &random) {
            let code: UInt32 =
                switch Int.random(in: 0...4, using: &random) {
                case 0: UInt32.random(in: 0...0x1F, using: &random)
                case 1: UInt32.random(in: 0x300...0x36F, using: &random)
                case 2: UInt32.random(in: 0...0x10_FFFF, using: &random)
                default: UInt32.random(in: 0x20...0x7E, using: &random)
                }
            if let scalar = Unicode.Scalar(code) { text.append(scalar) }
        }
        return String(text)
    }
}
