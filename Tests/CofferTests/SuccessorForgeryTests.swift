import CofferBundles
import CofferFormat
import CofferKeys
import CofferStore
import Foundation
import Testing

@testable import Coffer

/// A thief who has the vault and its password gives his copy other keys: what these sign is doubted
/// wherever somebody knows that a key was retired as compromised.
@Suite struct SuccessorForgeryTests {
    private func code(_ body: () throws -> Void) -> VaultError.Code? {
        do { try body() } catch { return (error as? VaultError)?.code }
        return nil
    }

    /// How the thief's copy goes on before it makes its bundle.
    enum Turn: CaseIterable { case nothing, signing, compromised, root, both }

    /// The vault after its key was retired, its next bundle, and the thief's, which looks newer.
    private func stage(
        _ turn: Turn
    ) throws -> (theft: Theft, made: String, forged: String) {
        let theft = try Theft()
        let thief = try theft.copy()
        for letter in 0..<9 {
            _ = try thief.put("people", ndjson: Array(#"{"id":"p","letter":"\#(letter)"}"#.utf8))
        }
        if turn == .root || turn == .both { _ = try thief.rotateRoot() }
        if turn == .signing || turn == .both { _ = try thief.rotateSigning() }
        if turn == .compromised { _ = try thief.rotateSigning(isCompromised: true) }
        _ = try theft.stage.vault.rotateSigning(isCompromised: true)
        try theft.stage.put("people", #"{"id":"p","letter":"2"}"#)
        let made = try theft.stage.backUp().path
        let forged = theft.stage.bundles + "/zz.coffer-bundle"
        try FileManager.default.moveItem(
            atPath: thief.backUp(to: theft.stage.scratch.path + "/evil", isFull: true).path,
            toPath: forged)
        return (theft, made, forged)
    }

    @Test(arguments: Turn.allCases)
    func aSuccessorOfTheThiefIsNotBelieved(turn: Turn) throws {
        let (theft, made, forged) = try stage(turn)
        let (stage, vault) = (theft.stage, theft.stage.vault)
        let here = Bundles(in: stage.scratch.surroundings)
        let password = Bundles.Key.password(try Scratch.password())
        #expect(try here.verify(forged).word == .untrusted)
        let deep = try here.verify(forged, key: password)
        #expect(deep.word == .untrusted && deep.trustedBy == nil && deep.isDoubtful)
        #expect(deep.reason?.contains("compromised here") == true)
        #expect(try here.verify(forged, vault: vault).word == .untrusted)
        #expect(try here.verify(forged, key: password, vault: vault).word == .untrusted)
        // Where this machine has forgotten everything, the vault knows.
        var blank = stage.scratch.surroundings
        blank.stateDirectory = nil
        let elsewhere = Bundles(in: blank)
        #expect(try elsewhere.verify(forged, key: password).trustedBy == "password")
        #expect(try elsewhere.verify(forged, key: password, vault: vault).word == .untrusted)
        let asking = try Bundles(in: blank, asking: vault)
        #expect(try asking.verify(forged, key: password).isDoubtful)
        #expect(try asking.verify(made, key: password).trustedBy == "vault")
        let known = try asking.drill(
            asking.plan(from: stage.bundles), in: stage.scratch.path + "/other-room", key: password)
        #expect(known.plan.bundles == [made] && known.plan.doubtful.isEmpty)
        // Also a locked one that is to be replaced is asked, with what opens the bundles.
        vault.lock()
        let over = try elsewhere.tryRestore(
            elsewhere.plan(from: stage.bundles), to: vault.path, key: password, isReplacing: true)
        #expect(over.bundles == [made] && over.doubtful.isEmpty)
        try vault.unlock(password: Scratch.password())
        // By hand the key of before may be given; this machine knows better.
        if turn != .compromised {
            let given = try here.verify(forged, signer: theft.signer)
            #expect(given.word == .untrusted && given.isDoubtful)
            let asked = try here.verify(theft.paths[0], signer: theft.signer, vault: vault)
            #expect(asked.trustedBy == "vault" && !asked.isDoubtful)
        }
        #expect(try !here.verify(made, signer: vault.signer()).isDoubtful)

        let (_, told) = try stage.restore()
        #expect(told.bundles == [made] && told.doubtful.isEmpty)
        #expect(told.passedOver.contains { $0.path == forged && $0.reason.contains("compromised") })
        let plan = try here.plan(from: stage.bundles)
        let tried = try here.tryRestore(
            plan, to: stage.scratch.path + "/none.coffer", key: password)
        #expect(tried.bundles == [made] && tried.doubtful.isEmpty)
        let drilled = try here.drill(plan, in: stage.scratch.path + "/room", key: password)
        #expect(drilled.plan.bundles == [made] && drilled.plan.passedOver.count == 1)
        // Nothing is fetched from it, nor where it is named.
        _ = try vault.fetch("people", from: plan)
        #expect(try vault.get("people", "p").json.contains(#""letter":"2""#))
        #expect(
            code { _ = try vault.fetch("people", from: here.plan(from: forged)) } == .untrusted)
    }

    /// Only where there is nothing else it is taken, and that is said.
    @Test(arguments: [Turn.signing, .both])
    func whatIsDoubtfulIsTakenLast(turn: Turn) throws {
        let (theft, made, forged) = try stage(turn)
        let here = Bundles(in: theft.stage.scratch.surroundings)
        let password = Bundles.Key.password(try Scratch.password())
        let named = try here.tryRestore(
            here.plan(from: forged), to: theft.stage.scratch.path + "/none.coffer", key: password)
        #expect(named.doubtful == [forged])
        let drilled = try here.drill(
            here.plan(from: forged), in: theft.stage.scratch.path + "/room", key: password)
        #expect(drilled.plan.doubtful == [forged])
        // A password of before opens it, and not what the vault has made since: that is no reason.
        try theft.stage.vault.changePassword()
        try theft.stage.vault.rekeyBundles(in: theft.stage.bundles) { _ in }
        #expect(code { _ = try theft.stage.restore() } == .wrongPassword)
        for path in theft.paths + [made] { try FileManager.default.removeItem(atPath: path) }
        let (_, told) = try theft.stage.restore()
        #expect(told.bundles == [forged] && told.doubtful == [forged])
    }

    /// What the vault itself had made is older, signed by the old key, and on its list.
    @Test func whatTheVaultListsIsStillItsOwn() throws {
        let (theft, made, _) = try stage(.signing)
        let (stage, vault) = (theft.stage, theft.stage.vault)
        let here = Bundles(in: stage.scratch.surroundings)
        let password = Bundles.Key.password(try Scratch.password())
        for path in theft.paths + [made] {
            let asked = try here.verify(path, key: password, vault: vault)
            #expect(asked.word == .trusted && !asked.isDoubtful)
        }
        // A key that follows the one of today is believed with it, and what it continues, too.
        _ = try vault.rotateSigning()
        try stage.put("people", #"{"id":"p","letter":"3"}"#)
        let next = try stage.backUp()
        #expect(!next.isFull)
        let (_, told) = try stage.restore()
        #expect(told.bundles == [next.path, made] && told.doubtful.isEmpty)
        // Nothing older is said to look newer.
        #expect(told.passedOver.allSatisfy { !theft.paths.contains($0.path) })
    }

    /// An older state in the place of the vault takes nothing away from what this machine knows.
    @Test(arguments: [Turn.signing, .both])
    func aRestoredOlderStateLeavesTheGoodKeyTrusted(turn: Turn) throws {
        let (theft, made, forged) = try stage(turn)
        let stage = theft.stage
        let here = Bundles(in: stage.scratch.surroundings)
        let password = Bundles.Key.password(try Scratch.password())
        let path = stage.vault.path
        stage.vault.lock()
        for _ in 0..<2 {
            let older = try here.restore(
                here.plan(from: theft.paths[1]), to: path, key: password, isReplacing: true)
            #expect(older.hasCompromisedSigner)
        }
        #expect(try here.verify(made).trustedBy == "remembered")
        let plan = try here.plan(from: stage.bundles)
        let back = try here.restore(plan, to: path, key: password, isReplacing: true)
        #expect(back.bundles == [made] && back.doubtful.isEmpty && !back.hasCompromisedSigner)
        // What was taken for want of better is nobody's word afterwards.
        _ = try here.restore(here.plan(from: forged), to: path, key: password, isReplacing: true)
        // By its numbers it is newer; a time that is named says that this is wanted.
        let until = Int64(Date().timeIntervalSince1970 * 1_000) + 60_000
        let named = try here.plan(from: stage.bundles, until: until)
        let again = try here.restore(named, to: path, key: password, isReplacing: true)
        #expect(again.bundles == [made] && again.doubtful.isEmpty)
        #expect(try !here.verify(made, key: password).isDoubtful)
        #expect(try here.verify(forged, key: password).isDoubtful)
    }

    /// A copy that was seen here before vouches for no key that was retired since.
    @Test func anOlderKeyThatIsRememberedVouchesForNoCompromisedOne() throws {
        let theft = try Theft()
        let stage = theft.stage
        // A copy with the first key, which this machine remembers.
        let (copy, _) = try stage.restore()
        copy.lock()
        _ = try stage.vault.rotateSigning()
        let thief = try theft.copy()
        _ = try stage.vault.rotateSigning(isCompromised: true)
        _ = try thief.put("people", ndjson: Array(#"{"id":"p","letter":"evil"}"#.utf8))
        let forged = try thief.backUp(to: stage.scratch.path + "/evil", isFull: true).path
        #expect(try BundleReader(at: forged).signers.statements.count == 1)
        #expect(try Bundles(in: stage.scratch.surroundings).verify(forged).word == .untrusted)
    }

    /// An older bundle or copy brings the compromised key back as the one that signs: it vouches
    /// for what the vault lists, and for nothing else.
    @Test(arguments: [false, true])
    func aKeyThatIsBroughtBackVouchesForNothingNew(isAccepted: Bool) throws {
        let theft = try Theft()
        let stage = theft.stage
        let older = stage.scratch.path + "/older.coffer"
        stage.vault.lock()
        try FileManager.default.copyItem(atPath: stage.vault.path, toPath: older)
        try stage.vault.unlock(password: Scratch.password())
        let thief = try theft.copy()
        _ = try thief.put("people", ndjson: Array(#"{"id":"p","letter":"evil"}"#.utf8))
        _ = try stage.vault.rotateSigning(isCompromised: true)
        let back: Vault
        if isAccepted {
            var around = stage.scratch.surroundings
            around.allowsOlder = true
            back = try Vault(at: older, in: around)
            try back.unlock(password: Scratch.password())
            try back.acceptOlder()
        } else {
            let (made, told) = try stage.restore(from: theft.paths[1])
            #expect(told.hasCompromisedSigner)
            back = made
        }
        #expect(try back.signer() == theft.signer)
        #expect(try back.hasCompromisedSigner())
        #expect(try back.status().remarks.contains(Vault.compromisedSignerRemark))
        for turn in [false, true] {
            if turn { _ = try thief.rotateSigning() }
            let forged = try thief.backUp(
                to: stage.scratch.path + "/evil-\(turn)", isFull: true
            ).path
            let here = Bundles(in: stage.scratch.surroundings)
            let password = Bundles.Key.password(try Scratch.password())
            #expect(try here.verify(forged, vault: back).word == .untrusted)
            #expect(try here.verify(forged, key: password, vault: back).word == .untrusted)
            #expect(
                code { _ = try back.fetch("people", from: here.plan(from: forged)) } == .untrusted)
            var told: [Vault.Rekeyed] = []
            try back.rekeyBundles(in: stage.scratch.path + "/evil-\(turn)") { told.append($0) }
            #expect(told.map(\.revision) == [nil])
            // What the vault has made is its own all the same.
            for path in isAccepted ? theft.paths : [theft.paths[0]] {
                #expect(try here.verify(path, vault: back).trustedBy == "vault")
            }
        }
        _ = try back.takeSafetyBundle()
        let folder = try #require(back.safetyFolder)
        _ = try back.rotateSigning(isCompromised: true)
        #expect(try !back.hasCompromisedSigner())
        #expect(try Bundles(in: stage.scratch.surroundings).list(folder).count >= 1)
    }

    /// What could not be noted is said, and made good by the next unlock.
    @Test func aNoteThatCouldNotBeTakenIsTakenAtTheNextUnlock() throws {
        let theft = try Theft()
        let stage = theft.stage
        let state = try #require(stage.vault.surroundings.stateDirectory)
        let list = state + "/spent-\(stage.vault.id)"
        try FileManager.default.createDirectory(
            atPath: list + ".new/full", withIntermediateDirectories: true)
        let rotation = try stage.vault.rotateSigning(isCompromised: true)
        #expect(!rotation.isNoted)
        #expect(
            try stage.vault.status().remarks.contains {
                $0.contains("compromised keys could not be")
            })
        #expect(!FileManager.default.fileExists(atPath: list))
        try FileManager.default.removeItem(atPath: list + ".new")
        stage.vault.lock()
        try stage.vault.unlock(password: Scratch.password())
        let noted = try Data(contentsOf: URL(fileURLWithPath: list))
        let keys = Store.compromisedSigners(of: theft.frame.vault, in: state)
        #expect(noted.count == 32 && keys.count == 1)
        // Once is enough, also on a machine that has never seen the vault.
        stage.vault.lock()
        try stage.vault.unlock(password: Scratch.password())
        #expect(try Data(contentsOf: URL(fileURLWithPath: list)) == noted)
        var other = stage.scratch.surroundings
        other.stateDirectory = stage.scratch.path + "/other-state"
        stage.vault.lock()
        let vault = try Vault(at: stage.vault.path, in: other)
        try vault.unlock(password: Scratch.password())
        #expect(
            Store.compromisedSigners(
                of: theft.frame.vault, in: stage.scratch.path + "/other-state") == keys)
        #expect(try vault.rotateSigning(isCompromised: true).isNoted)
    }

    /// A list that is there and cannot be read does not become a shorter one.
    @Test func aListThatCannotBeReadIsNotReplaced() throws {
        let theft = try Theft()
        let state = try #require(theft.stage.vault.surroundings.stateDirectory)
        let list = state + "/spent-\(theft.stage.vault.id)"
        let bytes = Data(repeating: 7, count: 1 << 20)
        try bytes.write(to: URL(fileURLWithPath: list))
        #expect(try !theft.stage.vault.rotateSigning(isCompromised: true).isNoted)
        #expect(try Data(contentsOf: URL(fileURLWithPath: list)) == bytes)
    }
}

extension Vault {
    /// Gives the vault another password, at the least cost.
    fileprivate func changePassword() throws {
        var options = Vault.SlotOptions()
        (options.memory, options.passes) = (64, 1)
        _ = try changePassword(to: Scratch.password("another horse"), options: options)
    }
}
