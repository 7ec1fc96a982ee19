import CofferCare
import CofferDisk
import Foundation
import Testing

@testable import Coffer

/// Bundles that were made while the clock was wrong.
@Suite struct BackupClockTests {
    private static let year: Int64 = 365 * 24

    /// A vault whose clock a test sets.
    private func stage(_ clock: PruneMergeTests.Clock) throws -> BackupStage {
        let scratch = try Scratch()
        _ = try scratch.vault()
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
        return stage
    }

    private func backUp(
        _ stage: BackupStage, _ clock: PruneMergeTests.Clock, full: Bool = false
    ) throws -> Vault.Backup {
        clock.advance(hours: 1)
        try stage.put("people", "{\"id\":\"n\(clock.now)\"}")
        return try stage.backUp(full: full)
    }

    private func drill(_ stage: BackupStage) throws -> UInt64 {
        let bundles = Bundles(in: stage.scratch.surroundings)
        return try bundles.drill(
            bundles.plan(from: stage.bundles), in: stage.scratch.path + "/room",
            key: .password(Scratch.password())
        ).records
    }

    private func maintainedDrill(_ stage: BackupStage) throws -> Maintenance.Done {
        try Maintenance(stage.vault.records).run(.drill(folder: stage.bundles)) { _, _ in }
    }

    /// What was made ten years ahead is a part of the newest chain, or of one before it.
    @Test(arguments: [false, true])
    func whatWasMadeAheadIsNoReasonForAWarning(isFullAfter: Bool) throws {
        let clock = PruneMergeTests.Clock()
        let stage = try stage(clock)
        clock.advance(hours: 10 * Self.year)
        _ = try backUp(stage, clock)
        _ = try backUp(stage, clock)
        clock.advance(hours: -10 * Self.year)
        _ = try backUp(stage, clock, full: isFullAfter)
        let newest = try backUp(stage, clock)
        let plan = try Bundles(in: stage.scratch.surroundings).plan(from: stage.bundles)
        // A part of the chain is no bundle that cannot be used, whoever has signed it.
        #expect(plan.bundles.count == (isFullAfter ? 2 : 4))
        #expect(plan.passedOver.count == (isFullAfter ? 2 : 0), "\(plan.passedOver)")
        #expect(try drill(stage) == 4)
        #expect(try !maintainedDrill(stage).isBad)
        let (restored, told) = try stage.restore()
        #expect(told.passedOver.isEmpty, "\(told.passedOver)")
        #expect(told.bundles.first == newest.path)
        #expect(try restored.lines() == stage.vault.lines())
        // Of what cannot be read only the name says when it was made.
        let cut = stage.bundles + "/99990202T000000Z-full.coffer-bundle"
        try Data("cut".utf8).write(to: URL(fileURLWithPath: cut))
        let bundles = Bundles(in: stage.scratch.surroundings)
        let tried = try bundles.tryRestore(
            bundles.plan(from: stage.bundles), to: stage.scratch.path + "/none.coffer",
            key: .password(Scratch.password()))
        #expect(tried.passedOver.map(\.path) == [cut])
    }

    /// What was made after the clock was set right is the newest by the vault's own order.
    @Test func whatIsNewerAndCannotBeUsedIsNamedWhateverItsTime() throws {
        let clock = PruneMergeTests.Clock()
        let stage = try stage(clock)
        clock.advance(hours: 10 * Self.year)
        let first = try backUp(stage, clock)
        clock.advance(hours: -10 * Self.year)
        let between = try backUp(stage, clock)
        let newest = try backUp(stage, clock)
        try FileManager.default.removeItem(atPath: between.path)
        let told = try stage.restore().told
        #expect(told.bundles == [first.path])
        #expect(told.passedOver.map(\.path) == [newest.path])
        #expect(throws: VaultError.self) { _ = try drill(stage) }
        #expect(throws: BackupError.self) { _ = try maintainedDrill(stage) }
    }

    /// What was made ahead holds up neither the next bundle nor the next full one.
    @Test func aBundleFromTheFutureHoldsUpNoOther() throws {
        let clock = PruneMergeTests.Clock()
        let stage = try stage(clock)
        var policy = Vault.BackupPolicy(folders: [stage.bundles])
        policy.every = 3_600_000
        policy.fullEvery = 24 * 3_600_000
        try stage.vault.setBackupPolicy(policy)
        var count = 0
        func maintain() throws -> [Bool] {
            count += 1
            try stage.put("people", "{\"id\":\"m\(count)\"}")
            let before = try Set(paths(stage))
            try stage.vault.maintain { #expect(!$0.isBad, "\($0.result)") }
            let list = try Bundles(in: stage.scratch.surroundings).list(stage.bundles)
            return list.filter { !before.contains($0.path) }.compactMap { $0.facts?.isFull }
        }
        clock.advance(hours: 10 * Self.year)
        #expect(try maintain() == [true])
        clock.advance(hours: 1)
        #expect(try maintain() == [false])
        clock.advance(hours: -10 * Self.year)
        // The clock is right: a full one of today, and then as ever.
        #expect(try maintain() == [true])
        #expect(try maintain() == [])
        clock.advance(hours: 1)
        #expect(try maintain() == [false])
        clock.advance(hours: 1)
        #expect(try maintain() == [false])
        clock.advance(hours: 22)
        #expect(try maintain() == [true])
        // Where nothing has changed there is nothing to do, whatever the clock says.
        clock.advance(hours: -5 * Self.year)
        #expect(try !stage.vault.dueTasks().contains { $0.kind == "backup" })
    }

    private func paths(_ stage: BackupStage) throws -> [String] {
        guard FileManager.default.fileExists(atPath: stage.bundles) else { return [] }
        return try Bundles(in: stage.scratch.surroundings).list(stage.bundles).map(\.path)
    }
}
