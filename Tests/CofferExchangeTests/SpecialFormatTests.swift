import CofferExchange
import CofferFormat
import Foundation
import Testing

@Suite struct SpecialFormatTests {
    @Test func ofANeDBLogTheLastLineOfADocumentCounts() throws {
        let log = """
            {"_id":"a","v":1}
            {"$$indexCreated":{"fieldName":"_id","unique":true}}
            {"_id":"b","v":1}
            {"_id":"a","v":2}
            {"_id":"c","v":1}
            {"$$deleted":true,"_id":"b"}
            {"$$indexRemoved":"x"}
            {"_id":"c","$$deleted":true}
            {"_id":"c","v":3}
            {"v":"no id"}
            broken
            {"_id":7,"v":1}
            {"_id":"7","v":1}
            {"_id":"d","$$deleted":false}
            """
        let source = try RecordSource(log, name: "actors.db")
        for _ in 0..<2 {
            let (records, rejects) = try source.all()
            #expect(records.map(\.line) == [4, 9, 10, 12, 13, 14])
            #expect(records.first?.value == Value("{\"_id\":\"a\",\"v\":2}"))
            #expect(records.allSatisfy { $0.collection == "actors" })
            #expect(rejects.map(\.line) == [11])
        }
    }

    @Test func improvedInitiativeBecomesCollectionsOfItsLists() throws {
        let export = #"""
            {"ImprovedInitiative.Creatures":"[\"a\",\"b\"]",
            "ImprovedInitiative.Creatures.a":"{\"Id\":\"a\",\"HP\":1.50}",
            "ImprovedInitiative.Creatures.b":"{\"Id\":\"b\",\"old\":true}",
            "Creatures.b":{"Id":"b","old":false},
            "ImprovedInitiative.SavedEncounters.The end":"{\"Name\":\"x\"}",
            "ImprovedInitiative.User.SkipIntro":"true",
            "ImprovedInitiative.Spells.x":"{broken",
            "ImprovedInitiative.Spells.y":5}
            """#
        let (records, rejects) = try RecordSource(export, name: "export.json").all()
        #expect(
            records.map(\.collection) == ["creatures", "creatures", "saved_encounters", "user"])
        #expect(
            records.map(\.value) == [
                Value("{\"Id\":\"a\",\"HP\":1.50}"), Value("{\"Id\":\"b\",\"old\":false}"),
                Value("{\"Id\":\"The end\",\"Name\":\"x\"}"),
                Value("{\"Id\":\"SkipIntro\",\"Value\":true}"),
            ])
        #expect(rejects.map(\.line) == [7, 8])
    }

    @Test func keysAreFoundOnlyWhereEveryRecordHasItsOwn() throws {
        func finding(_ records: [String], limit: Int = 100) -> KeyScan.Finding {
            var scan = KeyScan(limit: limit, canonical: KeyScan.bytes)
            for record in records { scan.add(Value(record), in: "c") }
            return scan.finding(for: "c")
        }
        #expect(finding(["{\"id\":1}", "{\"id\":2}"]) == .field("id"))
        #expect(finding(["{\"index\":\"a\",\"_id\":1}", "{\"_id\":2}"]) == .field("_id"))
        #expect(finding(["{\"id\":1,\"pk\":1}", "{\"id\":1,\"pk\":2}"]) == .field("pk"))
        #expect(finding(["{\"id\":1}", "{\"id\":\"1\"}"]) == .none)
        #expect(finding(["{\"id\":\"\"}"]) == .none)
        #expect(finding(["{\"id\":null}"]) == .none)
        #expect(finding(["{\"id\":1.5}"]) == .none)
        #expect(finding(["{\"id\":[1]}"]) == .none)
        #expect(finding(["{\"name\":1}"]) == .none)
        #expect(finding(["{\"id\":\"\u{e9}\"}", "{\"id\":\"e\u{301}\"}"]) == .field("id"))
        #expect(finding(["{\"$id\":1,\"key\":2,\"index\":3}"]) == .field("$id"))
        #expect(finding([]) == .none)
        #expect(finding(["{\"id\":1}", "{\"id\":2}", "{\"id\":3}"], limit: 2) == .tooMany("id"))
        var scan = KeyScan(names: ["name"], canonical: KeyScan.bytes)
        scan.add(Value("{\"id\":1,\"name\":\"a\"}"), in: "x")
        scan.add(Value("{\"id\":1}"), in: "y")
        #expect(scan.finding(for: "x") == .field("name"))
        #expect(scan.finding(for: "y") == .none)
    }

    @Test func keysThatAreTheSameToTheCallerRepeat() {
        var scan = KeyScan { value in
            guard case .text(let text) = value else { return nil }
            return Array(text.precomposedStringWithCanonicalMapping.utf8)
        }
        for record in ["{\"id\":\"\u{e9}\",\"pk\":1}", "{\"id\":\"e\u{301}\",\"pk\":2}"] {
            scan.add(Value(record), in: "c")
        }
        #expect(scan.finding(for: "c") == .field("pk"))
    }
}
