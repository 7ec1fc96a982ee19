import CofferBundles
import Foundation
import Synchronization
import Testing

@testable import Coffer

/// Bundles that stay though what they continue goes: one that holds both comes in their place.
@Suite struct PruneMergeTests {
    typealias Step = BackupRoundTripTests.Step

    static func policy(
        _ folder: String, last: UInt64 = 1, daily: UInt64 = 0
    ) -> Vault.BackupPolicy {
        var policy = Vault.BackupPolicy(folders: [folder])
        policy.keepLast = last
        policy.keepHourly = 0
        policy.keepDaily = daily
        policy.keepWeekly = 0
        return policy
    }

    /// Bundles of a folder as it lists them, oldest first.
    private func facts(_ stage: BackupStage) throws -> [Bundles.Facts] {
        try Bundles(in: stage.scratch.surroundings).list(stage.bundles).compactMap(\.facts)
    }

    @Test(arguments: Step.all)
    func whatStaysIsFullWhenItsFullOneGoes(_ step: Step) throws {
        let stage = try BackupRoundTripTests.stage()
        try stage.backUp()
        try step.body(stage)
        try stage.backUp()
        try? step.body(stage)
        try stage.put("people", #"{"id":"last"}"#)
        try stage.backUp()
        let pruned = try stage.vault.pruneBundles(
            in: stage.bundles, by: Self.policy(stage.bundles))
        #expect(pruned.refused.isEmpty, "\(pruned.refused)")
        #expect(pruned.removed.count == 3)
        #expect((pruned.kept, pruned.needed) == (1, 0))
        #expect(try facts(stage).map(\.chain) == [1])
        try stage.expectRestored()
        #expect(try stage.vault.check().isSound)
        // What comes after it goes on from it.
        try stage.put("people", #"{"id":"later"}"#)
        let next = try stage.backUp()
        #expect(!next.isFull)
        try stage.expectRestored()
    }

    @Test func theOldestThatStaysIsFullAndTheOthersGoOnFromIt() throws {
        let stage = try BackupRoundTripTests.stage()
        var pictures: [BackupPicture] = []
        for number in 0..<6 {
            try stage.put("people", "{\"id\":\"n\(number)\",\"letter\":\"l\"}")
            _ = try? stage.vault.remove("people", ["n\(number - 2)"])
            try stage.backUp()
            pictures.append(try #require(stage.picture))
        }
        let before = try facts(stage)
        let pruned = try stage.vault.pruneBundles(
            in: stage.bundles, by: Self.policy(stage.bundles, last: 3))
        #expect(pruned.refused.isEmpty)
        #expect((pruned.kept, pruned.needed, pruned.merged.count) == (3, 0, 1))
        let after = try facts(stage)
        #expect(after.map(\.chain) == [1, 2, 3])
        #expect(after.map(\.isFull) == [true, false, false])
        #expect(after.map(\.created) == before[3...].map(\.created))
        #expect(after[1...].map(\.id) == before[4...].map(\.id))
        for (fact, picture) in zip(after, pictures[3...]) {
            let (restored, told) = try stage.restore(until: fact.created)
            #expect(told.created == fact.created)
            #expect(picture.differences(from: try BackupPicture(restored)) == [])
            #expect(try restored.check().isSound)
        }
        try stage.expectRestored()
        // Nothing is left to do.
        let again = try stage.vault.pruneBundles(
            in: stage.bundles, by: Self.policy(stage.bundles, last: 3))
        #expect(again.removed.isEmpty && again.merged.isEmpty)
        #expect(try !stage.backUp().isFull)
    }

    /// A clock that a test sets.
    final class Clock: Sendable {
        private let time = Mutex<Int64>(1_700_000_000_000)
        var now: Int64 { time.withLock { $0 } }
        func advance(hours: Int64) { time.withLock { $0 += hours * 3_600_000 } }
    }

    /// Three bundles a day for a week, of which days stay: those between are merged, too.
    @Test func whatLiesBetweenThoseThatStayIsMergedIntoThem() throws {
        let scratch = try Scratch()
        _ = try scratch.vault()
        let clock = Clock()
        var surroundings = scratch.surroundings
        surroundings.now = { clock.now }
        let vault = try Vault(at: scratch.path + "/test.coffer", in: surroundings)
        try vault.unlock(password: Scratch.password())
        let stage = BackupStage(scratch, vault)
        try stage.apply(
            ("towns", BackupRoundTripTests.towns), ("people", BackupRoundTripTests.people))
        var dice = CodingDice(seed: 5)
        var pictures: [Int64: BackupPicture] = [:]
        for number in 0..<21 {
            clock.advance(hours: 8)
            try stage.put("towns", "{\"id\":\"t\(number)\",\"name\":\"t\(number)\"}")
            try stage.put(
                "people", "{\"id\":\"p\(number % 5)\",\"letter\":\"\(number)\"}",
                "{\"id\":\"q\(number)\",\"town\":\"t\(number)\"}")
            for _ in 0..<4 {
                let one = dice.next() % UInt64(number + 1)
                _ = try? stage.vault.remove("people", ["q\(one)"], isForgetting: one % 2 == 0)
                _ = try? stage.vault.set(
                    "towns", "t\(one)", [.json(path: ["size"], Array("\(number)".utf8))])
            }
            try stage.backUp()
            pictures[clock.now] = stage.picture
        }
        let kept = Self.policy(stage.bundles, daily: 4)
        let pruned = try vault.pruneBundles(in: stage.bundles, by: kept)
        #expect(pruned.refused.isEmpty, "\(pruned.refused)")
        let after = try facts(stage)
        #expect((pruned.kept, pruned.needed) == (after.count, 0))
        #expect((4...5).contains(after.count))
        #expect(after.map(\.chain) == Array(1...after.count))
        for fact in after {
            let (restored, told) = try stage.restore(
                until: fact.created, in: surroundings)
            #expect(told.created == fact.created)
            let picture = try #require(pictures[fact.created])
            #expect(picture.differences(from: try BackupPicture(restored)) == [])
        }
        for verdict in try stage.verdicts() { #expect(verdict.word == .trusted) }
        #expect(try !stage.backUp().isFull)
        try stage.expectRestored()
    }

    @Test func aBundleThatWasMergedBeforeTheProgramEndedIsTakenUp() throws {
        let stage = try BackupRoundTripTests.stage()
        try stage.backUp()
        try stage.put("people", #"{"id":"x","letter":"l"}"#)
        try stage.backUp()
        try stage.put("people", #"{"id":"y","letter":"l"}"#)
        try stage.backUp()
        let old = stage.scratch.path + "/old"
        let vault = stage.scratch.path + "/vault"
        let files = FileManager.default
        try files.copyItem(atPath: stage.bundles, toPath: old)
        try files.copyItem(atPath: stage.vault.path, toPath: vault)
        let policy = Self.policy(stage.bundles, last: 2)
        let merged = try stage.vault.pruneBundles(in: stage.bundles, by: policy).merged
        #expect(merged.count == 1)
        // As if nothing but the new bundle had come so far: its vault has not heard of it.
        let again = try BackupStage(
            stage.scratch,
            {
                stage.vault.lock()
                try files.removeItem(atPath: stage.vault.path)
                try files.moveItem(atPath: vault, toPath: stage.vault.path)
                var around = stage.scratch.surroundings
                around.stateDirectory = stage.scratch.path + "/other-state"
                let vault = try Vault(at: stage.scratch.path + "/test.coffer", in: around)
                try vault.unlock(password: Scratch.password())
                return vault
            }())
        again.picture = stage.picture
        for name in try files.contentsOfDirectory(atPath: old) {
            let place = stage.bundles + "/" + name
            try? files.removeItem(atPath: place)
            try files.copyItem(atPath: old + "/" + name, toPath: place)
        }
        #expect(try facts(again).count == 4)
        let pruned = try again.vault.pruneBundles(in: stage.bundles, by: policy)
        #expect(pruned.merged.isEmpty)
        #expect(pruned.removed.count == 2)
        #expect(try facts(again).map(\.chain) == [1, 2])
        try again.expectRestored()
        #expect(try !again.backUp().isFull)
        try again.expectRestored()
    }

    /// A property that gets a field of its own moves into it when it is read; a bundle has it there.
    @Test func whatASchemaHasMovedStaysAsItIs() throws {
        let stage = try BackupRoundTripTests.stage()
        try stage.put("towns", #"{"id":"m","name":"Em","motto":"ahoy"}"#)
        let first = try stage.backUp()
        try stage.apply(
            (
                "towns",
                BackupRoundTripTests.towns.replacing(
                    #""size""#, with: #""motto":{"type":"string"},"size""#)
            ))
        let second = try stage.backUp()
        let pruned = try stage.vault.pruneBundles(
            in: stage.bundles, by: Self.policy(stage.bundles))
        #expect(pruned.refused.map(\.path) == [second.path])
        #expect(pruned.removed.isEmpty && pruned.merged.isEmpty)
        #expect((pruned.kept, pruned.needed) == (1, 1))
        #expect(try facts(stage).map(\.id) == [first.id, second.id])
        try stage.expectRestored()
        try stage.put("towns", #"{"id":"m","name":"Em","motto":"avast"}"#)
        try stage.backUp()
        let again = try stage.vault.pruneBundles(
            in: stage.bundles, by: Self.policy(stage.bundles))
        #expect(again.refused.isEmpty && again.removed.count == 3)
        try stage.expectRestored()
    }

    /// A full bundle costs its size: by itself it is only written anew where enough goes with it.
    @Test func maintenanceMergesWhatIsWorthIt() throws {
        let stage = try BackupRoundTripTests.stage()
        var dice = CodingDice(seed: 8)
        func put(_ id: String, _ size: Int) throws {
            var text = ""
            while text.utf8.count < size { text += String(dice.next(), radix: 36) }
            try stage.put("towns", #"{"id":"\#(id)","name":"\#(id)","log":"\#(text)"}"#)
        }
        var policy = Self.policy(stage.bundles, last: 2)
        policy.every = 1
        try stage.vault.setBackupPolicy(policy)
        func maintain() throws -> [String] {
            var results: [Vault.TaskResult] = []
            try stage.vault.maintain { results.append($0) }
            #expect(!results.contains { $0.isBad }, "\(results)")
            return results.filter { $0.task.kind == "prune" }.map(\.result)
        }
        try put("large", 900_000)
        #expect(try maintain() == ["0 bundles removed"])
        for id in ["i", "j", "k"] {
            try put(id, 10)
            _ = try maintain()
        }
        // The full one stays, and what lies between is merged into the first that stays.
        #expect(try facts(stage).map(\.chain) == [1, 2, 3])
        try put("large", 900_000)
        _ = try maintain()
        #expect(try facts(stage).map(\.chain) == [1, 2, 3])
        try put("l", 10)
        #expect(try maintain() == ["3 bundles removed, 1 merged"])
        #expect(try facts(stage).map(\.chain) == [1, 2])
        let (restored, _) = try stage.restore()
        #expect(try restored.lines() == stage.vault.lines())
    }

    /// Another program merges what a bundle continues while that is written.
    @Test func aBundleIsMadeAgainWhereItsParentWentMeanwhile() throws {
        let stage = try BackupRoundTripTests.stage()
        let other = try stage.scratch.open()
        try stage.backUp()
        try stage.put("people", #"{"id":"x","letter":"l"}"#)
        try stage.backUp()
        try stage.put("people", #"{"id":"y","letter":"l"}"#)
        let picture = try BackupPicture(stage.vault)
        var pruned: Vault.Pruning?
        let made = try stage.vault.backUp(to: stage.bundles) { _, _ in
            if pruned == nil {
                pruned = try? other.pruneBundles(
                    in: stage.bundles, by: Self.policy(stage.bundles))
            }
            return true
        }
        #expect(pruned?.merged.count == 1 && pruned?.removed.count == 2)
        let after = try facts(stage)
        #expect(after.map(\.chain) == [1, 2])
        #expect(after.map(\.id).last == made.id && !made.isFull)
        let (restored, _) = try stage.restore()
        // The pruning is on the audit log.
        #expect(picture.differences(from: try BackupPicture(restored)) == ["audit"])
    }

    @Test func aDamagedBundleIsNotMerged() throws {
        let stage = try BackupRoundTripTests.stage()
        let first = try stage.backUp()
        for letter in ["x", "y"] {
            try stage.put("people", "{\"id\":\"\(letter)\"}")
            try stage.backUp()
        }
        try stage.flip(first.path)
        let before = try FileManager.default.contentsOfDirectory(atPath: stage.bundles).sorted()
        let pruned = try stage.vault.pruneBundles(
            in: stage.bundles, by: Self.policy(stage.bundles))
        #expect(pruned.removed.isEmpty && pruned.merged.isEmpty)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: stage.bundles).sorted() == before)
    }
}
