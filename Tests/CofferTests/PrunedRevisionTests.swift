import CofferBundles
import CofferFormat
import CofferRecords
import CofferStore
import Foundation
import Testing

@testable import Coffer
@testable import CofferCare

/// Copies of bundles that a vault has removed, from before their keyrings were written anew.
@Suite struct PrunedRevisionTests {
    private func code(_ body: () throws -> Void) -> VaultError.Code? {
        do { try body() } catch { return (error as? VaultError)?.code }
        return nil
    }

    private func fetch(_ stage: BackupStage, from folder: String, _ vault: Vault? = nil) throws {
        _ = try (vault ?? stage.vault).fetch(
            "people", from: Bundles(in: stage.scratch.surroundings).plan(from: folder),
            isTried: true)
    }

    /// Three bundles whose keyrings are written anew, and a copy of their folder from before.
    private func stage() throws -> (stage: BackupStage, copies: String) {
        let stage = try BackupRoundTripTests.stage()
        for number in 0..<3 {
            try stage.put("people", "{\"id\":\"n\(number)\",\"letter\":\"l\"}")
            try stage.backUp()
        }
        let copies = stage.scratch.path + "/copies"
        try FileManager.default.copyItem(atPath: stage.bundles, toPath: copies)
        try fetch(stage, from: copies)
        try stage.vault.rekeyBundles(in: stage.bundles) { _ in }
        #expect(code { try fetch(stage, from: copies) } == .older)
        return (stage, copies)
    }

    @Test func copiesOfWhatWasPrunedAreRefusedStill() throws {
        let (stage, copies) = try stage()
        let rekeyed = stage.scratch.path + "/rekeyed"
        try FileManager.default.copyItem(atPath: stage.bundles, toPath: rekeyed)
        let pruned = try stage.vault.pruneBundles(
            in: stage.bundles, by: PruneMergeTests.policy(stage.bundles))
        #expect(pruned.removed.count == 3 && pruned.merged.count == 1)
        #expect(code { try fetch(stage, from: copies) } == .older)
        #expect(try stage.vault.check().isSound)
        try stage.expectRestored()
        // A vault made of what was made since remembers it, too.
        try stage.put("people", #"{"id":"late","letter":"l"}"#)
        try stage.backUp()
        let restored = try stage.expectRestored()
        #expect(code { try fetch(stage, from: copies, restored) } == .older)
        // Back in the folder they are no bundles of the vault's again.
        for name in try FileManager.default.contentsOfDirectory(atPath: copies) {
            try FileManager.default.copyItem(
                atPath: copies + "/" + name, toPath: stage.bundles + "/" + name)
        }
        let again = try stage.vault.pruneBundles(
            in: stage.bundles, by: PruneMergeTests.policy(stage.bundles, last: 2))
        #expect(again.removed.isEmpty && again.refused.count == 3, "\(again)")
        #expect(code { try fetch(stage, from: copies) } == .older)
        // Written anew they open with today's passwords, and are good again; the copies are not,
        // nor those that were good until now.
        try fetch(stage, from: rekeyed)
        try stage.vault.rekeyBundles(in: stage.bundles) { _ in }
        #expect(try revisions(stage.bundles).max() == 3)
        for folder in [copies, rekeyed] {
            #expect(code { try fetch(stage, from: folder) } == .older)
        }
        try fetch(stage, from: stage.bundles)
    }

    private func revisions(_ folder: String) throws -> [UInt64] {
        try FileManager.default.contentsOfDirectory(atPath: folder).map {
            try BundleReader(at: folder + "/" + $0).keyring.revision
        }
    }

    @Test func onlySoManyAreRememberedAndTheOldestGo() throws {
        let (stage, copies) = try stage()
        let known = try stage.vault.records.read { try $0.knownBundles() }
        #expect(known.map(\.revision) == [2, 2, 2])
        func check(_ folder: String, _ number: Int) throws -> VaultError.Code? {
            let name = known[number].name
            return code {
                do {
                    try stage.vault.records.read {
                        try KnownRevisions.check([BundleReader(at: folder + "/" + name)], $0)
                    }
                } catch { throw VaultError(error) }
            }
        }
        _ = try stage.vault.pruneBundles(
            in: stage.bundles, by: PruneMergeTests.policy(stage.bundles))
        for number in 0..<3 { #expect(try check(copies, number) == .older) }
        var first = known[0]
        first.created -= 1
        try stage.vault.records.write { writer in
            writer.transaction.isSilent = true
            try KnownRevisions.keep([first], writer, limit: 2)
        }
        #expect(try check(copies, 0) == nil)
        for number in 1..<3 { #expect(try check(copies, number) == .older) }
        #expect(try stage.vault.check().isSound)
    }
}
