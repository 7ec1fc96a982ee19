import CofferBundles
import CofferBytes
import CofferCrypto
import CofferFormat
import Foundation
import Testing

@testable import Coffer

/// What is done with bundles that somebody has forged or damaged, beside good ones.
@Suite struct BackupForgeryTests {
    private func code(_ body: () throws -> Void) -> VaultError.Code? {
        do { try body() } catch { return (error as? VaultError)?.code }
        return nil
    }

    private func stage(_ count: Int) throws -> (stage: BackupStage, paths: [String]) {
        let stage = try BackupRoundTripTests.stage()
        var paths: [String] = []
        for number in 0..<count {
            try stage.put("people", "{\"id\":\"n\(number)\"}")
            paths.append(try stage.backUp(full: true).path)
        }
        return (stage, paths)
    }

    /// Writes a bundle again with another time and text, under a key of somebody else.
    private func forge(_ path: String, to other: String, created: Int64) throws {
        let bundle = try BundleReader(at: path)
        var writer = try BundleWriter(at: other, replacing: true)
        try writer.add(.readme, Array("Trust me.\n".utf8))
        for member in [BundleMember.keyring, .subjects, .signers] {
            try writer.add(member, from: bundle)
        }
        for member in bundle.members where member.isContent {
            try writer.add(member, from: bundle)
        }
        let old = bundle.manifest
        _ = try writer.finish(
            signingKey: SigningKey(try Randomness.system.secret(32)),
            keyID: [UInt8](repeating: 7, count: 8)
        ) { _ in
            Manifest(
                vault: old.vault, instance: old.instance, bundle: old.bundle, kind: old.kind,
                parent: old.parent, key: old.key, epoch: old.epoch, generation: old.generation,
                after: old.after, sequence: old.sequence, created: created,
                entries: old.entries, live: old.live, members: old.members,
                digest: old.digest, audit: old.audit)
        }
    }

    private func policy(_ stage: BackupStage) -> Vault.BackupPolicy {
        var policy = Vault.BackupPolicy(folders: [stage.bundles])
        policy.keepLast = 1
        policy.keepHourly = 0
        policy.keepDaily = 0
        policy.keepWeekly = 0
        return policy
    }

    /// Flips a bit of what the first segment of a bundle holds.
    private func damage(_ path: String) throws {
        let url = URL(fileURLWithPath: path)
        var bytes = try Data(contentsOf: url)
        let name = try #require(bytes.range(of: Data("records-00001.seal".utf8)))
        bytes[name.lowerBound + 700] ^= 1
        try bytes.write(to: url)
    }

    @Test func whatTheVaultHasNotSignedIsNotSignedAnew() throws {
        let (stage, paths) = try stage(1)
        try forge(paths[0], to: paths[0], created: 1_700_000_000_000)
        let forged = try Data(contentsOf: URL(fileURLWithPath: paths[0]))
        var told: [Vault.Rekeyed] = []
        try stage.vault.rekeyBundles(in: stage.bundles) { told.append($0) }
        #expect(told.map(\.revision) == [nil])
        #expect(try Data(contentsOf: URL(fileURLWithPath: paths[0])) == forged)
        let verdict = try Bundles(in: stage.scratch.surroundings)
            .verify(paths[0], signer: stage.vault.signer())
        #expect(verdict.word == .untrusted)
    }

    @Test func aForgedTimeSavesNoBundleAndCostsNone() throws {
        let (stage, paths) = try stage(3)
        let forged = stage.bundles + "/99991231T235959Z-full-00000000.coffer-bundle"
        try forge(paths[0], to: forged, created: 9_000_000_000_000)
        let plan = try stage.vault.pruneBundles(in: stage.bundles, by: policy(stage))
        #expect(Set(plan.removed) == Set(paths[..<2]))
        #expect((plan.kept, plan.needed) == (1, 0))
        #expect(FileManager.default.fileExists(atPath: forged))
        // The folder restores all the same, and says what it has passed over.
        let told = try stage.restore().told
        #expect(told.bundles == [paths[2]])
        #expect(told.passedOver.map(\.path) == [forged])
        let bundles = Bundles(in: stage.scratch.surroundings)
        #expect(
            code {
                _ = try bundles.drill(
                    bundles.plan(from: stage.bundles), in: stage.scratch.path + "/room",
                    key: .password(Scratch.password()))
            } == .damaged)
    }

    @Test func aDamagedBundleIsNotWhatStays() throws {
        let (stage, paths) = try stage(3)
        try damage(paths[2])
        let plan = try stage.vault.pruneBundles(in: stage.bundles, by: policy(stage))
        #expect(plan.removed == [paths[0]])
        #expect(FileManager.default.fileExists(atPath: paths[1]))
        let told = try stage.restore().told
        #expect(told.bundles == [paths[1]])
        #expect(told.passedOver.map(\.path) == [paths[2]])
    }

    @Test func whatContinuesADamagedBundleIsPassedOverWithIt() throws {
        let (stage, paths) = try stage(2)
        var late: [String] = []
        for name in ["x", "y"] {
            try stage.put("people", "{\"id\":\"\(name)\"}")
            let made = try stage.backUp()
            #expect(!made.isFull)
            late.append(made.path)
        }
        try damage(paths[1])
        let told = try stage.restore().told
        #expect(told.bundles == [paths[0]])
        #expect(told.passedOver.map(\.path) == [late[1], late[0], paths[1]])
        #expect(
            told.passedOver.allSatisfy {
                $0.reason.contains("records-00001") || $0.reason.contains(paths[1])
            })
    }

    @Test func nothingContinuesADamagedBundle() throws {
        let (stage, paths) = try stage(1)
        try damage(paths[0])
        try stage.put("people", #"{"id":"late"}"#)
        #expect(try stage.backUp().isFull)
        #expect(try stage.restore().told.records == 6)
    }

    @Test func aCopyBesideABundleCountsOnce() throws {
        let (stage, paths) = try stage(2)
        try FileManager.default.copyItem(
            atPath: paths[1], toPath: stage.bundles + "/copied.coffer-bundle")
        let plan = try stage.vault.pruneBundles(
            in: stage.bundles, by: policy(stage), isTried: true)
        #expect(plan.removed == [paths[0]])
        #expect((plan.kept, plan.needed) == (1, 0))
    }

    @Test func noBundleLiesInTheVaultThatItIsToSave() throws {
        let (stage, _) = try stage(1)
        for folder in ["", "/sub", "/sub/deeper"] {
            #expect(code { _ = try stage.vault.backUp(to: stage.vault.path + folder) } == .usage)
            #expect(
                code {
                    try stage.vault.setBackupPolicy(
                        Vault.BackupPolicy(folders: [stage.vault.path + folder]))
                } == .usage)
        }
        #expect(code { _ = try stage.restore(to: "test.coffer/inner.coffer") } == .usage)
    }

    @Test func aTrialOfARestoreRefusesWhatTheRestoreRefuses() throws {
        let (stage, _) = try stage(1)
        try stage.put("people", #"{"id":"late"}"#)
        let bundles = Bundles(in: stage.scratch.surroundings)
        let plan = try bundles.plan(from: stage.bundles)
        #expect(
            code {
                _ = try bundles.tryRestore(
                    plan, to: stage.vault.path, key: .password(Scratch.password()),
                    isReplacing: true)
            } == .older)
        let other = try BackupStage()
        #expect(
            code {
                _ = try bundles.tryRestore(
                    plan, to: other.vault.path, key: .password(Scratch.password()),
                    isReplacing: true)
            } == .foreign)
    }
}
