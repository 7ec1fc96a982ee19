import CofferFormat

@testable import Coffer

/// What the tests of coding encode and decode.
enum CodingSamples {
    /// There and back.
    static func again<Content: Codable>(_ content: Content) throws -> Content {
        try ValueDecoder().decode(Content.self, from: ValueEncoder().encode(content))
    }

    /// What an encoding writes as JSON.
    static func json(_ content: some Encodable) throws -> String {
        String(decoding: JSON.write(try ValueEncoder().encode(content)), as: UTF8.self)
    }

    /// What a type makes of JSON.
    static func read<Content: Decodable>(_ type: Content.Type, _ json: String) throws -> Content {
        try ValueDecoder().decode(type, from: try JSON.parse(Array(json.utf8)))
    }

    /// Every width that there is.
    struct Widths: Codable, Equatable {
        var int: Int
        var int8: Int8
        var int16: Int16
        var int32: Int32
        var int64: Int64
        var int128: Int128
        var uint: UInt
        var uint8: UInt8
        var uint16: UInt16
        var uint32: UInt32
        var uint64: UInt64
        var uint128: UInt128
        var float: Float
        var double: Double
        var bool: Bool
        var string: String

        static func random(_ dice: inout CodingDice) -> Widths {
            Widths(
                int: dice.integer(Int.self), int8: dice.integer(Int8.self),
                int16: dice.integer(Int16.self), int32: dice.integer(Int32.self),
                int64: dice.integer(Int64.self), int128: dice.integer(Int128.self),
                uint: dice.integer(UInt.self), uint8: dice.integer(UInt8.self),
                uint16: dice.integer(UInt16.self), uint32: dice.integer(UInt32.self),
                uint64: dice.integer(UInt64.self), uint128: dice.integer(UInt128.self),
                float: dice.float(), double: dice.double(), bool: dice.number(2) == 1,
                string: dice.text())
        }
    }

    /// An enum with raw values.
    enum Mood: String, Codable, CaseIterable { case calm, angry }

    /// An enum with associated values, coded as the compiler does it.
    enum Deed: Codable, Equatable {
        case rest
        case walk(steps: Int, to: String?)
        case say(String, Mood)
        indirect case both(Deed, Deed)

        static func random(_ dice: inout CodingDice, depth: Int = 3) -> Deed {
            switch dice.number(depth > 0 ? 4 : 3) {
            case 0: .rest
            case 1:
                .walk(
                    steps: dice.integer(Int.self), to: dice.number(2) == 0 ? nil : dice.text())
            case 2: .say(dice.text(), dice.pick(Mood.allCases))
            default:
                .both(random(&dice, depth: depth - 1), random(&dice, depth: depth - 1))
            }
        }
    }

    /// Something of everything that the compiler codes.
    struct Sheet: Codable, Equatable {
        var id: String
        var level: Int?
        var nothing: String?
        var widths: Widths
        var deeds: [Deed]
        var moods: [String: Mood]
        var numbers: [Int: [Double?]]
        var odd: [[Int8]: String]
        var tags: Set<String>
        var bytes: [UInt8]
        var nested: [[String: [Deed?]]]

        static func random(_ dice: inout CodingDice) -> Sheet {
            var sheet = Sheet(
                id: dice.text(), level: dice.number(2) == 0 ? nil : dice.integer(Int.self),
                nothing: nil, widths: .random(&dice), deeds: [], moods: [:], numbers: [:],
                odd: [:], tags: [], bytes: [], nested: [])
            for _ in 0..<dice.number(5) {
                sheet.deeds.append(.random(&dice))
                sheet.moods[dice.text()] = dice.pick(Mood.allCases)
                sheet.numbers[dice.integer(Int.self)] = [nil, dice.double()]
                sheet.odd[[dice.integer(Int8.self), 1]] = dice.text()
                sheet.tags.insert(dice.text())
                sheet.bytes.append(dice.integer(UInt8.self))
                sheet.nested.append([dice.text(): [nil, .random(&dice)]])
            }
            return sheet
        }
    }

    /// A class.
    class Animal: Codable {
        var name: String

        init(name: String) { self.name = name }
    }

    /// Its subclass, which keeps the superclass's part apart.
    final class Dog: Animal {
        var legs: Int

        private enum CodingKeys: CodingKey { case legs }

        init(name: String, legs: Int) {
            self.legs = legs
            super.init(name: name)
        }

        required init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            legs = try container.decode(Int.self, forKey: .legs)
            try super.init(from: container.superDecoder())
        }

        override func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try super.encode(to: container.superEncoder())
            try container.encode(legs, forKey: .legs)
        }
    }

    /// A list, deep as one likes.
    indirect enum Chain: Codable {
        case end
        case link(Chain)
    }
}
