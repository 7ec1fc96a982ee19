import Coffer
import CofferBundles
import CofferBytes
import CofferCare
import CofferCrypto
import CofferFormat
import CofferRecords
import CofferStore
import Foundation
import Testing

@testable import CofferKeys

/// Bundles that somebody built who knows everything about a vault that is not secret: its id, its
/// slots, its roster, its public key, and real bundles of it.
@Suite struct BundleAttackTests {
    /// A machine that has opened the vault, and a real bundle of it.
    private struct Scene {
        let sample: Sample
        let vault: Place
        let bundle: String
        /// The public key, as its owner has written it down.
        let signer: String
        var state: String { vault.path + "-state" }

        init() throws {
            sample = try Sample.shared.get()
            vault = try Place()
            try vault.put(sample.now)
            let opened = try Sample.open(vault.path, state: vault.path + "-state")
            signer = try opened.signer()
            bundle = try opened.backUp(to: vault.path + "-bundles").path
        }

        func clear() {
            for suffix in ["-state", "-bundles"] {
                try? FileManager.default.removeItem(atPath: vault.path + suffix)
            }
        }

        /// The ways in which a bundle could come to be trusted; those that trust it.
        func believers(_ path: String) throws -> [String] {
            let bundles = Bundles(in: Sample.surroundings(state: state))
            let stranger = Bundles(in: Sample.surroundings())
            var believers: [String] = []
            func ask(_ who: String, _ body: () throws -> Bundles.Verdict) {
                do {
                    if try body().word == .trusted { believers.append(who) }
                } catch {
                    let code = (error as? VaultError)?.code ?? .unexpected
                    #expect([.wrongPassword, .damaged, .untrusted].contains(code), "\(error)")
                }
            }
            ask("pin") { try bundles.verify(path) }
            ask("signer") { try stranger.verify(path, signer: signer) }
            for (name, isPassword) in [("password", true), ("recovery key", false)] {
                func key() throws -> Bundles.Key {
                    isPassword
                        ? .password(try Sample.secret(Sample.password))
                        : .recoveryKey(try sample.recoveryKey())
                }
                ask(name) { try stranger.verify(path, key: try key()) }
                let target = vault.path + "-restored"
                do {
                    let plan = try stranger.plan(from: path)
                    _ = try stranger.restore(plan, to: target, key: try key())
                    believers.append("restore with \(name)")
                } catch {
                    let code = (error as? VaultError)?.code ?? .unexpected
                    #expect([.wrongPassword, .damaged, .untrusted].contains(code), "\(error)")
                }
                try? FileManager.default.removeItem(atPath: target)
            }
            return believers
        }
    }

    /// A bundle of a vault that the attacker made under a root of their own, whose slots wrap that
    /// root to the public keys of the owner's slots.
    private static func rebuilt(
        _ scene: Scene, _ root: RootKey, _ slots: [SlotRow],
        _ first: borrowing SecretBytes, _ second: borrowing SecretBytes
    ) throws -> String {
        let place = try Place()
        try SlotAttackTests.rebuild(
            place, scene.sample, root: root,
            password: SlotAttackTests.forge(
                slots[0], root: root, vault: scene.sample.vault, authKey: first), first,
            recovery: SlotAttackTests.forge(
                slots[1], root: root, vault: scene.sample.vault, authKey: second), second)
        let store = try Store(
            opening: place.path, isReadOnly: false, environment: Sample.environment())
        try store.unlock(root: root)
        defer { store.lock() }
        return try BackupCreate(Records(store), isFull: true).run(
            into: scene.vault.path + "-bundles/forged"
        ).path
    }

    @Test func aRealBundleIsBelievedByEverybody() throws {
        let scene = try Scene()
        defer { scene.clear() }
        #expect(
            try scene.believers(scene.bundle) == [
                "pin", "signer", "password", "restore with password", "recovery key",
                "restore with recovery key",
            ])
    }

    @Test(arguments: SlotAttackTests.Guess.allCases, [true, false])
    func aBundleUnderAPlantedRootIsBelievedByNobody(
        _ guess: SlotAttackTests.Guess, _ isNewID: Bool
    ) throws {
        let scene = try Scene()
        defer { scene.clear() }
        let rows = try SlotAttackTests.rows(scene.sample)
        let id = isNewID ? try Randomness.system.identifier() : rows[0].root
        let root = RootKey(id: id, secret: try Randomness.system.secret(32))
        let path = try Self.rebuilt(
            scene, root, rows, SlotAttackTests.guess(guess, rows[0]),
            SlotAttackTests.guess(guess, rows[1]))
        #expect(try scene.believers(path) == [])
    }

    /// That the forgery is right in all but the auth keys: with them it passes for who has only
    /// a password to go by.
    @Test func theSameForgeryPassesForWhoKnowsTheAuthKeys() throws {
        let scene = try Scene()
        defer { scene.clear() }
        let rows = try SlotAttackTests.rows(scene.sample)
        let root = RootKey(id: rows[0].root, secret: try Randomness.system.secret(32))
        let first = try Slots.open(
            rows[0], password: Passphrase(opening: Sample.bytes(Sample.password)),
            vault: scene.sample.vault)
        let second = try Slots.open(
            rows[1], recoveryKey: scene.sample.recoverySecret(), vault: scene.sample.vault)
        let path = try Self.rebuilt(scene, root, rows, first.authKey, second.authKey)
        #expect(
            try scene.believers(path) == [
                "password", "restore with password", "recovery key", "restore with recovery key",
            ])
    }

    /// What somebody puts together of a real bundle and a key of their own.
    enum Mixture: CaseIterable {
        /// The real members, signed with another key.
        case signedByAnother
        /// The same, and the signature says that it is by the real key.
        case signedUnderTheRealName
        /// The same, and a statement says that the real key vouches for the other.
        case vouchedFor
        /// The statement is signed by the other key, in the name of the real one.
        case vouchedForByItself
        /// The real keyring, and a stream of another vault.
        case realKeyring
        /// The real signature and list, and another keyring.
        case otherKeyring
        /// No slots that open, and another roster.
        case otherRoster
    }

    @Test(arguments: Mixture.allCases)
    func aBundleOfRealPartsAndAnotherKeyIsBelievedByNobody(_ mixture: Mixture) throws {
        let scene = try Scene()
        defer { scene.clear() }
        let real = try BundleReader(at: scene.bundle)
        let rows = try SlotAttackTests.rows(scene.sample)
        let root = RootKey(id: rows[0].root, secret: try Randomness.system.secret(32))
        let guess = try Randomness.system.secret(32)
        let forged = try BundleReader(at: Self.rebuilt(scene, root, rows, guess, guess))
        let signingKey = SigningKey(try Randomness.system.secret(32))
        let owner = try Minisign.PublicKey(line: scene.signer)
        let bytes = try Ed25519.publicKey(of: signingKey)
        let mine = try Minisign.PublicKey(keyID: [1, 2, 3, 4, 5, 6, 7, 8], bytes: bytes)
        let path = scene.vault.path + "-bundles/mixed.coffer-bundle"
        if mixture == .otherKeyring {
            // Byte for byte, but for the member.
            let whole = try Data(contentsOf: URL(filePath: scene.bundle))
            let keyring = Data(try real.read(.keyring))
            var other = real.keyring.bytes
            other[other.count - 40] ^= 1
            let range = try #require(whole.range(of: keyring))
            try whole.replacing(range, with: other).write(to: URL(filePath: path))
            #expect(try scene.believers(path) == [])
            return
        }
        var statements = real.signers.statements
        if mixture == .vouchedFor || mixture == .vouchedForByItself {
            let statement = try SignerStatements.Statement(
                of: mine, by: owner, with: signingKey, vault: scene.sample.vault)
            statements.append(
                mixture == .vouchedForByItself
                    ? statement
                    : SignerStatements.Statement(
                        new: statement.new, old: statement.old,
                        signature: [UInt8](repeating: 7, count: 64)))
        }
        var keyring = real.keyring
        if mixture == .otherRoster {
            keyring = KeyringDocument(
                vault: keyring.vault, bundle: keyring.bundle, revision: keyring.revision,
                slots: keyring.slots, roster: forged.keyring.roster, keys: keyring.keys,
                subjects: keyring.subjects)
        }
        let source = mixture == .realKeyring ? forged : real
        var writer = try BundleWriter(at: path)
        try writer.add(.readme, from: real)
        try writer.add(.keyring, keyring.bytes)
        try writer.add(.subjects, from: real)
        try writer.add(
            .signers,
            SignerStatements(vault: scene.sample.vault, statements: statements).bytes)
        for member in source.members {
            if case .records = member { try writer.add(member, from: source) }
        }
        let keyID = mixture == .signedUnderTheRealName ? owner.keyID : mine.keyID
        let old = real.manifest
        _ = try writer.finish(signingKey: signingKey, keyID: keyID) { members in
            Manifest(
                vault: old.vault, instance: old.instance, bundle: old.bundle, kind: old.kind,
                parent: old.parent, key: old.key, epoch: old.epoch, generation: old.generation,
                after: old.after, sequence: old.sequence, created: old.created,
                entries: old.entries, live: old.live, members: members, digest: old.digest,
                audit: old.audit)
        }
        #expect(try scene.believers(path) == [])
    }
}

extension Data {
    fileprivate func replacing(_ range: Range<Data.Index>, with bytes: [UInt8]) -> Data {
        var whole = self
        whole.replaceSubrange(range, with: bytes)
        return whole
    }
}
