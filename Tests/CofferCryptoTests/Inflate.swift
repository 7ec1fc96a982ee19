/// Unpacks zlib streams (RFC 1950, RFC 1951), in which some vectors hold their messages.
struct Inflate {
    private struct Malformed: Error {}
    private struct Code {
        var counts = [Int](repeating: 0, count: 16)
        var symbols: [Int] = []

        init(_ lengths: [Int]) {
            for length in lengths where length > 0 { counts[length] += 1 }
            for length in 1...15 {
                for (symbol, other) in lengths.enumerated() where other == length {
                    symbols.append(symbol)
                }
            }
        }
    }

    private let input: [UInt8]
    private var bit = 16  // The two bytes of the zlib header tell nothing needed here.
    private var output: [UInt8] = []

    private init(_ input: [UInt8]) { self.input = input }

    static func bytes(of zlib: [UInt8]) throws -> [UInt8] {
        var inflate = Inflate(zlib)
        try inflate.run()
        return inflate.output
    }

    private mutating func bits(_ count: Int) throws -> Int {
        var value = 0
        for index in 0..<count {
            guard bit >> 3 < input.count else { throw Malformed() }
            value |= Int(input[bit >> 3] >> UInt8(bit & 7) & 1) << index
            bit += 1
        }
        return value
    }

    private mutating func symbol(_ code: Code) throws -> Int {
        var value = 0
        var first = 0
        var index = 0
        for length in 1...15 {
            value |= try bits(1)
            let count = code.counts[length]
            if value - count < first { return code.symbols[index + value - first] }
            index += count
            first = (first + count) << 1
            value <<= 1
        }
        throw Malformed()
    }

    private mutating func run() throws {
        var isLast = false
        while !isLast {
            isLast = try bits(1) == 1
            switch try bits(2) {
            case 0: try stored()
            case 1:
                let lengths = (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
                try block(Code(lengths), Code([Int](repeating: 5, count: 30)))
            case 2: try dynamic()
            default: throw Malformed()
            }
        }
    }

    private mutating func stored() throws {
        bit = (bit + 7) / 8 * 8
        let count = try bits(16)
        _ = try bits(16)
        for _ in 0..<count { output.append(UInt8(try bits(8))) }
    }

    private mutating func dynamic() throws {
        let literals = try bits(5) + 257
        let distances = try bits(5) + 1
        let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
        var short = [Int](repeating: 0, count: 19)
        for index in 0..<(try bits(4) + 4) { short[order[index]] = try bits(3) }
        let code = Code(short)
        var lengths: [Int] = []
        while lengths.count < literals + distances {
            switch try symbol(code) {
            case 16:
                guard let last = lengths.last else { throw Malformed() }
                lengths += [Int](repeating: last, count: try bits(2) + 3)
            case 17: lengths += [Int](repeating: 0, count: try bits(3) + 3)
            case 18: lengths += [Int](repeating: 0, count: try bits(7) + 11)
            case let length: lengths.append(length)
            }
        }
        try block(Code(Array(lengths[..<literals])), Code(Array(lengths[literals...])))
    }

    private static let lengthBase = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115,
        131, 163, 195, 227, 258,
    ]

    private mutating func block(_ literals: Code, _ distances: Code) throws {
        while true {
            let value = try symbol(literals)
            if value == 256 { return }
            if value < 256 {
                output.append(UInt8(value))
                continue
            }
            let length = value - 257
            guard length < 29 else { throw Malformed() }
            let extra = length < 8 || length == 28 ? 0 : (length - 4) / 4
            let count = try Self.lengthBase[length] + bits(extra)
            let step = try symbol(distances)
            let more = step < 4 ? 0 : (step - 2) / 2
            let base = step < 4 ? step + 1 : (2 + step & 1) << more + 1
            let distance = try base + bits(more)
            guard distance <= output.count else { throw Malformed() }
            for _ in 0..<count { output.append(output[output.count - distance]) }
        }
    }
}
