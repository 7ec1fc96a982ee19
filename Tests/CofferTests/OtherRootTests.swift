import CofferBundles
import CofferFormat
import CofferKeys
import Foundation
import Testing

@testable import Coffer
@testable import CofferCare

/// A bundle that the given password does not open is passed over for those that it opens.
@Suite struct OtherRootTests {
    private func code(_ body: () throws -> Void) -> VaultError.Code? {
        do { try body() } catch { return (error as? VaultError)?.code }
        return nil
    }

    /// A vault with two bundles, and one of somebody who has given his copy another root and
    /// another password: it calls itself newer.
    private func stage(
        instance isCopy: Bool
    ) throws -> (stage: BackupStage, paths: [String], other: String) {
        let theft = try Theft()
        let (stage, paths) = (theft.stage, theft.paths)
        let other = isCopy ? try theft.copy() : try stage.restore().vault
        _ = try other.put("people", ndjson: Array(#"{"id":"p","letter":"other"}"#.utf8))
        _ = try other.rotateRoot()
        var options = Vault.SlotOptions()
        (options.memory, options.passes) = (64, 1)
        _ = try other.changePassword(to: Scratch.password("his own words"), options: options)
        let made = try other.backUp(to: stage.scratch.path + "/his", isFull: true).path
        other.lock()
        let place = stage.bundles + "/" + (made as NSString).lastPathComponent
        try FileManager.default.moveItem(atPath: made, toPath: place)
        return (stage, paths, place)
    }

    @Test(arguments: [false, true])
    func theOthersAreTried(isCopy: Bool) throws {
        let (stage, paths, other) = try stage(instance: isCopy)
        let bundles = Bundles(in: stage.scratch.surroundings)
        let plan = try bundles.plan(from: stage.bundles)
        #expect(plan.bundles.first == other)
        let key = Bundles.Key.password(try Scratch.password())
        let (_, told) = try stage.restore()
        #expect(told.bundles == paths.reversed())
        #expect(told.passedOver.map(\.path) == [other])
        #expect(told.passedOver.allSatisfy { $0.reason.contains("does not open it") })
        let tried = try bundles.tryRestore(
            plan, to: stage.scratch.path + "/none.coffer", key: key)
        #expect(tried.bundles == paths.reversed())
        let drilled = try bundles.drill(plan, in: stage.scratch.path + "/room", key: key)
        #expect(drilled.plan.bundles == paths.reversed())
        #expect(drilled.plan.passedOver.map(\.path) == [other])
        let fetched = try stage.vault.fetch("people", from: plan)
        #expect(fetched.passedOver.map(\.path) == [other] && fetched.unchanged > 0)
        // The vault's own trial passes it over, too.
        let care = try Maintenance(stage.vault.records).run(.drill(folder: stage.bundles)) { _, _ in
        }
        #expect(!care.isBad && care.result.contains("1 passed over"))
        // A password that opens none of them is wrong.
        let wrong = Bundles.Key.password(try Scratch.password("mistyped"))
        #expect(
            code {
                _ = try bundles.tryRestore(
                    plan, to: stage.scratch.path + "/none.coffer", key: wrong)
            } == .wrongPassword)
        #expect(
            code { _ = try stage.vault.fetch("people", from: bundles.plan(from: other)) }
                == .wrongPassword)
        // Also where one is damaged and the others do not open.
        try Data(contentsOf: URL(fileURLWithPath: other)).write(
            to: URL(fileURLWithPath: stage.bundles + "/copy.coffer-bundle"))
        try stage.flip(paths[1])
        #expect(
            code {
                _ = try bundles.tryRestore(
                    bundles.plan(from: stage.bundles), to: stage.scratch.path + "/none.coffer",
                    key: wrong)
            } == .wrongPassword)
    }

    /// What many bundles have in common is derived once.
    @Test func aSlotIsTriedOnce() throws {
        let theft = try Theft()
        let first = try BundleReader(at: theft.paths[0])
        let second = try BundleReader(at: theft.paths[1])
        #expect(first.keyring.slots == second.keyring.slots)
        let row = try #require(first.keyring.slots.first).bytes
        let wrong = try Passphrase(opening: Scratch.password("mistyped").bytes)
        let right = try Passphrase(opening: Scratch.password().bytes)
        let failed = SlotTrials()
        #expect(throws: KeysError.wrongSecret) {
            _ = try BundleTrust(first, password: wrong, memoryLimit: 1_024, trials: failed)
        }
        guard case .refused = failed.result(of: row) else {
            Issue.record("the slot was tried")
            return
        }
        // Nothing is derived for the other one: not even what would open it.
        #expect(throws: KeysError.wrongSecret) {
            _ = try BundleTrust(second, password: right, memoryLimit: 1_024, trials: failed)
        }
        let opened = SlotTrials()
        let trust = try BundleTrust(first, password: right, memoryLimit: 1_024, trials: opened)
        let again = try BundleTrust(second, password: wrong, memoryLimit: 1_024, trials: opened)
        #expect(again.root.id == trust.root.id)
        // What a slot leads to opens no bundle that has another root.
        let other = try BackupRoundTripTests.stage()
        let foreign = try BundleReader(at: other.backUp().path)
        let slot = try #require(foreign.keyring.slots.first).bytes
        opened.note(.opened(trust.root), of: slot)
        #expect(throws: KeysError.wrongSecret) {
            _ = try BundleTrust(foreign, password: right, memoryLimit: 1_024, trials: opened)
        }
    }
}
