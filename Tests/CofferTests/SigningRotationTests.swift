import CofferBundles
import CofferBytes
import CofferCrypto
import CofferDisk
import CofferFormat
import CofferKeys
import CofferSQLite
import CofferStore
import Foundation
import Testing

@testable import Coffer

/// A new signing key: who trusts what from then on, and what the vault goes on knowing of its own.
@Suite struct SigningRotationTests {
    private func stage(_ letter: String = "0") throws -> BackupStage {
        let stage = try BackupRoundTripTests.stage()
        try change(stage, letter)
        return stage
    }

    private func change(_ stage: BackupStage, _ letter: String) throws {
        try stage.put("people", #"{"id":"p","letter":"\#(letter)"}"#)
    }

    private func code(_ body: () throws -> Void) -> VaultError.Code? {
        do { try body() } catch { return (error as? VaultError)?.code }
        return nil
    }

    /// Another machine, which remembers nothing.
    private func elsewhere(_ stage: BackupStage) -> Bundles {
        var surroundings = stage.scratch.surroundings
        surroundings.stateDirectory = nil
        return Bundles(in: surroundings)
    }

    @Test func aPinOfTheOldKeyReachesEveryLaterOneAndNoneReachesBack() throws {
        let stage = try stage()
        var keys = [try stage.vault.signer()]
        var paths = [try stage.backUp().path]
        for letter in ["1", "2", "3"] {
            let made = try stage.vault.rotateSigning()
            #expect(made.replaced == keys.last && made.isVouchedFor && made.isScrubbed)
            let signer = try stage.vault.signer()
            #expect(made.signer != keys.last && made.signer == signer)
            keys.append(made.signer)
            try change(stage, letter)
            paths.append(try stage.backUp().path)
        }
        for (signed, path) in paths.enumerated() {
            for (pinned, key) in keys.enumerated() {
                let verdict = try elsewhere(stage).verify(path, signer: key)
                #expect((verdict.word == .trusted) == (pinned <= signed), "\(pinned), \(signed)")
                guard pinned <= signed else { continue }
                let line = pinned == signed ? [] : Array(keys[pinned...signed])
                #expect(verdict.trustedBy == "signer" && verdict.through == line)
            }
            // The vault knows what it has made, whoever signed that.
            let asked = try elsewhere(stage).verify(path, signer: keys[3], vault: stage.vault)
            #expect(asked.trustedBy == (signed == 3 ? "signer" : "vault"))
            let other = try stage.scratch.vault("other-\(signed).coffer")
            #expect(try elsewhere(stage).verify(path, vault: other).word == .untrusted)
        }
        // This machine has gone along.
        #expect(try Bundles(in: stage.scratch.surroundings).verify(paths[3]).through == [])
        #expect(try Bundles(in: stage.scratch.surroundings).verify(paths[0]).word == .untrusted)
        #expect(try stage.vault.check().isSound)
    }

    /// A machine that has not seen the vault since goes along by what the bundle says.
    @Test func whatAMachineRemembersReachesForward() throws {
        let stage = try stage()
        let state = try #require(stage.scratch.surroundings.stateDirectory)
        let kept = stage.scratch.path + "/kept"
        try FileManager.default.copyItem(atPath: state, toPath: kept)
        let old = try stage.vault.signer()
        _ = try stage.vault.rotateSigning()
        let path = try stage.backUp().path
        var surroundings = stage.scratch.surroundings
        surroundings.stateDirectory = kept
        let verdict = try Bundles(in: surroundings).verify(path)
        #expect(verdict.trustedBy == "remembered")
        #expect(verdict.through == [old, try stage.vault.signer()])
    }

    @Test func theChainGoesOnAndComesBack() throws {
        let stage = try stage()
        #expect(try stage.backUp().isFull)
        for letter in ["1", "2", "3"] {
            _ = try stage.vault.rotateSigning()
            try change(stage, letter)
            #expect(try !stage.backUp().isFull)
            if letter == "2" { _ = try stage.vault.rotateRoot() }
        }
        let restored = try stage.expectRestored()
        // It goes on where the vault stood: with the same keys and statements.
        let again = BackupStage(stage.scratch, restored)
        try change(again, "4")
        let path = try again.vault.backUp(to: stage.scratch.path + "/again", isFull: true).path
        let first = try BundleReader(at: path).signers.statements
        #expect(first.count == 3)
        var policy = Vault.BackupPolicy(folders: [stage.bundles])
        policy.every = 1
        try stage.vault.setBackupPolicy(policy)
        try change(stage, "5")
        var tasks: [String] = []
        try stage.vault.maintain(isByTimer: false) { _, _ in
            true
        } each: { result in
            tasks.append(result.task.kind)
            #expect(!result.isBad, "\(result.result)")
        }
        #expect(tasks.contains("drill") && tasks.contains("backup"))
    }

    /// From the newest to the oldest, and in a folder where all are written as one.
    @Test func pruningMergesWhatDifferentKeysHaveSigned() throws {
        let stage = try stage()
        try stage.backUp()
        for letter in ["1", "2", "3", "4"] {
            if letter != "3" { _ = try stage.vault.rotateSigning() }
            try change(stage, letter)
            #expect(try !stage.backUp().isFull)
        }
        var policy = Vault.BackupPolicy(folders: [stage.bundles])
        policy.keepLast = 2
        policy.keepHourly = 0
        policy.keepDaily = 0
        policy.keepWeekly = 0
        let done = try stage.vault.pruneBundles(in: stage.bundles, by: policy)
        #expect(done.refused.map(\.reason) == [] && !done.merged.isEmpty)
        #expect(done.removed.count >= 3)
        try stage.expectRestored()
        try change(stage, "5")
        #expect(try !stage.backUp().isFull)
        try stage.expectRestored()
    }

    @Test(arguments: [false, true])
    func signedAnewTheyNeedNoOldKey(isCompromised: Bool) throws {
        let stage = try stage()
        let old = try stage.vault.signer()
        try stage.backUp()
        try change(stage, "1")
        try stage.backUp()
        let new = try stage.vault.rotateSigning(isCompromised: isCompromised).signer
        try stage.vault.rekeyBundles(in: stage.bundles) { #expect($0.revision == 2) }
        for item in try elsewhere(stage).list(stage.bundles) where item.kind == .bundle {
            #expect(try elsewhere(stage).verify(item.path, signer: new).through == [])
            let byOld = try elsewhere(stage).verify(item.path, signer: old)
            #expect((byOld.word == .trusted) == !isCompromised)
        }
        try change(stage, "2")
        #expect(try !stage.backUp().isFull)
        let restored = try stage.expectRestored()
        // Made of bundles that knew nothing of it when they were written.
        let path = try restored.backUp(to: stage.scratch.path + "/again", isFull: true).path
        #expect(try BundleReader(at: path).signers.statements.count == (isCompromised ? 0 : 1))
    }

    @Test func theSeedOfTheOldKeyIsInNoFile() throws {
        let stage = try stage()
        let vault = stage.vault
        let key = try vault.store.frame().keyring.active(.signing)
        let row = try #require(vault.store.keyRows().keys.first { $0.number == key.number })
        func isThere() throws -> Bool {
            let files = FileManager.default.enumerator(atPath: stage.scratch.path)
            while let name = files?.nextObject() as? String {
                let bytes = FileManager.default.contents(atPath: stage.scratch.path + "/" + name)
                if bytes?.range(of: Data(row.seal.suffix(48))) != nil { return true }
            }
            return false
        }
        #expect(try isThere())
        let reader = try stage.scratch.open(DiskPath.name(of: vault.path))
        let rotation = try reader.read { _ in try vault.rotateSigning() }
        #expect(!rotation.isScrubbed)
        reader.lock()
        #expect(vault.store.scrub())
        #expect(try !isThere())
        // What is left of it is its public half.
        let left = try #require(vault.store.frame().keyring.key(key.number))
        #expect(left.facts.state == .archived && left.facts.word?.count == 64)
        #expect(try left.publicHalf() == Ed25519.publicKey(of: key.signingKey()))
    }

    /// Rows that are put back, taken away or changed places, with the state as it is now.
    @Test func whatIsDoneToItsRowsIsNoticed() throws {
        let stage = try stage()
        let vault = stage.vault
        let first = try vault.store.frame().keyring.active(.signing).number
        let old = try #require(vault.store.keyRows().keys.first { $0.number == first }).seal
        _ = try vault.rotateSigning()
        _ = try vault.rotateSigning()
        let numbers = try vault.store.frame().keyring.all
            .filter { $0.facts.purpose == .signing }.map(\.number)
        #expect(numbers.count == 3)
        let (second, third) = (numbers[1], numbers[2])
        #expect(vault.store.scrub())
        let database = "/" + Store.databaseName
        func copy(_ sql: String?) throws -> Vault {
            let path = stage.scratch.path + "/copy-\(UUID().uuidString).coffer"
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: false)
            try FileManager.default.copyItem(
                atPath: vault.path + database, toPath: path + database)
            if let sql {
                try Connection(path: path + database, mode: .readWrite).execute(sql)
            }
            var surroundings = stage.scratch.surroundings
            surroundings.stateDirectory = nil
            let copy = try Vault(at: path, in: surroundings)
            try copy.unlock(password: Scratch.password())
            return copy
        }
        let hex = Hex.encode(old)
        let edits = [
            "DELETE FROM dkey WHERE num = \(first)", "DELETE FROM dkey WHERE num = \(third)",
            "UPDATE dkey SET seal = x'\(hex)' WHERE num = \(first)",
            "UPDATE dkey SET seal = x'\(hex)' WHERE num = \(third)",
            "UPDATE dkey SET num = 99 WHERE num = \(second)",
            "UPDATE dkey SET seal = (SELECT d.seal FROM dkey d WHERE d.num = CASE dkey.num "
                + "WHEN \(first) THEN \(second) ELSE \(first) END) "
                + "WHERE num IN (\(first), \(second))",
            "UPDATE dkey SET seal = (SELECT d.seal FROM dkey d WHERE d.num = CASE dkey.num "
                + "WHEN \(second) THEN \(third) ELSE \(second) END) "
                + "WHERE num IN (\(second), \(third))",
            "INSERT INTO dkey(num, seal) VALUES(98, x'\(hex)')",
        ]
        for sql in edits {
            #expect(code { _ = try copy(sql) } == .damaged, "\(sql)")
        }
        #expect(try copy(nil).check().isSound)
    }

    @Test func anotherProgramSignsWithTheNewKeyAtOnce() throws {
        let stage = try stage()
        let other = try stage.scratch.open(DiskPath.name(of: stage.vault.path))
        let old = try other.signer()
        let new = try stage.vault.rotateSigning().signer
        let path = try other.backUp(to: stage.bundles, isFull: true).path
        #expect(try elsewhere(stage).verify(path, signer: new).word == .trusted)
        #expect(try elsewhere(stage).verify(path, signer: old).through == [old, new])
        // What it remembers in the end is the new key, too.
        other.lock()
        stage.vault.lock()
        let verdict = try Bundles(in: stage.scratch.surroundings).verify(path)
        #expect(verdict.trustedBy == "remembered" && verdict.through == [])
    }

    @Test(arguments: [false, true])
    func safetyBundlesAreSignedAnew(isCompromised: Bool) throws {
        let stage = try stage()
        let path = try #require(try stage.vault.takeSafetyBundle())
        let new = try stage.vault.rotateSigning(isCompromised: isCompromised).signer
        #expect(try elsewhere(stage).verify(path, signer: new).through == [])
        #expect(try elsewhere(stage).verify(path, signer: new).word == .trusted)
    }

    @Test(
        .enabled(
            if: IndependentReader.python != nil,
            "needs Python with the packages of Vectors/README.md"))
    func theOtherReaderFollowsThePin() throws {
        // That one refuses the cheap password hash of the other tests.
        let scratch = try Scratch()
        let stage = BackupStage(scratch, try FullVault.make(scratch))
        let secret = try stage.scratch.write("password", "correct horse\n")
        let old = try stage.vault.signer()
        try stage.backUp()
        _ = try stage.vault.rotateSigning()
        _ = try stage.vault.set("ships", "b", [.text(path: ["name"], "later")])
        let second = try stage.backUp().path
        let new = try stage.vault.rotateSigning(isCompromised: true).signer
        _ = try stage.vault.rotateSigning()
        #expect(try IndependentReader.agree(stage.vault, stage.scratch) > 0)
        let third = try stage.vault.backUp(to: stage.scratch.path + "/more", isFull: true).path
        for (path, key, status) in [
            (second, old, Int32(0)), (third, new, 0), (second, new, 6), (third, old, 6),
        ] {
            let said = try IndependentReader.run("", ["verify", path, "--signer", key])
            #expect(said.status == status, "\(said.output)")
        }
        let listing = try IndependentReader.listing(
            ofBundles: stage.bundles, secret: ["--password-file", secret])
        let restored = try stage.restore().vault
        let expected = try IndependentReader.listing(
            ofVault: restored.path, secret: ["--password-file", secret])
        #expect(listing.filter { $0.contains("\"record\"") }.count > 0)
        #expect(
            listing.filter { $0.contains("\"record\"") }
                == expected.filter { $0.contains("\"record\"") })
    }

    @Test func asManyAsThereMayBeFitIntoABundle() throws {
        let stage = try stage()
        let first = try stage.vault.signer()
        for _ in 0..<Store.archivedSignerLimit {
            try stage.vault.store.rotateSigning(isCompromised: false)
        }
        #expect(code { _ = try stage.vault.rotateSigning() } == .invalid)
        let path = try stage.backUp().path
        let verdict = try elsewhere(stage).verify(path, signer: first)
        #expect(verdict.through.count == 257)
        try stage.expectRestored()
    }
}
