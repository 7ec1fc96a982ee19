import CofferBundles
import CofferBytes
import CofferCare
import CofferCrypto
import CofferFormat
import CofferKeys
import CofferStore
import Foundation
import Testing

@testable import Coffer

/// A signing key that somebody else has: what it signs after it was retired counts for nothing, and
/// what it had signed before is still good.
@Suite struct CompromisedSignerTests {
    private func code(_ body: () throws -> Void) -> VaultError.Code? {
        do { try body() } catch { return (error as? VaultError)?.code }
        return nil
    }

    @Test func anOldBundleThatIsRestoredBringsNoKeyBack() throws {
        let theft = try Theft()
        let old = try Ed25519.publicKey(of: theft.frame.active(.signing).signingKey())
        #expect(try theft.remembered().contains(old))
        _ = try theft.stage.vault.rotateSigning(isCompromised: true)
        #expect(try !theft.remembered().contains(old))
        let restored = try theft.stage.restore(from: theft.paths[1]).vault
        _ = try restored.put("people", ndjson: Array(#"{"id":"q"}"#.utf8))
        #expect(try !theft.remembered().contains(old))
    }

    private func elsewhere(_ stage: BackupStage) -> Bundles {
        var surroundings = stage.scratch.surroundings
        surroundings.stateDirectory = nil
        return Bundles(in: surroundings)
    }

    @Test func theOldKeyVouchesForNobodyAndThisMachineForgetsIt() throws {
        let theft = try Theft()
        let (stage, vault) = (theft.stage, theft.stage.vault)
        // Another copy of the vault has been seen here, too.
        let (copy, _) = try stage.restore()
        #expect(try copy.signer() == theft.signer)
        copy.lock()
        let rotation = try vault.rotateSigning(isCompromised: true)
        #expect(!rotation.isVouchedFor)
        try stage.put("people", #"{"id":"p","letter":"2"}"#)
        let made = try stage.backUp()
        #expect(made.isFull, "it rests on nothing that the old key has signed")
        let here = Bundles(in: stage.scratch.surroundings)
        #expect(try here.verify(made.path).trustedBy == "remembered")
        #expect(try elsewhere(stage).verify(made.path, signer: theft.signer).word == .untrusted)
        for path in theft.paths {
            #expect(try here.verify(path).word == .untrusted)
            #expect(try here.verify(path, vault: vault).trustedBy == "vault")
            let deep = try here.verify(path, key: .password(Scratch.password()))
            #expect(deep.word == .untrusted && deep.isDoubtful)
            let asked = try here.verify(path, key: .password(Scratch.password()), vault: vault)
            #expect(asked.trustedBy == "vault" && !asked.isDoubtful)
        }
        let fresh = try here.verify(made.path, key: .password(Scratch.password()))
        #expect(fresh.trustedBy == "remembered" && !fresh.isDoubtful)
        try stage.expectRestored(nil)
        try stage.put("people", #"{"id":"p","letter":"3"}"#)
        #expect(try !stage.backUp().isFull)
        _ = try stage.vault.rotateSigning()
        try stage.put("people", #"{"id":"p","letter":"4"}"#)
        let last = try stage.backUp()
        #expect(!last.isFull)
        #expect(try BundleReader(at: last.path).signers.statements.count == 1)
        try stage.expectRestored()
    }

    @Test func whatItSignsAfterwardsCountsForNothing() throws {
        let theft = try Theft()
        let (stage, vault) = (theft.stage, theft.stage.vault)
        _ = try vault.rotateSigning(isCompromised: true)
        // What the vault lists, with another manifest; its content is what it was.
        let forged = stage.scratch.path + "/forged.coffer-bundle"
        try theft.forge(theft.paths[0], to: forged)
        #expect(try elsewhere(stage).verify(forged, signer: theft.signer).word == .trusted)
        #expect(try Bundles(in: stage.scratch.surroundings).verify(forged).word == .untrusted)
        #expect(try elsewhere(stage).verify(forged, vault: vault).word == .untrusted)
        // And what it has never seen: a bundle that the thief has made of a copy of the vault.
        let thief = Surroundings(
            stateDirectory: stage.scratch.path + "/thief", now: stage.scratch.surroundings.now,
            bootTime: stage.scratch.surroundings.bootTime, bootID: nil)
        let bundles = Bundles(in: thief)
        let copy = stage.scratch.path + "/copy.coffer"
        _ = try bundles.restore(
            bundles.plan(from: theft.paths[1]), to: copy, key: .password(Scratch.password()))
        let stolen = try Vault(at: copy, in: thief)
        try stolen.unlock(password: Scratch.password())
        _ = try stolen.put("people", ndjson: Array(#"{"id":"p","letter":"evil"}"#.utf8))
        let evil = try stolen.backUp(to: stage.scratch.path + "/evil", isFull: true).path
        #expect(try elsewhere(stage).verify(evil, signer: theft.signer).word == .trusted)
        #expect(try elsewhere(stage).verify(evil, vault: vault).word == .untrusted)
        let here = Bundles(in: stage.scratch.surroundings)
        let password = Bundles.Key.password(try Scratch.password())
        #expect(try here.verify(evil, key: password).isDoubtful)
        #expect(try here.verify(evil, key: password, vault: vault).word == .untrusted)
        // Nothing of it is fetched, signed anew, merged or removed.
        let plan = try Bundles(in: stage.scratch.surroundings).plan(from: evil)
        #expect(code { _ = try vault.fetch("people", from: plan) } == .untrusted)
        for path in [forged, evil] {
            try FileManager.default.moveItem(
                atPath: path, toPath: stage.bundles + "/" + (path as NSString).lastPathComponent)
        }
        var told: [Vault.Rekeyed] = []
        try vault.rekeyBundles(in: stage.bundles) { told.append($0) }
        #expect(told.filter { $0.revision == 2 }.map(\.path).sorted() == theft.paths.sorted())
        #expect(told.count == 4)
        var policy = Vault.BackupPolicy(folders: [stage.bundles])
        (policy.keepLast, policy.keepHourly, policy.keepDaily, policy.keepWeekly) = (1, 0, 0, 0)
        let pruned = try vault.pruneBundles(in: stage.bundles, by: policy)
        #expect(pruned.refused.count == 0)
        for path in [forged, evil] {
            let name = stage.bundles + "/" + (path as NSString).lastPathComponent
            #expect(FileManager.default.fileExists(atPath: name))
        }
    }

    /// What the old key has signed is taken only where there is nothing else, and that is said.
    @Test func aRestoreTakesWhatAnotherKeyHasSigned() throws {
        let theft = try Theft()
        let (stage, vault) = (theft.stage, theft.stage.vault)
        let thief = try theft.copy()
        for letter in 0..<9 {
            _ = try thief.put("people", ndjson: Array(#"{"id":"p","letter":"\#(letter)"}"#.utf8))
        }
        _ = try vault.rotateSigning(isCompromised: true)
        let (_, early) = try stage.restore()
        #expect(Set(early.doubtful) == Set(theft.paths))
        try stage.put("people", #"{"id":"p","letter":"2"}"#)
        let made = try stage.backUp().path
        let forged = stage.bundles + "/zz.coffer-bundle"
        try FileManager.default.moveItem(
            atPath: thief.backUp(to: stage.scratch.path + "/evil", isFull: true).path,
            toPath: forged)
        let (_, told) = try stage.restore()
        #expect(told.bundles == [made] && told.doubtful.isEmpty)
        #expect(told.passedOver.contains { $0.path == forged && $0.reason.contains("compromised") })
        // Where nobody knows, the password alone speaks for it.
        let other = stage.scratch.path + "/other.coffer"
        let bundles = elsewhere(stage)
        let taken = try bundles.restore(
            bundles.plan(from: stage.bundles), to: other, key: .password(Scratch.password()))
        #expect(taken.bundles == [forged] && taken.doubtful.isEmpty)
    }

    /// From bundles that the vault lists, records are fetched as before.
    @Test func whatItHadSignedIsStillGood() throws {
        let theft = try Theft()
        let vault = theft.stage.vault
        _ = try vault.rotateSigning(isCompromised: true)
        let bundles = Bundles(in: theft.stage.scratch.surroundings)
        _ = try vault.put("people", ndjson: Array(#"{"id":"p","letter":"2"}"#.utf8))
        for path in theft.paths.reversed() {
            let fetched = try vault.fetch("people", from: bundles.plan(from: path))
            #expect(fetched.updated + fetched.created > 0)
        }
        let (restored, told) = try theft.stage.restore()
        #expect(told.bundles == theft.paths.reversed())
        #expect(try restored.check().isSound)
    }
}
