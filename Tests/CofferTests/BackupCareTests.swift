import CofferBundles
import CofferBytes
import CofferCare
import CofferFormat
import Foundation
import Testing

@testable import Coffer

/// Single records out of bundles, trials, keyrings written anew, and what stays of a folder.
@Suite struct BackupCareTests {
    private func stage() throws -> BackupStage {
        let stage = try BackupStage()
        _ = try stage.vault.apply([
            SchemaSource(
                name: "npcs",
                json: Array(
                    #"{"type":"object","required":["id"],"properties":{"id":{"type":"string"}}}"#
                        .utf8))
        ])
        return stage
    }

    private func code(_ body: () throws -> Void) -> VaultError.Code? {
        do { try body() } catch { return (error as? VaultError)?.code }
        return nil
    }

    private func fetch(
        _ stage: BackupStage, _ record: String?, rule: Vault.FetchRule = .update,
        isTried: Bool = false
    ) throws -> Vault.Fetched {
        try stage.vault.fetch(
            "npcs", record: record,
            from: try Bundles(in: stage.scratch.surroundings).plan(from: stage.bundles),
            rule: rule, isTried: isTried)
    }

    @Test func aRecordComesBackAloneAndTheRestStays() throws {
        let stage = try stage()
        try stage.put("npcs", #"{"id":"a","n":1}"#, #"{"id":"b","n":1}"#)
        try stage.backUp()
        try stage.put("npcs", #"{"id":"a","n":2}"#, #"{"id":"b","n":2}"#, #"{"id":"c","n":2}"#)
        try stage.backUp()
        try stage.put("npcs", #"{"id":"a","n":3}"#, #"{"id":"b","n":3}"#, #"{"id":"c","n":3}"#)
        let before = try stage.vault.lines()

        let tried = try fetch(stage, "a", isTried: true)
        #expect((tried.created, tried.updated) == (0, 1))
        #expect(try stage.vault.lines() == before)

        let one = try fetch(stage, "a")
        #expect((one.created, one.updated, one.unchanged, one.skipped) == (0, 1, 0, 0))
        #expect(try value(stage, "a") == 2 && value(stage, "b") == 3 && value(stage, "c") == 3)
        _ = try stage.vault.undo()
        #expect(try value(stage, "a") == 3)

        let left = try fetch(stage, nil, rule: .skip)
        #expect((left.updated, left.skipped) == (0, 3))
        let all = try fetch(stage, nil)
        #expect((all.created, all.updated, all.unchanged) == (0, 3, 0))
        #expect(try fetch(stage, nil).unchanged == 3)
        #expect(try stage.vault.check().isSound)
    }

    @Test func whatIsGoneComesBackAndWhatNeverWasIsNamed() throws {
        let stage = try stage()
        try stage.put("npcs", #"{"id":"a","n":1}"#)
        try stage.backUp()
        _ = try stage.vault.remove("npcs", ["a"])
        #expect(try fetch(stage, "a").created == 1)
        #expect(try value(stage, "a") == 1)
        #expect(code { _ = try fetch(stage, "nobody") } == .noRecord)
        let plan = try Bundles(in: stage.scratch.surroundings).plan(from: stage.bundles)
        #expect(code { _ = try stage.vault.fetch("nothing", from: plan) } == .noCollection)
        // What Coffer keeps for itself is no collection of anybody.
        #expect(code { _ = try stage.vault.fetch("coffer:bundles", from: plan) } == .noCollection)
    }

    @Test func anotherVaultsBundleIsForeign() throws {
        let stage = try stage()
        try stage.backUp()
        let other = try BackupStage()
        #expect(
            code {
                _ = try other.vault.fetch(
                    "npcs",
                    from: try Bundles(in: stage.scratch.surroundings).plan(from: stage.bundles))
            } == .foreign)
    }

    @Test func aTrialLeavesNothingAndFindsWhatIsDamaged() throws {
        let stage = try stage()
        try stage.put("npcs", #"{"id":"a","n":1}"#)
        let made = try stage.backUp()
        let bundles = Bundles(in: stage.scratch.surroundings)
        let room = stage.scratch.path + "/room"
        let count = try bundles.drill(
            bundles.plan(from: stage.bundles), in: room, key: .password(Scratch.password())
        ).records
        #expect(count == 1)
        #expect(!FileManager.default.fileExists(atPath: room))
        #expect(
            code {
                _ = try bundles.drill(
                    bundles.plan(from: stage.bundles), in: room,
                    key: .password(Scratch.password("another")))
            } == .wrongPassword)
        let newer = try stage.backUp()
        try stage.flip(newer.path)
        let plan = try bundles.plan(from: stage.bundles)
        #expect(plan.bundles == [made.path])
        #expect(plan.passedOver.map(\.path) == [newer.path])
        #expect(try bundles.plan(from: made.path).passedOver.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: room))
    }

    @Test func aKeyringWrittenAnewChangesNothingElse() throws {
        let stage = try stage()
        try stage.put("npcs", #"{"id":"a","n":1}"#)
        let first = try stage.backUp()
        let old = try Data(contentsOf: URL(fileURLWithPath: first.path))
        try stage.put("npcs", #"{"id":"b","n":1}"#)
        let second = try stage.backUp()
        let contents = try [first, second].map { try BundleReader(at: $0.path).contentID }
        var told: [Vault.Rekeyed] = []
        try stage.vault.rekeyBundles(in: stage.bundles) { told.append($0) }
        #expect(told.map(\.revision) == [2, 2])
        let after = try [first, second].map { try BundleReader(at: $0.path) }
        #expect(after.map(\.contentID) == contents)
        #expect(after.map(\.keyring.revision) == [2, 2])
        try stage.expectRestored()
        // And the chain goes on.
        try stage.put("npcs", #"{"id":"c","n":1}"#)
        #expect(try !stage.backUp().isFull)
        try stage.expectRestored()
        // The copy from before opens with what was given up, so it is not taken any more.
        try old.write(to: URL(fileURLWithPath: first.path))
        #expect(code { _ = try fetch(stage, "a") } == .older)
    }

    @Test func aVaultOfAKeyringWrittenAnewGoesOnNumbering() throws {
        let stage = try stage()
        try stage.apply(
            (
                "players",
                #"{"type":"object","required":["id"],"coffer:subject":"id","properties":{"id":"#
                    + #"{"type":"string"},"n":{"type":"integer","coffer:personal":"#
                    + #"{"category":"content"}}}}"#
            ))
        try stage.put("players", #"{"id":"anna","n":1}"#)
        try stage.backUp()
        // The key of this person is made after the bundle, and gets into its keyring.
        try stage.put("players", #"{"id":"ben","n":2}"#)
        var told: [Vault.Rekeyed] = []
        try stage.vault.rekeyBundles(in: stage.bundles) { told.append($0) }
        #expect(told.map(\.revision) == [2])
        let restored = try stage.restore().vault
        for name in ["ben", "cleo"] {
            _ = try restored.put("players", ndjson: Array(#"{"id":"\#(name)","n":3}"#.utf8))
        }
        #expect(try restored.check().isSound)
        #expect(try value(restored, "players", "cleo") == 3)
    }

    @Test func whatTheVaultHasNotMadeIsNotRekeyed() throws {
        let stage = try stage()
        let made = try stage.backUp()
        let other = try BackupStage()
        try other.backUp(to: stage.bundles)
        try stage.flip(made.path)
        var told: [Vault.Rekeyed] = []
        try stage.vault.rekeyBundles(in: stage.bundles) { told.append($0) }
        #expect(told.count == 1)
        #expect(told.first?.revision == nil && told.first?.reason != nil)
    }

    private func value(_ stage: BackupStage, _ key: String) throws -> Int? {
        try value(stage.vault, "npcs", key)
    }

    private func value(_ vault: Vault, _ collection: String, _ key: String) throws -> Int? {
        struct Content: Decodable { let n: Int }
        return try vault.get(collection, key).decode(Content.self).n
    }
}

/// Which bundles stay.
@Suite struct BackupPolicyTests {
    private static let hour: Int64 = 3_600_000

    private func policy(
        last: UInt64, hourly: UInt64 = 0, daily: UInt64 = 0, weekly: UInt64 = 0
    ) -> CofferCare.BackupPolicy {
        var policy = CofferCare.BackupPolicy(folders: [])
        policy.keepLast = last
        policy.keepHourly = hourly
        policy.keepDaily = daily
        policy.keepWeekly = weekly
        return policy
    }

    @Test func theNewestAlwaysStays() {
        #expect(policy(last: 0).kept([5, 7, 9]) == [2])
        #expect(policy(last: 2).kept([5, 7, 9]) == [1, 2])
        #expect(policy(last: 0).kept([]).isEmpty)
        #expect(policy(last: .max).kept([1, 2]) == [0, 1])
    }

    @Test func aClockThatWasSetBackCostsNothing() {
        // A day ahead, and right again.
        let day = 24 * Self.hour
        #expect(policy(last: 0).kept([day + 1, day + 2, 3]) == [2])
        #expect(policy(last: 2).kept([day + 1, day + 2, 3, 4]) == [2, 3])
        // What is made after it is the newest of its hour.
        #expect(policy(last: 0, hourly: 3).kept([day + 1, 3, 2]) == [0, 2])
        // One that was made without a time costs no other its hour.
        let times = [day, day + Self.hour, 0, day + 2 * Self.hour]
        #expect(policy(last: 0, hourly: 4).kept(times) == [0, 1, 2, 3])
    }

    @Test func theNewestOfEachHourDayAndWeekStays() {
        // One each half hour for 30 days, the newest last.
        let times = (0..<30 * 48).map { Int64($0) * Self.hour / 2 }
        let hourly = policy(last: 1, hourly: 5).kept(times)
        #expect(hourly == Set((0..<5).map { times.count - 1 - 2 * $0 }))
        let daily = policy(last: 1, daily: 3).kept(times)
        #expect(daily == Set((0..<3).map { times.count - 1 - 48 * $0 }))
        // Weeks begin on a Thursday, as 1970 did; the fifth has two days by now.
        let weekly = policy(last: 1, weekly: 2).kept(times)
        #expect(weekly == [times.count - 1, 28 * 48 - 1])
        // Hours without a bundle are not counted.
        #expect(policy(last: 1, hourly: 2).kept([0, 100 * Self.hour]) == [0, 1])
    }

    @Test func aFolderIsThinnedAndEveryBundleThatStaysCanBeRestored() throws {
        let stage = try BackupStage()
        _ = try stage.vault.importFiles(
            ImportRequest(
                paths: [try stage.scratch.write("npcs.ndjson", #"{"id":"a"}"# + "\n")]),
            progress: { _, _ in })
        var paths: [String] = []
        for number in 0..<4 {
            try stage.put("npcs", "{\"id\":\"n\(number)\"}")
            paths.append(try stage.backUp(full: number == 2).path)
        }
        _ = try stage.scratch.write("bundles/letter.txt", "not ours")
        let other = try BackupStage()
        let foreign = try other.backUp(to: stage.bundles).path
        var policy = Vault.BackupPolicy(folders: [stage.bundles])
        policy.keepLast = 1
        policy.keepHourly = 0
        policy.keepDaily = 0
        policy.keepWeekly = 0
        let tried = try stage.vault.pruneBundles(in: stage.bundles, by: policy, isTried: true)
        // What continues another goes before it.
        #expect(tried.removed == paths.reversed())
        #expect(tried.merged == [paths[3]])
        #expect((tried.kept, tried.needed) == (1, 0))
        #expect(paths.allSatisfy { FileManager.default.fileExists(atPath: $0) })
        let pruned = try stage.vault.pruneBundles(in: stage.bundles, by: policy)
        #expect(Set(pruned.removed) == Set(paths))
        #expect((pruned.kept, pruned.needed) == (1, 0))
        let left = Set(try FileManager.default.contentsOfDirectory(atPath: stage.bundles))
        let names = (pruned.merged + [foreign]).map { URL(fileURLWithPath: $0).lastPathComponent }
        #expect(left == Set(names + ["letter.txt"]))
        #expect(try stage.vault.check().isSound)
        // The chain goes on from what is left.
        try stage.put("npcs", #"{"id":"late"}"#)
        #expect(try !stage.backUp().isFull)
    }

    @Test func whatIsDueIsDoneOnceAndFailuresStopNothing() throws {
        let stage = try BackupStage()
        #expect(try stage.vault.dueTasks().isEmpty)
        var policy = Vault.BackupPolicy(folders: ["/proc/no/such", stage.bundles])
        policy.every = 1
        try stage.vault.setBackupPolicy(policy)
        #expect(try stage.vault.backupPolicy() == policy)
        var done: [Vault.TaskResult] = []
        try stage.vault.maintain { done.append($0) }
        #expect(done.map(\.task.kind) == ["backup", "prune", "backup", "prune", "check", "drill"])
        #expect(done.map(\.isBad) == [true, true, false, false, false, true])
        #expect(try stage.vault.careStatus().lastBackup != nil)
        // The first folder stays due; the other one has all that somebody wrote.
        #expect(try stage.vault.dueTasks().compactMap(\.folder).contains(stage.bundles) == false)
        try stage.vault.setBackupPolicy(nil)
        #expect(try stage.vault.dueTasks().isEmpty)
    }
}
