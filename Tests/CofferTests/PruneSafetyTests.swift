import CofferBundles
import CofferBytes
import CofferFormat
import Foundation
import Testing

@testable import Coffer

/// Nothing that could be restored is lost to a pruning that knows less than the folder holds.
@Suite struct PruneSafetyTests {
    /// What each bundle of a folder restores to, by its path.
    private func states(_ stage: BackupStage) throws -> [String: [String: String]] {
        var states: [String: [String: String]] = [:]
        for item in try Bundles(in: stage.scratch.surroundings).list(stage.bundles)
        where item.kind == .bundle {
            states[item.path] = try stage.restore(from: item.path).vault.lines()
        }
        return states
    }

    private func prune(
        _ vault: Vault, _ stage: BackupStage, last: UInt64
    ) throws -> Vault.Pruning {
        try vault.pruneBundles(
            in: stage.bundles, by: PruneMergeTests.policy(stage.bundles, last: last))
    }

    /// A vault of another machine, made of the newest bundle of the folder or of another one.
    private func elsewhere(_ stage: BackupStage, from path: String? = nil) throws -> BackupStage {
        var around = stage.scratch.surroundings
        around.stateDirectory = stage.scratch.path + "/other-state"
        return BackupStage(stage.scratch, try stage.restore(from: path, in: around).vault)
    }

    private func backUp(_ stage: BackupStage, _ names: String...) throws -> [Vault.Backup] {
        try names.map { name in
            try stage.put("people", "{\"id\":\"\(name)\",\"letter\":\"l\"}")
            return try stage.backUp()
        }
    }

    @Test func theNewestStaysWhereTheClockWasSetBack() throws {
        let scratch = try Scratch()
        _ = try scratch.vault()
        let clock = PruneMergeTests.Clock()
        var surroundings = scratch.surroundings
        surroundings.now = { clock.now }
        let vault = try Vault(at: scratch.path + "/test.coffer", in: surroundings)
        try vault.unlock(password: Scratch.password())
        let stage = BackupStage(scratch, vault)
        try stage.apply(
            (
                "people",
                #"{"type":"object","required":["id"],"properties":{"id":{"type":"string"}}}"#
            ))
        clock.advance(hours: 24)
        for number in 0..<4 {
            clock.advance(hours: 1)
            try stage.put("people", "{\"id\":\"n\(number)\"}")
            try stage.backUp()
        }
        clock.advance(hours: -24)
        try stage.put("people", #"{"id":"newest"}"#)
        let newest = try stage.backUp()
        let pruned = try prune(vault, stage, last: 3)
        #expect(pruned.kept == 3)
        #expect(!pruned.removed.contains(newest.path))
        #expect(FileManager.default.fileExists(atPath: newest.path))
        let (restored, told) = try stage.restore(in: surroundings)
        #expect(told.bundles.first == newest.path)
        #expect(try restored.lines() == vault.lines())
    }

    @Test func whatWasRestoredFromStaysWithWhatItContinues() throws {
        let stage = try BackupRoundTripTests.stage()
        let lost = try backUp(stage, "full", "one", "two")
        stage.vault.lock()
        try FileManager.default.removeItem(atPath: stage.vault.path)
        let next = try elsewhere(stage)
        _ = try backUp(next, "three", "four")
        let before = try states(next)
        #expect(before.count == 5)
        let pruned = try prune(next.vault, next, last: 3)
        #expect(pruned.refused.isEmpty, "\(pruned.refused)")
        let after = try states(next)
        for (path, state) in after where before[path] != nil { #expect(before[path] == state) }
        // What the lost vault held at last is still there.
        #expect(after.values.contains { $0 == before[lost[2].path] })
        #expect(Set(before.keys).subtracting(after.keys) == Set(pruned.removed))
        try next.expectRestored()
    }

    @Test func twoCopiesOfAVaultLeaveEachOtherTheirBundles() throws {
        let stage = try BackupRoundTripTests.stage()
        let first = try backUp(stage, "full", "one", "two")
        let other = try elsewhere(stage)
        let theirs = try backUp(other, "theirs", "more")
        let ours = try backUp(stage, "three", "four")
        let before = try states(stage)
        #expect(before.count == 7)
        // What it continues still is listed by the copy, which does not know who does.
        let pruned = try prune(other.vault, other, last: 1)
        #expect(pruned.refused.isEmpty, "\(pruned.refused)")
        let after = try states(stage)
        for path in (first + ours).map(\.path) { #expect(after[path] == before[path]) }
        #expect(after.count == 6)
        #expect(try stage.backUp().isFull == false)
        // The other way round.
        let again = try prune(stage.vault, stage, last: 1)
        #expect(again.refused.isEmpty, "\(again.refused)")
        #expect(!theirs.contains { again.removed.contains($0.path) })
        let left = try states(stage)
        for (path, state) in left where after[path] != nil { #expect(after[path] == state) }
        #expect(try left.values.contains { try $0 == other.vault.lines() })
        #expect(try left.values.contains { try $0 == stage.vault.lines() })
    }

    @Test func whatIsNewerThanTheStateThatWasRestoredStays() throws {
        let stage = try BackupRoundTripTests.stage()
        let made = try backUp(stage, "full", "one", "two", "three")
        stage.vault.lock()
        let bundles = Bundles(in: stage.scratch.surroundings)
        _ = try bundles.restore(
            bundles.plan(from: made[1].path), to: stage.vault.path,
            key: .password(Scratch.password()), isReplacing: true)
        let next = BackupStage(stage.scratch, try stage.scratch.open())
        _ = try backUp(next, "other", "others")
        let before = try states(next)
        #expect(before.count == 6)
        let pruned = try prune(next.vault, next, last: 1)
        #expect(pruned.refused.isEmpty, "\(pruned.refused)")
        let after = try states(next)
        for bundle in made { #expect(after[bundle.path] == before[bundle.path]) }
        #expect(try after.values.contains { try $0 == next.vault.lines() })
        #expect(try next.vault.check().isSound)
    }

    @Test func whatHasAnOlderKeyringIsNamedAndLeftAlone() throws {
        let stage = try BackupRoundTripTests.stage()
        let made = try backUp(stage, "full", "one", "two")
        let old = try Data(contentsOf: URL(fileURLWithPath: made[1].path))
        try stage.vault.rekeyBundles(in: stage.bundles) { _ in }
        #expect(try Data(contentsOf: URL(fileURLWithPath: made[1].path)) != old)
        try old.write(to: URL(fileURLWithPath: made[1].path))
        for isTried in [true, false] {
            let pruned = try stage.vault.pruneBundles(
                in: stage.bundles, by: PruneMergeTests.policy(stage.bundles), isTried: isTried)
            #expect(pruned.refused.map(\.path) == [made[1].path])
            #expect(pruned.refused.first?.reason.contains("older") == true)
            #expect(pruned.removed.isEmpty && pruned.merged.isEmpty)
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: made[1].path)) == old)
        #expect(try Data(contentsOf: URL(fileURLWithPath: made[0].path)).isEmpty == false)
        // Where the newest one is back, it is merged as any other.
        try stage.vault.rekeyBundles(in: stage.bundles) { _ in }
        let pruned = try prune(stage.vault, stage, last: 1)
        #expect(pruned.refused.isEmpty && pruned.removed.count == 3)
        try stage.expectRestored()
    }

    @Test func aMergedBundleThatPromisesOtherRecordsIsNotTakenUp() throws {
        let stage = try BackupRoundTripTests.stage()
        try stage.backUp(full: true)
        try stage.put("people", #"{"id":"x"}"#)
        let newest = try stage.backUp(full: true)
        let name = Hex.encode(try BundleReader(at: newest.path).contentID)
        let forged = stage.bundles + "/merged.coffer-bundle"
        // Of two bundles of one instant the one whose id comes first would stand for both.
        var tries = 0
        repeat {
            try StreamForgery(stage.vault).forge(newest.path, to: forged) { end in
                end.liveCode[0] ^= 1
            }
            tries += 1
        } while try Hex.encode(BundleReader(at: forged).contentID) > name && tries < 200
        #expect(throws: VaultError.self) { _ = try stage.restore(from: forged) }
        for isTried in [true, false] {
            let pruned = try stage.vault.pruneBundles(
                in: stage.bundles, by: PruneMergeTests.policy(stage.bundles), isTried: isTried)
            #expect(pruned.refused.map(\.path) == [forged])
            #expect(!pruned.removed.contains(newest.path))
            #expect(pruned.kept == 1)
        }
        let (restored, _) = try stage.restore(from: newest.path)
        #expect(try restored.lines() == stage.vault.lines())
    }

    /// Another program prunes the folder while this one merges.
    @Test func ofTwoThatPruneAtOnceTheLoserPlansAnew() throws {
        let stage = try BackupRoundTripTests.stage()
        let other = try stage.scratch.open()
        let file = try stage.scratch.write(
            "in/many.ndjson", (0..<1_500).map { #"{"id":\#($0)}"# }.joined(separator: "\n"))
        _ = try stage.vault.importFiles(ImportRequest(paths: [file])) { _, _ in }
        _ = try backUp(stage, "full", "one", "two", "three")
        let policy = PruneMergeTests.policy(stage.bundles, last: 2)
        var theirs: Vault.Pruning?
        let ours = try stage.vault.pruneBundles(in: stage.bundles, by: policy) { _, _ in
            if theirs == nil { theirs = try? other.pruneBundles(in: stage.bundles, by: policy) }
            return true
        }
        #expect(theirs?.merged.count == 1)
        #expect(ours.refused.isEmpty, "\(ours.refused)")
        #expect((ours.kept, ours.needed) == (2, 0))
        #expect(try states(stage).count == 2)
        let (restored, _) = try stage.restore()
        #expect(try restored.lines() == stage.vault.lines())
        #expect(try !stage.vault.backUp(to: stage.bundles).isFull)
    }
}
