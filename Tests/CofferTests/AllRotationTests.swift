import CofferBytes
import CofferFormat
import CofferKeys
import CofferRecords
import CofferStore
import Foundation
import Testing

@testable import Coffer

/// After a change of everything, nothing that opened the vault before opens anything of it.
@Suite struct AllRotationTests {
    private struct Pause: Error {}

    private static let next = "another password"

    private func code(_ body: () throws -> Void) -> VaultError.Code? {
        do { try body() } catch { return (error as? VaultError)?.code }
        return nil
    }

    private func cheap() -> Vault.SlotOptions {
        var options = Vault.SlotOptions()
        options.memory = 65_536
        options.passes = 3
        return options
    }

    private func change(
        _ vault: Vault, to password: String = next, keyfile: Keyfile? = nil,
        progress: (UInt64, UInt64) throws -> Void = { _, _ in }
    ) throws -> Vault.AllRotation {
        try vault.rotateAll(
            to: try Scratch.password(password), keyfile: keyfile, options: cheap(),
            progress: progress)
    }

    private func open(_ scratch: Scratch, _ password: String) throws -> Vault {
        let vault = try Vault(at: scratch.path + "/full.coffer", in: scratch.surroundings)
        try vault.unlock(password: Scratch.password(password))
        return vault
    }

    @Test func onlyTheNewWaysOpenAndEverythingIsThere() throws {
        let scratch = try Scratch()
        var recovery: [UInt8] = []
        let vault = try FullVault.make(scratch) { recovery = $0 }
        _ = try vault.addPassword(Scratch.password("a second one"), options: cheap())
        let lines = try vault.lines()
        let before = try vault.keyCensus()
        let made = try change(vault)
        #expect(made.dropped.map(\.number) == [1, 2, 3])
        #expect(made.kept.map(\.purpose) == ["names"])
        let text: [UInt8] =
            switch made.recovery {
            case .some(let key): key.key.withBytes { bytes in bytes.indices.map { bytes[$0] } }
            case .none: []
            }
        #expect(try vault.slots().map(\.number) == [4, 5])
        #expect(try vault.lines() == lines)
        #expect(try vault.keyRotationUnderWay() == .all)
        #expect(try vault.rotateKeys(.all).isOver)
        for password in ["correct horse", "a second one"] {
            #expect(code { _ = try open(scratch, password) } == .wrongPassword)
        }
        #expect(try open(scratch, Self.next).lines() == lines)
        func opens(_ key: [UInt8]) -> Bool {
            guard
                let secret = try? Secret(
                    count: key.count,
                    filling: { bytes in
                        for index in key.indices { bytes[index] = key[index] }
                    }), let vault = try? Vault(at: vault.path, in: scratch.surroundings)
            else { return false }
            return (try? vault.unlock(recoveryKey: secret)) != nil
        }
        #expect(!recovery.isEmpty && !opens(recovery))
        #expect(!text.isEmpty && opens(text))
        let report = try vault.check()
        #expect(report.isSound, "\(report.findings)")
        // No row is under a key of before, but for the audit log and what is archived for bundles.
        let after = try vault.keyCensus()
        let old = Set(before.map(\.number))
        for key in after where old.contains(key.number) && key.state != "archived" {
            #expect(key.purpose == "names" || key.purpose == "audit", "\(key)")
        }
        #expect(after.filter { $0.purpose == "index" }.map(\.state) == ["active"])
        #expect(try vault.undo().reverted + vault.trash().count > 0)
    }

    @Test(
        .enabled(
            if: IndependentReader.python != nil,
            "needs Python with the packages of Vectors/README.md"))
    func theOtherReaderReadsItAlikeAtEveryMoment() throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        _ = try change(vault)
        #expect(try IndependentReader.agree(vault, scratch, password: Self.next) == 15)
        var steps = 0
        #expect(throws: (any Error).self) {
            _ = try vault.rotateKeys(.all) { _, _ in
                steps += 1
                if steps == 3 { throw Pause() }
            }
        }
        #expect(try IndependentReader.agree(vault, try Scratch(), password: Self.next) == 15)
        _ = try vault.rotateKeys(.all)
        #expect(try IndependentReader.agree(vault, try Scratch(), password: Self.next) == 15)
    }

    @Test func aPasswordOfTodayIsRefusedAndNothingChanges() throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        let slots = try vault.slots().map(\.number)
        let keys = try vault.keyCensus().map(\.number)
        #expect(code { _ = try change(vault, to: "correct horse") } == .invalid)
        #expect(code { _ = try change(vault, to: "") } == .invalid)
        // What stops it in the middle leaves everything as it was.
        #expect(throws: (any Error).self) {
            _ = try change(vault) { _, _ in throw Pause() }
        }
        #expect(try vault.slots().map(\.number) == slots)
        #expect(try vault.keyCensus().map(\.number) == keys)
        #expect(try vault.keyRotationUnderWay() == nil)
        #expect(code { _ = try vault.rotateKeys(.all) } == .usage)
        #expect(try open(scratch, "correct horse").check().isSound)
        // What opens the vault by itself is no secret to keep with a keyfile, either.
        let path = scratch.path + "/stick"
        let keyfile = try Keyfile.prepare(at: path).0
        #expect(code { _ = try change(vault, to: "correct horse", keyfile: keyfile) } == .invalid)
        #expect(try change(vault, to: "with a stick", keyfile: keyfile).password == 3)
        #expect(try vault.slots().map(\.kind) == ["keyfile", "recovery"])
        #expect(code { _ = try change(vault, to: "x", keyfile: keyfile) } == .busy)
        _ = try vault.rotateKeys(.all)
        #expect(code { _ = try change(vault, to: "with a stick", keyfile: keyfile) } == .invalid)
        // Who unlocked with it can neither keep the keyfile nor drop it and keep the password.
        let again = try Vault(at: vault.path, in: scratch.surroundings)
        try again.unlock(password: try Scratch.password("with a stick"), keyfile: keyfile)
        #expect(code { _ = try change(again, to: "other", keyfile: keyfile) } == .invalid)
        #expect(code { _ = try change(again, to: "with a stick") } == .invalid)
    }

    @Test func whatWasCopiedBeforeOpensNothingAfterwards() throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        let old = try vault.store.frame()
        let persons = Set(try vault.store.keyRows().subjects.map(\.number))
        _ = try change(vault)
        _ = try vault.rotateKeys(.all)
        let thief = try Vault(at: vault.path, in: scratch.surroundings)
        #expect(throws: KeysError.wrongSecret) {
            try thief.store.unlock(root: old.keyring.root)
        }
        let stolen = persons.union(old.keyring.all.map(\.number))
        let held = try vault.keyCensus().filter { $0.purpose != "audit" }
        for key in held where stolen.contains(key.number) {
            #expect(key.records + key.versions + key.entries == 0, "\(key)")
        }
        #expect(held.contains { $0.records > 0 })
    }

    @Test func bundlesFromBeforeOpenAsBeforeAndTheNextIsAFullOne() throws {
        let scratch = try Scratch()
        let stage = BackupStage(scratch, try FullVault.make(scratch))
        let lines = try stage.vault.lines()
        let old = try stage.backUp()
        _ = try change(stage.vault)
        #expect(try stage.vault.bundlesOpeningOtherwise().map(\.path) == [old.path])
        _ = try stage.vault.rotateKeys(.all)
        // Nobody vouches for the new signing key, so nothing continues what the old one has signed.
        #expect(try stage.backUp().isFull)
        let restored = try stage.restore(from: old.path).vault
        #expect(try restored.lines() == lines)
        #expect(try restored.check().isSound)
    }

    @Test func itGoesOnAfterAnyEnd() throws {
        var end = 0
        var ends = 0
        var isOver = false
        while !isOver {
            end += 3
            let scratch = try Scratch()
            let vault = try FullVault.make(scratch)
            let lines = try vault.lines()
            _ = try change(vault)
            var step = 0
            do {
                _ = try vault.rotateKeys(.all) { _, _ in
                    step += 1
                    if step == end { throw Pause() }
                }
                isOver = true
            } catch {
                ends += 1
                #expect(code { _ = try vault.rotateKeys(.data) } == .busy)
                #expect(code { _ = try vault.rotateKeys(.index) } == .busy)
                #expect(code { _ = try vault.rotateRoot() } == .busy)
                #expect(try vault.lines() == lines)
                #expect(try vault.check().isSound)
                let other = try open(scratch, Self.next)
                _ = try other.set("sailors", "1", [.text(path: ["home"], "meanwhile \(end)")])
                #expect(
                    try other.find("sailors", "home", equals: "\"meanwhile \(end)\"").count == 1)
                #expect(try other.rotateKeys(.all).isOver)
            }
            #expect(
                try vault.keyCensus().allSatisfy {
                    $0.state != "retiring" || $0.purpose == "audit"
                })
            #expect(try vault.check().isSound)
        }
        print("rotation of all keys: paused at \(ends) places")
        #expect(ends > 5)
    }
}
