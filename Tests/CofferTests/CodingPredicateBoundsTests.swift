import CofferFormat
import CofferRecords
import Testing

@testable import Coffer

/// What a predicate refuses, and what cannot break out of it.
@Suite struct CodingPredicateBoundsTests {
    private func refusal(_ world: PredicateWorld, _ predicate: Predicate) -> String? {
        do {
            _ = try world.keys(predicate)
            return nil
        } catch let error as VaultError {
            return "\(error.code): \(error.message)"
        } catch { return "\(error)" }
    }

    /// Every text as a name and as a value: it is only ever a name or a value.
    @Test func namesAndValuesNeverBecomeSQL() throws {
        let world = try PredicateWorld(20)
        let hostile =
            PredicateWorld.texts + [
                "level\" = 3 OR \"level", "\"", "'", "`", "]", "/*", "--", ";", "level", "LEVEL",
                "things.level", "rowid", "coffer_id", "x\u{0}y", ":coffer_1", "@x", "\u{2028}",
            ]
        var dice = CodingDice(seed: 3)
        var asked = 0
        for text in hostile {
            for other in hostile where dice.number(4) == 0 {
                let predicate =
                    Field<String>(text) == other || Field<String>(text).hasPrefix(other + "!")
                    || Field<[String]>(text).contains(other)
                // Of these names only "name" is a field, and "LEVEL" is none.
                #expect(try world.keys(predicate).isEmpty, "\(text) \(other)")
                asked += 1
            }
            #expect(
                try world.keys(Field<Int>(text) != 3).count
                    == (text == "level" ? world.keys { $0.level != 3 }.count : 20))
            #expect(
                try world.keys(Field<String>("name") == text)
                    == world.keys { $0.name.map { Array($0.utf8) } == Array(text.utf8) })
        }
        #expect(asked > 350)
    }

    @Test func sqlOfTheCallersStaysInItsBrackets() throws {
        let world = try PredicateWorld(60)
        let predicate: Predicate =
            .sql(
                "level = :low OR level = :high -- or what",
                ["low": .integer(1), "high": .integer(2)])
            && .sql("ratio > 0 OR ratio < 0 /* no zeros */") && Field<String>("name") != "Anna"
        #expect(
            try world.keys(predicate)
                == world.keys {
                    [1, 2].contains($0.level) && $0.ratio != nil && $0.ratio != 0
                        && $0.name != "Anna"
                })
        let within = Predicate.sql("id IN (SELECT id FROM things WHERE level = 1)")
        #expect(try world.keys(within) == world.keys { $0.level == 1 })
        // One name may be used twice for one value.
        let twice: Predicate =
            .sql("level = :l", ["l": .integer(1)]) || .sql("rank = :l", ["l": .integer(1)])
        #expect(try world.keys(twice) == world.keys { $0.level == 1 || $0.rank == 1 })
        for text in [
            "1) OR (1", "1; DELETE FROM things", "'", "\"x", "level = 1 /*", "", "(", "level = ?",
            "level = :missing", "level = ?1", "nosuch = 1", "level = 1 UNION SELECT 1",
            "(SELECT 1 FROM sqlite_schema)", "load_extension('x')", "abs(-9223372036854775808)",
            "json_extract('{', '$')", "level = :coffer_1", "level = \"nosuch\"",
        ] {
            let refusal = try #require(self.refusal(world, .sql(text)), "\(text)")
            #expect(refusal.hasPrefix("usage: ") || refusal.hasPrefix("invalid: "), "\(refusal)")
            #expect(self.refusal(world, Field<Int>("level") == 1 || .sql(text)) != nil, "\(text)")
        }
        let clash: Predicate =
            .sql("level = :l", ["l": .integer(1)]) || .sql("rank = :l", ["l": .integer(2)])
        #expect(refusal(world, clash) == "usage: the parameter :l has two values in one predicate")
        #expect(
            refusal(world, .sql("level = :coffer_1", ["coffer_1": .integer(1)]))?
                .hasPrefix("usage: ") == true)
        #expect(refusal(world, .sql("level = 1", ["l": .null]))?.hasPrefix("usage: ") == true)
    }

    @Test func refusesWhatCannotBeCompared() throws {
        struct Point: Codable { var x = 1 }
        let world = try PredicateWorld(5)
        #expect(
            refusal(world, Field<Point>("tags") == Point())
                == "usage: tags cannot be compared: the value is no text, number or boolean")
        #expect(refusal(world, !(Field<[Int]>("tags") == [1]))?.hasPrefix("usage: ") == true)
        #expect(refusal(world, Field<[Point]>("tags").contains(Point())) != nil)
        #expect(refusal(world, Field<[Int?]>("tags").contains(nil)) != nil)
        #expect(refusal(world, Field<Point>("tags").within([Point()])) != nil)
        #expect(refusal(world, Field<Point>("tags").isNull) == nil)
    }

    @Test func refusesFieldsThatTheSchemaForbids() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        let schema = #"{"properties":{"a":{}},"additionalProperties":false}"#
        _ = try vault.apply([SchemaSource(name: "strict", json: Array(schema.utf8))])
        let error = #expect(throws: VaultError.self) {
            try vault.records.read { reader in
                _ = try reader.count(
                    where: Field<Int>("b") == 1, in: try reader.plan(named: "strict"))
            }
        }
        #expect(error?.code == .usage && error?.message == "strict has no field b")
    }

    @Test func endsAtItsBoundsWithoutTrapping() throws {
        let world = try PredicateWorld(30)
        let level = Field<Int>("level")
        // Long, but not deep.
        var long = level == 1
        for _ in 0..<3_000 { long = long || level == 2 }
        #expect(try world.keys(long) == world.keys { [1, 2].contains($0.level) })
        let many = level.within(0..<8_000)
        #expect(try world.keys(many) == world.keys { ($0.level ?? -1) >= 0 })
        let listed = level.within(Array(0...8_000))
        #expect(try world.keys(listed) == world.keys { ($0.level ?? -1) >= 0 })
        #expect(refusal(world, level.within(Array(0...9_000)))?.contains("ask in parts") == true)
        // Deep.
        var deep = level == 1
        for turn in 0..<100_000 {
            deep = turn.isMultiple(of: 2) ? deep && level != 2 : deep || level == 3
        }
        #expect(refusal(world, deep)?.contains("nests more than 64") == true)
        var negated = level == 1
        for _ in 0..<100_001 { negated = !negated }
        #expect(try world.keys(negated) == world.keys { $0.level != 1 })
        var bent = level == 1
        for turn in 0..<30 {
            bent = turn.isMultiple(of: 2) ? !(bent && level != 2) : !(bent || level == 3)
        }
        #expect(refusal(world, bent) == nil)
    }
}
