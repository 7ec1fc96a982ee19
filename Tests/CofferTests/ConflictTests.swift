import Foundation
import Testing

@testable import Coffer

/// What becomes of a write whose record was changed since it was read.
@Suite(.timeLimit(.minutes(20))) struct ConflictTests {
    private static let writers = 4
    private static let rounds = 200

    enum Strategy: String, CaseIterable {
        case update, fail, retry, merge, transaction
    }

    private func code(_ body: () throws -> Void) -> VaultError.Code? {
        do { try body() } catch { return (error as? VaultError)?.code }
        return nil
    }

    /// Adds one to the level of `ana`.
    private static func increment(
        _ heroes: RecordCollection<Hero>, _ vault: Vault, _ strategy: Strategy
    ) throws {
        if strategy == .update {
            try heroes.update("ana") { $0.level += 1 }
            return
        }
        if strategy == .transaction {
            try vault.write {
                try $0.collection("heroes", of: Hero.self).update("ana") { $0.level += 1 }
            }
            return
        }
        let old = try #require(try heroes.get("ana"))
        var mine = old.value
        mine.level += 1
        switch strategy {
        case .fail:
            do {
                try heroes.put(mine, for: old)
            } catch let error as VaultError where error.code == .versionConflict {
                try increment(heroes, vault, strategy)
            }
        case .retry:
            try heroes.put(
                mine, for: old,
                onConflict: .retry { fresh in
                    var again = fresh.value
                    again.level += 1
                    return again
                })
        default:
            try heroes.put(
                mine, for: old,
                onConflict: .merge { base, theirs, mine in
                    var both = theirs
                    both.level += mine.level - base.level
                    return both
                })
        }
    }

    /// Half of the writers share one vault, the others have one each, as other processes would.
    @Test(arguments: Strategy.allCases)
    func fourWritersLoseNoUpdate(_ strategy: Strategy) async throws {
        let scratch = try Scratch()
        let vault = try Hero.vault(scratch)
        try vault.collection("heroes", of: Hero.self).put(Hero("ana", level: 0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<Self.writers {
                let own = try writer < 2 ? vault : scratch.open()
                group.addTask {
                    let heroes = own.collection("heroes", of: Hero.self)
                    for _ in 0..<Self.rounds { try Self.increment(heroes, own, strategy) }
                }
            }
            try await group.waitForAll()
        }
        let ana = try #require(try vault.collection("heroes", of: Hero.self).get("ana"))
        #expect(ana.level == Self.writers * Self.rounds)
        #expect(ana.version == UInt64(Self.writers * Self.rounds) + 1)
        #expect(try vault.check().isSound)
    }

    @Test func aMergeIsGivenWhereBothBegan() throws {
        let scratch = try Scratch()
        let vault = try Hero.vault(scratch)
        let heroes = vault.collection("heroes", of: Hero.self)
        let old = try heroes.put(Hero("ana", name: "Ana", level: 1))
        var mine = old.value
        mine.name = "Anna"
        var rounds: [[String]] = []
        // While the first merge is made, somebody is faster once more.
        let merged = try heroes.put(
            mine, for: try bumped(heroes, old),
            onConflict: .merge { base, theirs, mine in
                rounds.append([base, theirs, mine].map { "\($0.name) \($0.level)" })
                if rounds.count == 1 { try heroes.update("ana") { $0.level = 7 } }
                var both = theirs
                both.name = mine.name
                return both
            })
        #expect(rounds == [["Ana 1", "Ana 5", "Anna 1"], ["Ana 5", "Ana 7", "Anna 5"]])
        #expect(merged.name == "Anna" && merged.level == 7 && merged.version == 4)
    }

    /// Changes a record behind the back of whoever holds `old`, and gives `old` back.
    private func bumped(
        _ heroes: RecordCollection<Hero>, _ old: Stored<Hero>
    ) throws -> Stored<Hero> {
        try heroes.update("ana") { $0.level = 5 }
        return old
    }

    @Test func aRecordThatIsGoneIsSaidToBe() throws {
        let scratch = try Scratch()
        let vault = try Hero.vault(scratch)
        let heroes = vault.collection("heroes", of: Hero.self)
        let old = try heroes.put(Hero("ana"))
        try heroes.delete("ana")
        let failing = code { try heroes.put(old.value, for: old) }
        let retrying = code {
            try heroes.put(old.value, for: old, onConflict: .retry { $0.value })
        }
        let updating = code { try heroes.update("ana") { $0.level = 2 } }
        #expect([failing, retrying, updating] == [.noRecord, .noRecord, .noRecord])
        #expect(try heroes.count() == 0)
    }

    private struct GivenUp: Error {}

    @Test func whatAClosureThrowsEndsTheAttempt() throws {
        let scratch = try Scratch()
        let vault = try Hero.vault(scratch)
        let heroes = vault.collection("heroes", of: Hero.self)
        let old = try bumped(heroes, try heroes.put(Hero("ana")))
        #expect(throws: GivenUp.self) {
            try heroes.put(old.value, for: old, onConflict: .retry { _ in throw GivenUp() })
        }
        #expect(throws: GivenUp.self) { try heroes.update("ana") { _ in throw GivenUp() } }
        #expect(try heroes.get("ana")?.version == 2)
    }

    @Test func somebodyWhoIsAlwaysFasterIsGivenWayTo() throws {
        let scratch = try Scratch()
        let vault = try Hero.vault(scratch)
        let heroes = vault.collection("heroes", of: Hero.self)
        try heroes.put(Hero("ana"))
        var calls = 0
        let end = code {
            try heroes.update("ana") {
                calls += 1
                // Out of the closure: nothing is held while it runs.
                _ = try heroes.update("ana") { $0.level += 1 }
                $0.name = "mine"
            }
        }
        #expect(end == .versionConflict)
        #expect(calls == 1_000)
        #expect(try heroes.get("ana")?.level == 1_001)
    }
}
