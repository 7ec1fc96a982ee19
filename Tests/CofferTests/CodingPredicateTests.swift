import CofferFormat
import CofferRecords
import Testing

@testable import Coffer

/// A predicate finds what the same question finds in Swift.
@Suite struct CodingPredicateTests {
    @Test func findsWhatAFilterInSwiftFinds() throws {
        let world = try PredicateWorld(150)
        var dice = CodingDice(seed: 11)
        var asked = 0
        var telling = 0
        for _ in 0..<600 {
            let pair = PredicatePair.make(&dice, depth: 3)
            let wanted = world.keys(pair.holds)
            let found = try world.keys(pair.predicate)
            #expect(found == wanted, "\(pair.predicate)")
            asked += 1
            if !wanted.isEmpty, wanted.count < world.things.count { telling += 1 }
        }
        #expect(asked == 600)
        // What is true of all or of none tells little.
        #expect(telling > 300)
        #expect(try world.keys(nil) == world.things.map(\.id))
    }

    @Test func absentIsLikeNil() throws {
        let world = try PredicateWorld(60)
        let level = Field<Int>("level")
        #expect(try world.keys(level != 3) == world.keys { $0.level != 3 })
        #expect(try world.keys(!(level < 3)) == world.keys { !($0.level.map { $0 < 3 } ?? false) })
        #expect(try world.keys(level.isNull) == world.keys { $0.level == nil })
        let unknown: Int? = nil
        #expect(try world.keys(level == unknown) == world.keys { $0.level == unknown })
        #expect(try world.keys(level != nil) == world.keys { $0.level != nil })
        #expect(try world.keys(!Predicate.sql("level = 3")) == world.keys { $0.level != 3 })
        #expect(try world.keys(.all(of: [])) == world.things.map(\.id))
        #expect(try world.keys(.any(of: [])).isEmpty)
        #expect(try world.keys(level.within([Int]())).isEmpty)
        #expect(try world.keys(level.within(1...2)) == world.keys { [1, 2].contains($0.level) })
        #expect(try world.keys(level.within(1..<2)) == world.keys { $0.level == 1 })
        #expect(try world.keys(!level.within(1...2)) == world.keys { ![1, 2].contains($0.level) })
        let either = Field<Int?>("level").within([nil, 2])
        #expect(try world.keys(either) == world.keys { [nil, 2].contains($0.level) })
    }

    @Test func comparesWithWhatTheSchemaAllowsOnly() throws {
        let world = try PredicateWorld(60)
        // SQL alone would convert: '5' = 5 in a column of texts.
        #expect(try world.keys(Field<Int>("name") == 5).isEmpty)
        #expect(try world.keys(Field<String>("level") == "3").isEmpty)
        #expect(try world.keys(Field<Int>("alive") == 1).isEmpty)
        #expect(try world.keys(Field<Bool>("level") == true).isEmpty)
        #expect(try world.keys(Field<Int>("tags") > 0).isEmpty)
        #expect(try world.keys(Field<Int>("nick") >= 0).isEmpty)
        #expect(try world.keys(Field<String>("steps") != "1").count == 60)
        #expect(try world.keys(Field<[Int]>("name").contains(5)).isEmpty)
        #expect(try world.keys(Field<[String]>("steps").contains("1")).isEmpty)
    }

    @Test func asksForWhatCofferKnowsOfARecord() throws {
        let world = try PredicateWorld(12)
        let document = try world.vault.get("things", "t7")
        #expect(try world.keys(.recordID(document.id)) == ["t7"])
        #expect(try world.queryPlan(Field.recordID == document.id).contains(":id"))
        _ = try world.vault.set("things", "t7", [.text(path: ["select"], "9")])
        #expect(try world.keys(Field.recordVersion == 2) == ["t7"])
        let modified = try world.vault.get("things", "t7").modified
        #expect(try world.keys(Field.modified >= modified).contains("t7"))
        #expect(try world.keys(Field.created > modified + 1).isEmpty)
        #expect(try world.keys(Field.created <= modified).count == 12)
    }

    @Test(arguments: [
        ("equality", Field<String>("name") == "Anna", "index name"),
        ("a number", Field<Int>("level") == 3, "index level"),
        ("plain", Field<Int>("rank") == 3, "plain rank"),
        ("the own key", Field<String>("id") == "t1", "key id"),
        ("several", Field<Int>("level").within([1, 2, 3]), "index level"),
        ("more", Field<Int>("level") == 3 && Field<Double>("ratio") > 1, "index level"),
        (
            "a negation besides", Field<Int>("level") == 3 && !(Field<String>("mood") == "calm"),
            "index level"
        ),
        ("two negations", !(Field<Int>("level") != 3), "index level"),
        ("any type", Field<String>("code") == "x", "index code"),
        ("an inequality", Field<Int>("level") != 3, "scan"),
        ("an order", Field<Int>("level") < 3, "scan"),
    ])
    func anIndexAnswersEquality(what: String, predicate: Predicate, wanted: String) throws {
        let world = try PredicateWorld(60)
        let plan = try world.queryPlan(predicate)
        #expect(plan.contains(wanted), "\(what): \(plan)")
    }

    @Test func listsWhatAPredicateAndAConditionHoldFor() throws {
        let world = try PredicateWorld(60)
        var request = ListRequest()
        request.condition = "level IS NOT NULL OR 0 -- note"
        request.sort = "level"
        request.limit = 20
        var keys: [String] = []
        try world.vault.records.read { reader in
            let plan = try reader.plan(named: "things")
            let listing = Listing(request, plan, reader, where: Field<Int>("level") <= 2)
            try listing.sorted(by: .property("level"), { _ in }) { record in
                keys.append(Document(record).key ?? "")
                return true
            }
        }
        let wanted = world.things.enumerated()
            .filter { $0.element.level.map { $0 <= 2 } ?? false }
            .sorted { ($0.element.level ?? 0, $0.offset) < ($1.element.level ?? 0, $1.offset) }
        #expect(keys == wanted.prefix(20).map(\.element.id))
    }
}

extension Predicate {
    fileprivate static func recordID(_ id: String) -> Predicate { Field.recordID == id }
}
