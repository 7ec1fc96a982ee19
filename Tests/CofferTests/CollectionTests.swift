import Foundation
import Testing

@testable import Coffer

/// Records as values of Swift.
@Suite struct CollectionTests {
    private func code(_ body: () throws -> Void) -> VaultError.Code? {
        do { try body() } catch { return (error as? VaultError)?.code }
        return nil
    }

    @Test func aValueComesBackAsItWent() throws {
        let scratch = try Scratch()
        let vault = try Hero.vault(scratch)
        let heroes = vault.collection("heroes", of: Hero.self)
        var ana = Hero("ana", name: "Ana é", level: -3)
        ana.tags = ["", "x\u{0}y", "💀"]
        ana.home = Hero.Home(town: "Tor", rooms: [1, .max, .min])
        ana.share = 0.1
        let stored = try heroes.put(ana)
        #expect(stored.value == ana)
        #expect(stored.version == 1 && stored.key == "ana" && stored.name == "Ana é")
        #expect(stored.created == stored.modified && stored.created > 0)
        let read = try #require(try scratch.open().collection("heroes", of: Hero.self).get("ana"))
        #expect(read.value == ana)
        #expect(read.id == stored.id && read.created == stored.created)
        #expect(try heroes.get(stored.id)?.value == ana)
        #expect(try heroes.get("nobody") == nil)
        // A nil is left out.
        let bare = try heroes.add(Hero("bo"))
        #expect(try vault.get("heroes", "bo").fields.contains("home") == false)
        #expect(bare.value.home == nil)
        #expect(code { try heroes.add(Hero("bo")) } == .exists)
        #expect(code { _ = try vault.collection("no", of: Hero.self).get("a") } == .noCollection)
        #expect(try vault.check().isSound)
    }

    @Test func aRecordWithoutTypeStaysExactlyAsItWasWritten() throws {
        let scratch = try Scratch()
        let vault = try Hero.vault(scratch)
        let heroes = vault.collection("heroes")
        let json = #"{"id":"ana","hp":1.50,"big":123456789012345678901234567890,"x":{"y":[1e3]}}"#
        try heroes.put(try Fields(json: json))
        try heroes.update("ana") { try $0.set("level", 7) }
        let read = try #require(try heroes.get("ana"))
        #expect(read.version == 2)
        #expect(read.value.json(of: "hp") == "1.50")
        #expect(read.value.json(of: "big") == "123456789012345678901234567890")
        #expect(read.value.json(of: "x") == #"{"y":[1e3]}"#)
        #expect(try read.value.get("level", as: Int.self) == 7)
        #expect(try read.value.get("none", as: Int.self) == nil)
        #expect(code { _ = try read.value.get("id", as: Int.self) } == .invalid)
        try heroes.update("ana") { $0.remove("hp") }
        #expect(try heroes.get("ana")?.value.names.contains("hp") == false)
        #expect(code { _ = try Fields(json: "[1]") } == .invalid)
    }

    @Test func anUpdateKeepsWhatTheTypeDoesNotKnow() throws {
        let scratch = try Scratch()
        let vault = try Hero.vault(scratch)
        let heroes = vault.collection("heroes", of: Hero.self)
        var hero = Hero("ana")
        hero.home = Hero.Home(town: "Tor", rooms: [])
        try heroes.put(hero)
        _ = try vault.set(
            "heroes", "ana",
            [.text(path: ["notes"], "secret"), .text(path: ["mark"], "red")])
        let updated = try heroes.update("ana") {
            $0.level = 9
            $0.home = nil
        }
        #expect(updated.version == 3 && updated.level == 9)
        let document = try vault.get("heroes", "ana")
        #expect(document.fieldText("notes") == "secret")
        #expect(document.fieldText("mark") == "red")
        #expect(!document.fields.contains("home"))
        var changed = updated.value
        changed.level = 10
        try heroes.put(changed, for: updated)
        #expect(try vault.get("heroes", "ana").fieldText("notes") == "secret")
        // A put without a version writes a whole record.
        try heroes.put(changed)
        #expect(try !vault.get("heroes", "ana").fields.contains("notes"))
    }

    @Test func whatDoesNotFitIsSaidByItsPlaceAndNeverByItsValue() throws {
        let scratch = try Scratch()
        let vault = try Hero.vault(scratch)
        let heroes = vault.collection("heroes", of: Hero.self)
        _ = try vault.put("heroes", ndjson: Array(#"{"id":"ana","name":"hidden"}"#.utf8))
        var failure: VaultError?
        do { _ = try heroes.get("ana") } catch { failure = error }
        #expect(failure?.code == .invalid)
        #expect(failure?.message.contains("level") == true)
        #expect(failure?.message.contains("hidden") == false)
        var infinite = Hero("bo")
        infinite.share = .infinity
        #expect(code { try heroes.put(infinite) } == .invalid)
        #expect(code { try vault.collection("heroes", of: Int.self).put(3) } == .invalid)
        #expect(try heroes.count() == 1)
    }

    @Test func findsCountsAndSortsByPredicates() throws {
        let scratch = try Scratch()
        let vault = try Hero.vault(scratch)
        let heroes = vault.collection("heroes", of: Hero.self)
        try heroes.put(
            (0..<30).map { Hero("h\($0)", name: $0 % 3 == 0 ? "Even" : "Odd", level: 30 - $0) })
        #expect(try heroes.count() == 30)
        #expect(try heroes.count(where: Hero.name == "Even") == 10)
        let high = Hero.level > 20 && Hero.name != "Even"
        #expect(try heroes.find(where: high).map(\.id).count == 6)
        #expect(try heroes.find(where: high).allSatisfy { $0.level > 20 && $0.name == "Odd" })
        #expect(
            try heroes.find(sort: .ascending("level"), limit: 3).map(\.level) == [1, 2, 3])
        #expect(
            try heroes.find(where: Hero.level < 10, sort: .descending("level"), limit: 2)
                .map(\.level) == [9, 8])
        #expect(try heroes.find(sort: .descending(Hero.level), limit: 1).map(\.level) == [30])
        #expect(try heroes.find(sort: .ascending(Hero.level), limit: -1).isEmpty)
        #expect(try heroes.find(limit: 0).isEmpty)
        try heroes.update("h7") { $0.share = 9 }
        let last = try heroes.find(sort: .descending(Field<UInt64>.recordVersion), limit: 1)
        #expect(last.first?.key == "h7")
        #expect(code { _ = try heroes.find(sort: .ascending("nothing")) } == .invalid)
        #expect(try heroes.delete(where: Hero.level <= 10) == 10)
        #expect(try heroes.count() == 20)
        try vault.read { transaction in
            let inside = transaction.collection("heroes", of: Hero.self)
            var levels: [Int] = []
            try inside.all(where: Hero.name == "Even") {
                levels.append($0.level)
                return levels.count < 4
            }
            #expect(levels == [30, 27, 24, 21])
            #expect(try inside.count(where: Hero.level > 25) == 5)
        }
        #expect(try vault.undo().restored == 10)
        #expect(try heroes.count() == 30)
    }

    @Test func updatesAllThatAPredicateHoldsForOrNone() throws {
        let scratch = try Scratch()
        let vault = try Hero.vault(scratch)
        let heroes = vault.collection("heroes", of: Hero.self)
        try heroes.put((0..<10).map { Hero("h\($0)", level: $0) })
        #expect(try heroes.update(where: Hero.level >= 4) { $0.level += 100 } == 6)
        #expect(try heroes.count(where: Hero.level >= 100) == 6)
        let failed = code {
            try heroes.update(where: Hero.level >= 100) {
                $0.level = 0
                if $0.name == "h9" { $0.share = .nan }
            }
        }
        #expect(failed == .invalid)
        #expect(try heroes.count(where: Hero.level >= 100) == 6)
        #expect(try vault.undo().reverted == 6)
        #expect(try heroes.count(where: Hero.level >= 100) == 0)
    }

    @Test func aBatchIsWrittenWhollyOrNotAtAll() throws {
        let scratch = try Scratch()
        let vault = try Hero.vault(scratch)
        let heroes = vault.collection("heroes", of: Hero.self)
        let written = try heroes.put([Hero("a"), Hero("b"), Hero("a", level: 2)])
        #expect(written.map(\.isNew) == [true, true, false])
        #expect(written.map(\.version) == [1, 1, 2])
        var bad = Hero("d")
        bad.share = .nan
        var failure: VaultError?
        do { try heroes.put([Hero("c"), Hero("a", level: 3), bad]) } catch { failure = error }
        #expect(failure?.code == .invalid)
        #expect(failure?.message.hasPrefix("record 2:") == true)
        #expect(try heroes.find().map(\.key) == ["a", "b"])
        #expect(try heroes.get("a")?.level == 2)
        #expect(code { try heroes.delete(["a", "nobody"]) } == .noRecord)
        #expect(try heroes.count() == 2)
        #expect(try heroes.delete(["a", "b"]) == 2)
        #expect(try vault.undo().restored == 2)
        #expect(try vault.check().isSound)
    }

    @Test func theSameVerbsWorkInATransaction() throws {
        let scratch = try Scratch()
        let vault = try Hero.vault(scratch)
        let plain = vault.collection("heroes", of: Hero.self)
        try vault.write { transaction in
            let heroes = transaction.collection("heroes", of: Hero.self)
            try heroes.add(Hero("ana"))
            try heroes.put([Hero("bo"), Hero("cy")])
            let old = try #require(try heroes.get("bo"))
            try heroes.update("bo") { $0.level += 1 }
            let conflict = code { try heroes.put(Hero("bo", level: 7), for: old) }
            #expect(conflict == .versionConflict)
            let late = code { try heroes.delete(old) }
            #expect(late == .versionConflict)
            try heroes.delete("cy")
            try transaction.collection("heroes").update("ana") { try $0.set("level", 5) }
            #expect(try heroes.count(where: Hero.level > 1) == 2)
        }
        #expect(try plain.find(sort: .ascending("id")).map(\.level) == [5, 2])
        #expect(try vault.undo().removed == 2)
    }

    @Test func aCollectionThatOutlivesItsTransactionIsRefused() throws {
        let scratch = try Scratch()
        let vault = try Hero.vault(scratch)
        var kept: WriteCollection<Hero>?
        try vault.write { kept = $0.collection("heroes", of: Hero.self) }
        let late = try #require(kept)
        #expect(code { _ = try late.get("a") } == .usage)
        #expect(code { try late.put(Hero("a")) } == .usage)
        #expect(code { try late.update("a") { $0.level = 2 } } == .usage)
    }
}
