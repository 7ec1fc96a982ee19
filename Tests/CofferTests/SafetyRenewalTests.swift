import CofferBundles
import CofferFormat
import CofferStore
import Foundation
import Testing

@testable import Coffer

/// Safety bundles after a change of keys that was ended before it had written them anew.
@Suite struct SafetyRenewalTests {
    private func code(_ body: () throws -> Void) -> VaultError.Code? {
        do { try body() } catch { return (error as? VaultError)?.code }
        return nil
    }

    /// A change of what opens a vault, or signs for it, as the store makes it.
    enum Change: CaseIterable {
        case slot, root, signing, compromised

        func make(_ vault: Vault, removing slot: UInt32) throws {
            switch self {
            case .slot: try vault.store.removeSlot(slot)
            case .root: _ = try vault.store.rotateRoot { _, _ in }
            case .signing: try vault.store.rotateSigning(isCompromised: false)
            case .compromised: try vault.store.rotateSigning(isCompromised: true)
            }
        }
    }

    /// A vault with a second password and a safety bundle that both open.
    private func stage() throws -> (scratch: Scratch, vault: Vault, slot: UInt32, note: String) {
        let scratch = try Scratch()
        let vault = try SafetyTests.vault(scratch)
        var options = Vault.SlotOptions()
        (options.memory, options.passes) = (64, 1)
        let slot = try vault.addPassword(Scratch.password("second"), options: options).added
        _ = try vault.takeSafetyBundle()
        return (scratch, vault, try #require(slot), scratch.path + "/state/\(vault.id)-renew")
    }

    private func opens(_ vault: Vault, _ password: String) throws -> [Bool] {
        try SafetyTests.bundles(vault).map { item in
            code {
                let key = Bundles.Key.password(try Scratch.password(password))
                #expect(
                    try Bundles(in: vault.surroundings).verify(item.path, key: key).word == .trusted
                )
            } == nil
        }
    }

    @Test(arguments: Change.allCases)
    func theNextUnlockWritesThemAnew(change: Change) throws {
        let (scratch, vault, slot, note) = try stage()
        do {
            // The program ends here, and with it the lock.
            let renewal = try vault.beginRenewal()
            try change.make(vault, removing: slot)
            withExtendedLifetime(renewal) {}
        }
        #expect(FileManager.default.fileExists(atPath: note))
        vault.lock()
        let again = try scratch.open()
        #expect(!FileManager.default.fileExists(atPath: note))
        #expect(try opens(again, "correct horse") == [true])
        #expect(try opens(again, "second") == [change != .slot])
        let path = try #require(try SafetyTests.bundles(again).first?.path)
        // It is the vault's own of today, whatever was changed.
        let verdict = try Bundles(in: scratch.surroundings).verify(path, signer: again.signer())
        #expect(verdict.word == .trusted && verdict.through == [] && !verdict.isDoubtful)
        #expect(try BundleReader(at: path).keyring.revision == 2)
        #expect(try again.check().isSound)
        // Once is enough.
        again.lock()
        _ = try scratch.open()
        #expect(try BundleReader(at: path).keyring.revision == 2)
    }

    @Test func whatIsUnderWayIsLeftToWhoeverDoesIt() throws {
        let (scratch, vault, slot, note) = try stage()
        let renewal = try vault.beginRenewal()
        try Change.slot.make(vault, removing: slot)
        _ = try scratch.open()
        #expect(FileManager.default.fileExists(atPath: note))
        #expect(try opens(vault, "second") == [true])
        try vault.finish(renewal)
        #expect(!FileManager.default.fileExists(atPath: note))
        #expect(try opens(vault, "second") == [false])
    }

    @Test func whatWasNotChangedLeavesNoNote() throws {
        let (scratch, vault, _, note) = try stage()
        defer { withExtendedLifetime(scratch) {} }
        #expect(code { try vault.removeSlot(99) } == .noSlot)
        #expect(!FileManager.default.fileExists(atPath: note))
        _ = try vault.rotateRoot()
        #expect(!FileManager.default.fileExists(atPath: note))
        #expect(
            code { _ = try vault.rotateRoot { _, _ in throw VaultError(.cancelled, "") } } != nil)
        #expect(!FileManager.default.fileExists(atPath: note))
    }

    /// Only what was there before the change goes where it cannot be written anew.
    @Test func whatWasMadeSinceStays() throws {
        let (scratch, vault, slot, note) = try stage()
        let older = scratch.path + "/older.coffer"
        vault.lock()
        try FileManager.default.copyItem(atPath: vault.path, toPath: older)
        try vault.unlock(password: Scratch.password())
        do {
            let renewal = try vault.beginRenewal()
            _ = try vault.store.rotateSigning(isCompromised: false)
            withExtendedLifetime(renewal) {}
        }
        try vault.store.removeSlot(slot)
        let left = try Data(contentsOf: URL(fileURLWithPath: note))
        // Made under the new key, while the note is there.
        let made = try #require(try vault.takeSafetyBundle())
        vault.lock()
        try FileManager.default.removeItem(atPath: vault.path)
        try FileManager.default.moveItem(atPath: older, toPath: vault.path)
        try left.write(to: URL(fileURLWithPath: note))
        var around = scratch.surroundings
        around.allowsOlder = true
        let back = try Vault(at: vault.path, in: around)
        try back.unlock(password: Scratch.password())
        #expect(FileManager.default.fileExists(atPath: note), "an older copy writes nothing")
        try back.acceptOlder()
        back.lock()
        _ = try scratch.open()
        #expect(!FileManager.default.fileExists(atPath: note))
        #expect(try SafetyTests.bundles(back).map(\.path).contains(made))
    }
}
