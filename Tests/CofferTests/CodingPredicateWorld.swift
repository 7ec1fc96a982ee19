import CofferFormat
import CofferRecords
import CofferSQLite
import Testing

@testable import Coffer

/// A record for the tests of predicates; the last five are not in the schema.
struct PredicateThing: Codable {
    /// Text or a number.
    enum Code: Codable {
        case text(String)
        case number(Double)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Double.self) {
                self = .number(number)
            } else {
                self = .text(try container.decode(String.self))
            }
        }

        func encode(to encoder: any Encoder) throws {
            switch self {
            case .text(let text): try text.encode(to: encoder)
            case .number(let number): try number.encode(to: encoder)
            }
        }

        var text: String? { if case .text(let text) = self { text } else { nil } }
        var number: Double? { if case .number(let number) = self { number } else { nil } }
    }

    enum Mood: String, Codable, CaseIterable { case calm, angry, afraid }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case id, name, level, rank, ratio, alive, seed, mood, tags, code
        case isTrue = "true"
        case value, key
        case quoted = #"a "b" 'c'; -- [d] `e` )"#
        case select
        case accented = "\u{E9}"
        case capital = "Name"
        case own = "coffer_extra"
        case nick, score, steps, live
        case marks = #"m"'$.[0]"#
    }

    var id: String
    var name: String?
    var level: Int?
    var rank: Int16?
    var ratio: Double?
    var alive: Bool?
    var seed: UInt64?
    var mood: Mood?
    var tags: [String]?
    var code: Code?
    var isTrue: Int?
    var value: [Int]?
    var key: [String]?
    var quoted: String?
    var select: Int?
    var accented: String?
    var capital: String?
    var own: String?
    var nick: String?
    var score: Double?
    var steps: Int?
    var live: Bool?
    var marks: [Int]?
}

/// A vault with records, and the same records in Swift.
final class PredicateWorld {
    let scratch: Scratch
    let vault: Vault
    let things: [PredicateThing]

    static let schema = #"""
        {"title":"things","required":["id"],"properties":{
         "id":{"type":"string"},"name":{"type":["string","null"],"coffer:index":true},
         "level":{"type":["integer","null"],"coffer:index":true},
         "rank":{"type":["integer","null"],"coffer:plain":true},
         "ratio":{"type":["number","null"]},"alive":{"type":["boolean","null"]},
         "seed":{"type":["integer","null"]},"mood":{"type":["string","null"]},
         "tags":{"type":["array","null"]},"code":{"type":["string","number","null"],"coffer:index":true},"true":{"type":"integer"},
         "value":{"type":"array"},"key":{},"a \"b\" 'c'; -- [d] `e` )":{"type":"string"},
         "select":{"type":"integer"},"\u00e9":{"type":"string"},"Name":{"type":"string"},
         "coffer_extra":{"type":"string"}}}
        """#

    /// Texts that SQL, JSON or Unicode could trip over.
    static let texts = [
        "Anna", "anna", "Zo\u{EB}", "Zoe\u{308}", "5", "05", "", "O'Neil", "%_x", "a\"b",
        "x'); DROP TABLE things; --", "\\", "null", "true", "[1,2]", "{\"a\":1}", "Bob \u{1F432}",
        "\u{10FFFF}", "\u{E000}", "Ann", "a\nb", ":coffer_1", "?1", "$.a", "1e3",
    ]

    init(_ count: Int, seed: UInt64 = 7) throws {
        scratch = try Scratch()
        vault = try scratch.vault()
        _ = try vault.apply([SchemaSource(name: "things", json: Array(Self.schema.utf8))])
        var dice = CodingDice(seed: seed)
        let things = (0..<count).map { Self.thing($0, &dice) }
        self.things = things
        try vault.records.write { writer in
            let plan = try writer.plan(named: "things")
            for thing in things {
                var value = try ValueEncoder().encode(thing)
                // Some of what is absent is null; to a predicate that is the same.
                if dice.number(2) == 0, case .object(let members) = value, thing.level == nil {
                    value = .object(members + [Value.Member("level", .null)])
                }
                _ = try writer.put(value, in: plan, existing: .fail)
            }
        }
    }

    /// A text of the list, some with a NUL in it.
    static func text(_ dice: inout CodingDice) -> String {
        let text = dice.pick(texts)
        return dice.number(8) == 0 ? "a\u{0}" + text : text
    }

    private static func thing(_ number: Int, _ dice: inout CodingDice) -> PredicateThing {
        var thing = PredicateThing(id: "t\(number)")
        func some(_ dice: inout CodingDice) -> Bool { dice.number(4) > 0 }
        if some(&dice) { thing.name = text(&dice) }
        if some(&dice) { thing.level = dice.number(7) - 2 }
        if some(&dice) { thing.rank = Int16(dice.number(5)) }
        if some(&dice) { thing.ratio = dice.pick([0, 0.1, -1.5, 2, 1e300, 2.5]) }
        if some(&dice) { thing.alive = dice.number(2) == 0 }
        if some(&dice) { thing.seed = dice.pick(seeds) }
        if some(&dice) { thing.mood = dice.pick(PredicateThing.Mood.allCases) }
        if some(&dice) { thing.tags = (0..<dice.number(4)).map { _ in dice.pick(texts) } }
        if some(&dice) {
            thing.code =
                dice.number(2) == 0 ? .text(text(&dice)) : .number(Double(dice.number(4)) / 2)
        }
        if some(&dice) { thing.isTrue = dice.number(3) }
        if some(&dice) { thing.value = (0..<dice.number(3)).map { _ in dice.number(3) } }
        if some(&dice) { thing.key = (0..<dice.number(3)).map { _ in dice.pick(texts) } }
        if some(&dice) { thing.quoted = text(&dice) }
        if some(&dice) { thing.select = dice.number(3) }
        if some(&dice) { thing.accented = text(&dice) }
        if some(&dice) { thing.capital = text(&dice) }
        if some(&dice) { thing.own = text(&dice) }
        if some(&dice) { thing.nick = dice.pick(texts) }
        if some(&dice) { thing.score = dice.pick([0, 0.1, -1.5, 2]) }
        if some(&dice) { thing.steps = dice.number(4) }
        if some(&dice) { thing.live = dice.number(2) == 0 }
        if some(&dice) { thing.marks = (0..<dice.number(3)).map { _ in dice.number(3) } }
        return thing
    }

    static let seeds: [UInt64] = [
        0, 1, 1 << 53, 1 << 53 + 1, UInt64(Int64.max), 1 << 63, .max, .max - 1,
        9_300_000_000_000_000_000,
    ]

    /// The own keys of the records that a predicate finds, in the order of the rows.
    func keys(_ predicate: Predicate?) throws -> [String] {
        try vault.records.read { reader in
            let plan = try reader.plan(named: "things")
            var keys: [String] = []
            try reader.records(where: predicate, in: plan) { record in
                if case .text(let key)? = record.key { keys.append(key) }
                return true
            }
            #expect(try reader.count(where: predicate, in: plan) == keys.count)
            return keys
        }
    }

    /// The own keys of the records that Swift finds.
    func keys(_ holds: (PredicateThing) -> Bool) -> [String] {
        things.filter(holds).map(\.id)
    }

    /// How SQLite goes about a predicate.
    func queryPlan(_ predicate: Predicate) throws -> String {
        try vault.records.read { reader in
            let plan = try reader.plan(named: "things")
            var compiler = PredicateCompiler(reader, plan)
            let expression = try compiler.compile(predicate)
            var lines: [String] = []
            try QueryEngine(reader).run(
                "EXPLAIN QUERY PLAN SELECT coffer_id FROM things WHERE (\(expression)) "
                    + "ORDER BY rowid", parameters: compiler.parameters
            ) { row in
                lines.append(row.statement.text(3))
                return true
            }
            return lines.joined(separator: " / ")
        }
    }
}
