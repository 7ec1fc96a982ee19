import CofferCrypto
import CofferFormat
import CofferKeys
import CofferSQLite
import CofferStore
import Foundation
import Synchronization
import Testing

@testable import Coffer

/// Slots as the library changes them.
@Suite struct SlotTests {
    static var cheap: Vault.SlotOptions {
        var options = Vault.SlotOptions()
        options.memory = 64
        options.passes = 1
        return options
    }

    static func keyfile(_ text: String = "what lies on the stick") throws -> Keyfile {
        try Keyfile(content: Scratch.password(text))
    }

    private static func code(_ body: () throws -> Void) -> VaultError.Code? {
        do { try body() } catch { return (error as? VaultError)?.code }
        return nil
    }

    private static func opens(
        _ scratch: Scratch, _ password: String, _ keyfile: Keyfile? = nil
    ) throws -> Bool {
        let vault = try Vault(at: scratch.path + "/test.coffer", in: scratch.surroundings)
        let refusal = code {
            try vault.unlock(password: Scratch.password(password), keyfile: keyfile)
        }
        #expect(refusal == nil || refusal == .wrongPassword)
        return refusal == nil
    }

    /// How often a password is hashed while `body` runs.
    private static func derivations(_ body: () throws -> Void) rethrows -> Int {
        let count = Counter()
        try Argon2id.$onDerive.withValue({ count.add() }) { try body() }
        return count.value
    }

    private final class Counter: Sendable {
        private let count = Mutex(0)
        func add() { count.withLock { $0 += 1 } }
        var value: Int { count.withLock { $0 } }
    }

    @Test func aChangeOfThePasswordHashesThreeTimesAndTwiceWhenUnlocked() throws {
        let scratch = try Scratch()
        _ = try scratch.vault()
        let whole = try Self.derivations {
            let vault = try scratch.open()
            _ = try vault.changePassword(to: Scratch.password("second"), options: Self.cheap)
        }
        #expect(whole == 3)
        let vault = try Vault(at: scratch.path + "/test.coffer", in: scratch.surroundings)
        try vault.unlock(password: Scratch.password("second"))
        let change = try Self.derivations {
            _ = try vault.changePassword(to: Scratch.password("third"), options: Self.cheap)
        }
        #expect(change == 2)
        #expect(try Self.derivations { _ = try vault.removeSlot(2) } == 0)
        let added = try Self.derivations {
            try vault.addPassword(Scratch.password("fourth"), options: Self.cheap)
        }
        #expect(added == 2)
    }

    @Test func aChangeMakesANewIdSaltSecretAndKeyPair() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        let before = try vault.parsedSlots()[0].row
        let change = try vault.changePassword(
            to: Scratch.password("correct horse"), options: Self.cheap)
        #expect(change.removed == 1 && change.added == 3 && change.isScrubbed)
        let rows = try vault.parsedSlots()
        #expect(rows.map(\.number) == [2, 3])
        let after = rows[1].row
        #expect(after.slot != before.slot)
        #expect(after.salt != before.salt)
        #expect(after.publicKey != before.publicKey)
        #expect(after.sealedSecret != before.sealedSecret)
        #expect(after.ephemeral != before.ephemeral)
        #expect(after.wrappedRoot != before.wrappedRoot)
        #expect(after.root == before.root)
        #expect(try vault.check().isSound)
        // The slot that was just made is the one that has unlocked it now.
        let next = try vault.changePassword(to: Scratch.password("next"), options: Self.cheap)
        #expect(next.removed == 3)
        #expect(try Self.opens(scratch, "next"))
        #expect(try !Self.opens(scratch, "correct horse"))
    }

    @Test func aSlotThatDoesNotOpenIsNotStoredAndCostsNobodyTheOldOne() throws {
        struct Wrong: Error {}
        let scratch = try Scratch()
        let vault = try scratch.vault()
        let rows = try vault.store.slots().map(\.seal)
        let generation = try vault.store.state().generation
        let root = try vault.store.frame().keyring.root
        func slot() throws -> Store.NewSlot {
            Store.NewSlot(
                made: try Slots.make(
                    password: Passphrase(setting: Scratch.password("other").bytes),
                    cost: Argon2id.Parameters(memoryKiB: 64, passes: 1, lanes: 1), root: root,
                    vault: vault.store.header.vault, randomness: .system), label: "other")
        }
        #expect(throws: Wrong.self) {
            try vault.store.add(slot(), removing: 1, act: "rotate-password") { _ in throw Wrong() }
        }
        #expect(try vault.store.slots().map(\.seal) == rows)
        #expect(try vault.store.state().generation == generation)
        // What is proved is the stored row, and it is what the roster lists.
        var proved: SlotRow?
        let made = try slot()
        _ = try vault.store.add(made, removing: nil, act: "key-add") { proved = $0 }
        #expect(proved == made.made.row)
        #expect(try Self.opens(scratch, "correct horse"))
        #expect(try Self.opens(scratch, "other"))
    }

    @Test func otherProcessesGoOnAfterAChangeAndSeeIt() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        let other = try scratch.open()
        _ = try vault.changePassword(to: Scratch.password("second"), options: Self.cheap)
        #expect(try other.slots().map(\.number) == [2, 3])
        _ = try other.apply([SafetyTests.source(SafetyTests.first)])
        _ = try other.add("npcs", [.text(path: ["id"], "ana")])
        #expect(try vault.check().isSound)
        // Its own slot is gone: only one password is left to be meant.
        #expect(
            try other.changePassword(to: Scratch.password("third"), options: Self.cheap).removed
                == 3)
    }

    @Test func twoChangesAtOnceLeaveOneOfTheTwo() throws {
        let scratch = try Scratch()
        _ = try scratch.vault()
        let vaults = [try scratch.open(), try scratch.open()]
        let results = Mutex<[Int: VaultError.Code?]>([:])
        DispatchQueue.concurrentPerform(iterations: 2) { index in
            let code = Self.code {
                _ = try vaults[index].changePassword(
                    of: 1, to: Scratch.password("p\(index)"), options: Self.cheap)
            }
            results.withLock { $0[index] = .some(code) }
        }
        let codes = results.withLock { $0 }
        let winners = codes.filter { $0.value == nil }.keys
        #expect(winners.count == 1, "\(codes)")
        #expect(codes.values.contains(.noSlot))
        for index in 0..<2 {
            #expect(try Self.opens(scratch, "p\(index)") == winners.contains(index))
        }
        #expect(try !Self.opens(scratch, "correct horse"))
    }

    @Test func theLastSlotAndSlotsThatAreNotThereAreRefused() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        #expect(Self.code { try vault.removeSlot(7) } == .noSlot)
        #expect(try vault.removeSlot(1).removed == 1)
        #expect(Self.code { try vault.removeSlot(2) } == .lastSlot)
        #expect(try vault.slots().map(\.kind) == ["recovery"])
        #expect(
            Self.code {
                _ = try vault.changePassword(to: Scratch.password("x"), options: Self.cheap)
            } == .noSlot)
        #expect(
            Self.code {
                _ = try vault.changePassword(
                    of: 2, to: Scratch.password("x"), options: Self.cheap)
            } == .usage)
        try vault.addPassword(Scratch.password("back"), options: Self.cheap)
        #expect(try Self.opens(scratch, "back"))
        vault.lock()
        #expect(Self.code { try vault.removeSlot(3) } == .locked)
        #expect(Self.code { _ = try vault.addRecoveryKey() } == .locked)
    }

    @Test func anOlderCopyAndAReadOnlyVaultTakeNoSlot() throws {
        let scratch = try Scratch()
        _ = try scratch.vault()
        let kept = scratch.path + "/kept"
        try FileManager.default.copyItem(atPath: scratch.path + "/test.coffer", toPath: kept)
        try scratch.open().addPassword(Scratch.password("second"), options: Self.cheap)
        try FileManager.default.removeItem(atPath: scratch.path + "/test.coffer")
        try FileManager.default.moveItem(atPath: kept, toPath: scratch.path + "/test.coffer")
        var around = scratch.surroundings
        around.allowsOlder = true
        let vault = try Vault(at: scratch.path + "/test.coffer", in: around)
        try vault.unlock(password: Scratch.password())
        #expect(
            Self.code {
                try vault.addPassword(Scratch.password("third"), options: Self.cheap)
            } == .older)
        around.stateDirectory = nil
        let reader = try Vault(at: scratch.path + "/test.coffer", isReadOnly: true, in: around)
        try reader.unlock(password: Scratch.password())
        #expect(Self.code { try reader.removeSlot(2) } == .readOnly)
        #expect(try reader.slots().count == 2)
    }

    @Test(arguments: [
        ("Zoe\u{308}", "Zo\u{EB}", true), ("a", "a ", false), (" a", "a", false),
        ("a\n", "a", false), ("Å", "\u{212B}", true),
    ])
    func formsOfANewPassword(_ set: String, _ typed: String, _ opens: Bool) throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        let keyfile = try Self.keyfile()
        try vault.addPassword(Scratch.password(set), keyfile: keyfile, options: Self.cheap)
        #expect(try Self.opens(scratch, typed, keyfile) == opens)
        _ = try vault.changePassword(to: Scratch.password(set), options: Self.cheap)
        #expect(try Self.opens(scratch, typed) == opens)
    }

    @Test func theReaderOpensASlotWithAKeyfile() throws {
        guard IndependentReader.python != nil else { return }
        let scratch = try Scratch()
        var options = Self.cheap
        // The reader takes no cheaper ones.
        options.memory = 65_536
        options.passes = 3
        _ = try Vault.create(
            at: scratch.path + "/test.coffer", password: Scratch.password(),
            options: {
                var made = Vault.CreateOptions()
                made.memory = 65_536
                made.passes = 3
                return made
            }(), in: scratch.surroundings)
        let vault = try scratch.open()
        let (keyfile, isNew) = try Keyfile.prepare(at: scratch.path + "/stick")
        #expect(isNew)
        try vault.addPassword(Scratch.password("both"), keyfile: keyfile, options: options)
        let made = try vault.backUp(to: scratch.path + "/b")
        vault.lock()
        let secret = try scratch.write("both", "both\n")
        let words = ["--password-file", secret, "--keyfile", scratch.path + "/stick"]
        for arguments in [
            [vault.path, "--summary"] + words, ["read", scratch.path + "/b", "--summary"] + words,
            ["verify", made.path] + words,
        ] {
            let outcome = try IndependentReader.run("", arguments)
            #expect(outcome.status == 0, "\(outcome.output)")
        }
        let without = try IndependentReader.run("", [vault.path] + words.prefix(2))
        #expect(without.status == 3)
    }
}
