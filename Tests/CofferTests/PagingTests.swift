import Foundation
import Testing

@testable import Coffer

/// Records that are read in pages.
@Suite(.timeLimit(.minutes(20))) struct PagingTests {
    private static let count = 3_000

    private func filled(_ scratch: Scratch) throws -> RecordCollection<Hero> {
        let heroes = try Hero.vault(scratch).collection("heroes", of: Hero.self)
        try heroes.put(
            (0..<Self.count).map {
                Hero("h\($0)", name: $0 % 600 == 0 ? "Rare" : "Common", level: $0)
            })
        return heroes
    }

    private func levels(
        _ heroes: RecordCollection<Hero>, _ predicate: Coffer.Predicate? = nil
    ) async throws -> [Int] {
        var levels: [Int] = []
        for try await hero in heroes.all(where: predicate) { levels.append(hero.level) }
        return levels
    }

    @Test func givesEverythingOnceAndInOrder() async throws {
        let scratch = try Scratch()
        let heroes = try filled(scratch)
        #expect(try await levels(heroes) == Array(0..<Self.count))
    }

    @Test func givesWhatAPredicateHoldsFor() async throws {
        let scratch = try Scratch()
        let heroes = try filled(scratch)
        let all = 0..<Self.count
        #expect(
            try await levels(heroes, Hero.level >= 1_000 && Hero.level < 2_900)
                == Array(1_000..<2_900))
        // Nothing in the first pages, little in the others, and nothing at all.
        #expect(try await levels(heroes, Hero.level > 2_990) == Array(2_991..<Self.count))
        #expect(try await levels(heroes, Hero.name == "Rare") == all.filter { $0 % 600 == 0 })
        #expect(try await levels(heroes, Hero.name == "Nobody") == [])
        #expect(try await levels(heroes, Hero.level < 0) == [])
        // By an index, over more than one page.
        #expect(try await levels(heroes, Hero.name == "Common") == all.filter { $0 % 600 != 0 })
        // One side has an index, the other has none.
        #expect(
            try await levels(heroes, Hero.name == "Rare" || Hero.level == 1_501)
                == all.filter { $0 % 600 == 0 || $0 == 1_501 })
        #expect(
            try await levels(heroes, !(Hero.name == "Common") && Hero.level > 0)
                == [600, 1_200, 1_800, 2_400])
    }

    @Test func aConditionInSQLMaySelectFromTheWholeCollection() async throws {
        let scratch = try Scratch()
        let heroes = try filled(scratch)
        let highest = Coffer.Predicate.sql(
            "level = (SELECT max(level) FROM heroes) OR level = :low",
            [
                "low": .integer(3)
            ])
        #expect(try await levels(heroes, highest) == [3, Self.count - 1])
    }

    @Test func agreesWithAReadingOfOneSnapshot() async throws {
        let scratch = try Scratch()
        let heroes = try filled(scratch)
        for predicate in [Hero.level < 1_500, Hero.name == "Rare", Hero.name != "Rare"] {
            #expect(
                try await levels(heroes, predicate) == heroes.find(where: predicate).map(\.level))
        }
    }

    /// Takes every fifth of fifty away, puts others in, and changes one that stays.
    private static func disturb(_ vault: Vault, _ round: Int) throws {
        let start = round * 50 % count
        try vault.write { transaction in
            let heroes = transaction.collection("heroes", of: Hero.self)
            for level in start..<start + 50 where level % 5 == 0 {
                if try heroes.get("h\(level)") != nil { try heroes.delete("h\(level)") }
            }
            try heroes.put((0..<20).map { Hero("n\(round)-\($0)", level: -1) })
            try heroes.update("h\(start + 1)") { $0.share += 1 }
        }
    }

    @Test(arguments: [false, true])
    func whoIsThereAllTheTimeComesOnceWhileOthersComeAndGo(_ isPredicated: Bool) async throws {
        let scratch = try Scratch()
        let heroes = try filled(scratch)
        let other = try scratch.open()
        // One writer at moments that are known, and one whenever it gets its turn.
        let writer = Task {
            for round in 0..<40 {
                try Self.disturb(heroes.vault, round * 7)
                await Task.yield()
            }
        }
        var seen: [String: Int] = [:]
        var count = 0
        for try await hero in heroes.all(where: isPredicated ? Hero.level >= -1 : nil) {
            seen[hero.value.id, default: 0] += 1
            count += 1
            if count % 60 == 0, count < Self.count { try Self.disturb(other, 1_000 + count / 60) }
        }
        try await writer.value
        #expect(count > Self.count)
        let stayed = (0..<Self.count).filter { $0 % 5 != 0 }.map { "h\($0)" }
        #expect(stayed.allSatisfy { seen[$0] == 1 })
        #expect(seen.values.allSatisfy { $0 == 1 })
        #expect(try other.check().isSound)
    }

    @Test func aCancelledTaskEndsWithAnErrorAndNotAsIfAllHadCome() async throws {
        let scratch = try Scratch()
        let heroes = try filled(scratch)
        let task = Task {
            var count = 0
            for try await _ in heroes.all() {
                count += 1
                if count == 10 { unsafe withUnsafeCurrentTask { unsafe $0?.cancel() } }
            }
            return count
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func aLockedVaultEndsIt() async throws {
        let scratch = try Scratch()
        let heroes = try filled(scratch)
        var iterator = heroes.all().makeAsyncIterator()
        _ = try await iterator.next()
        heroes.vault.lock()
        var code: VaultError.Code?
        do {
            while try await iterator.next() != nil {}
        } catch { code = (error as? VaultError)?.code }
        #expect(code == .locked)
    }
}
