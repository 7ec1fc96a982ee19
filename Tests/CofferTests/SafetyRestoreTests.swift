import Foundation
import Testing

@testable import Coffer

/// Safety bundles of a vault that a restore puts aside.
@Suite struct SafetyRestoreTests {
    /// A vault with three records, a backup of it, and a fourth record that the backup lacks.
    private func vault(_ scratch: Scratch) throws -> Vault {
        let vault = try SafetyTests.vault(scratch)
        _ = try vault.backUp(to: scratch.path + "/backups")
        _ = try vault.add("npcs", [.text(path: ["id"], "dee")])
        return vault
    }

    private func restore(
        _ scratch: Scratch, to name: String = "test.coffer"
    ) throws -> Bundles.Restored {
        let bundles = Bundles(in: scratch.surroundings)
        let folder = scratch.path + "/backups"
        // The file is named, because the vault has changed since.
        let file = try #require(try bundles.list(folder).last)
        return try bundles.restore(
            try bundles.plan(from: file.path), to: scratch.path + "/" + name,
            key: .password(Scratch.password()), isReplacing: true)
    }

    @Test func theVaultThatIsPutAsideIsInOne() throws {
        let scratch = try Scratch()
        let vault = try vault(scratch)
        let restored = try restore(scratch)
        #expect(restored.records == 3)
        #expect(restored.replaced != nil)
        let safety = try #require(restored.safetyBundle)
        #expect(try SafetyTests.bundles(vault).map(\.path) == [safety])
        let bundles = Bundles(in: scratch.surroundings)
        let again = try bundles.restore(
            try bundles.plan(from: safety), to: scratch.path + "/again.coffer",
            key: .password(Scratch.password()))
        #expect(again.records == 4)
        #expect(try scratch.open().check().isSound)
        #expect(try scratch.open("again.coffer").check().isSound)
    }

    @Test func whereNothingIsReplacedOrNothingRestoredNoneIsTaken() throws {
        let scratch = try Scratch()
        let vault = try vault(scratch)
        #expect(try restore(scratch, to: "other.coffer").safetyBundle == nil)
        #expect(try SafetyTests.bundles(vault).isEmpty)
        // A byte of the bundle's records.
        let file = try #require(
            try Bundles(in: scratch.surroundings).list(scratch.path + "/backups").last)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: file.path))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(fileURLWithPath: file.path))
        #expect(throws: VaultError.self) { try restore(scratch) }
        #expect(try SafetyTests.bundles(vault).isEmpty)
    }

    @Test func aFolderThatTakesNoneKeepsTheVaultInItsPlace() throws {
        let scratch = try Scratch()
        let vault = try vault(scratch)
        _ = try scratch.write("state/safety", "in the way")
        let folder = try #require(vault.safetyFolder)
        let before = try FileManager.default.contentsOfDirectory(atPath: scratch.path).sorted()
        let error = #expect(throws: VaultError.self) { try restore(scratch) }
        #expect(error?.code == .storage)
        #expect(error?.message.contains(folder) == true)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: scratch.path).sorted() == before)
        #expect(try vault.collectionInfo("npcs").records == 4)
        #expect(try scratch.open().check().isSound)
    }

    @Test func aVaultThatCannotBeOpenedHoldsNothingBack() throws {
        let scratch = try Scratch()
        do {
            let vault = try vault(scratch)
            vault.lock()
        }
        let database = URL(fileURLWithPath: scratch.path + "/test.coffer/vault.sqlite")
        var bytes = try Data(contentsOf: database)
        for index in 0..<4_096 { bytes[index] = 0 }
        try bytes.write(to: database)
        let restored = try restore(scratch)
        #expect(restored.records == 3)
        #expect(restored.safetyBundle == nil)
        #expect(restored.replaced != nil)
    }

    @Test func aVaultThatCannotBeReadHoldsNothingBack() throws {
        let scratch = try Scratch()
        do {
            let vault = try vault(scratch)
            vault.lock()
        }
        // A sealed field of a record, near the end of the file.
        let database = URL(fileURLWithPath: scratch.path + "/test.coffer/vault.sqlite")
        let bytes = try Data(contentsOf: database)
        var damaged = bytes
        var isRead = true
        for start in stride(from: bytes.count - 64, to: 0, by: -64) {
            damaged = bytes
            for index in start..<start + 64 { damaged[index] ^= 0x55 }
            try damaged.write(to: database)
            // What unlocks, and does not verify when it is read.
            guard let vault = try? scratch.open() else { continue }
            isRead = (try? vault.takeSafetyBundle()) != nil
            if !isRead { break }
        }
        #expect(!isRead)
        for item in try SafetyTests.bundles(
            Vault(
                at: scratch.path + "/test.coffer", in: scratch.surroundings))
        { try FileManager.default.removeItem(atPath: item.path) }
        let restored = try restore(scratch)
        #expect(restored.records == 3)
        #expect(restored.safetyBundle == nil)
    }
}
