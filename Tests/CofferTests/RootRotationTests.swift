import CofferBundles
import CofferBytes
import CofferCare
import CofferFormat
import CofferKeys
import CofferRecords
import CofferSQLite
import CofferStore
import Foundation
import Testing

@testable import Coffer

/// A vault with another root key holds what it held, and who held the old one learns nothing new.
@Suite struct RootRotationTests {
    private func code(_ body: () throws -> Void) -> VaultError.Code? {
        do { try body() } catch { return (error as? VaultError)?.code }
        return nil
    }

    @Test func everythingIsThereAsBefore() throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        let lines = try vault.lines()
        let before = try BackupPicture(vault)
        let epoch = try vault.store.state().epoch
        let rotation = try vault.rotateRoot()
        #expect(rotation.epoch == epoch + 1)
        var after = try BackupPicture(vault)
        #expect(rotation.slots == 2 && rotation.isScrubbed && rotation.persons > 0)
        #expect(rotation.kept.map(\.purpose).sorted() == ["index", "names", "signing"])
        for vault in [vault, try scratch.open("full.coffer")] {
            #expect(try vault.lines() == lines)
            let report = try vault.check()
            #expect(report.isSound, "\(report.findings)")
        }
        // The rotation, and the keyrings of the safety bundles; nothing of before is touched.
        #expect(after.audit.count == before.audit.count + 2)
        #expect(Array(after.audit.prefix(before.audit.count)) == before.audit)
        after.audit.removeLast()
        let expected: Set = ["rows", "counters", "audit"]
        #expect(Set(before.differences(from: after)).isSubset(of: expected))
        // Twice, and with what came between under three generations of keys.
        _ = try vault.set("ships", "Ærø", [.text(path: ["name"], "between")])
        _ = try vault.rotateRoot()
        _ = try vault.remove("ships", ["Ærø"])
        _ = try vault.undo()
        #expect(try vault.get("ships", "Ærø").fields.count > 0)
        #expect(try vault.check().isSound)
    }

    @Test(
        .enabled(
            if: IndependentReader.python != nil,
            "needs Python with the packages of Vectors/README.md"))
    func theOtherReaderReadsItAlike() throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        _ = try vault.rotateRoot()
        _ = try vault.set("ships", "b", [.text(path: ["name"], "between")])
        _ = try vault.rotateRoot()
        #expect(try IndependentReader.agree(vault, scratch) == 15)
    }

    @Test func whoHeldTheOldRootOpensNothingThatIsWrittenLater() throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        let old = try vault.store.frame()
        let oldPersons = try vault.store.keyRows().subjects.map(\.number)
        _ = try vault.rotateRoot()
        _ = try vault.put("sailors", ndjson: Array(#"{"id":77,"letter":"after"}"#.utf8))
        _ = try vault.set("sailors", "1", [.text(path: ["letter"], "after")])
        // The old root opens neither the vault nor any key of it.
        let thief = try Vault(at: vault.path, in: scratch.surroundings)
        #expect(throws: KeysError.wrongSecret) {
            try thief.store.unlock(root: old.keyring.root)
        }
        let rows = try vault.store.keyRows()
        #expect(rows.keys.count + rows.subjects.count > 10)
        for row in rows.keys + rows.subjects {
            #expect(throws: KeysError.self) {
                _ = try Keyring.open(
                    number: row.number, who: row.who, seal: row.seal, root: old.keyring.root,
                    vault: old.keyring.vault)
            }
        }
        // And no key that it ever opened is on what was written since.
        for name in ["77", "1"] {
            let keys: [UInt8] = try vault.records.read { reader in
                let plan = try reader.plan(named: "sailors")
                let row = try vault.store.connection.prepare(
                    "SELECT keys FROM c_\(plan.number) WHERE id = ?1")
                for id in reader.candidates(name, in: plan) {
                    row.reset()
                    try row.bind(blob: id.bytes, at: 1)
                    if try row.step() { return row.bytes(0) }
                }
                return []
            }
            try #require(keys.count == 8)
            let numbers = [keys[..<4], keys[4...]].map {
                $0.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            }
            #expect(old.keyring.key(numbers[0]) == nil)
            #expect(!oldPersons.contains(numbers[1]))
        }
        let oldState = try old.keyring.active(.state).number
        #expect(!rows.keys.contains { $0.number == oldState })
    }

    @Test func theOldWrapsAreInNoFile() throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        let before = try vault.store.keyRows()
        let wanted =
            [before.roster] + (before.slots + before.keys + before.subjects).map(\.seal)
        func found() throws -> Int {
            var bytes = Data()
            let files = FileManager.default.enumerator(atPath: scratch.path)
            while let name = files?.nextObject() as? String {
                bytes.append(
                    (try? Data(contentsOf: URL(filePath: scratch.path + "/" + name))) ?? Data())
            }
            // The end of a seal is as secret as its beginning, and slots begin alike.
            return wanted.count { bytes.range(of: Data($0.suffix(48))) != nil }
        }
        #expect(try found() == wanted.count)
        let reader = try scratch.open("full.coffer")
        let rotation = try reader.read { _ in
            try vault.rotateRoot()
        }
        #expect(!rotation.isScrubbed)
        #expect(try found() > 0)
        reader.lock()
        #expect(vault.store.scrub())
        #expect(try found() == 0)
    }

    @Test func anotherProgramUnlocksAgain() throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        let other = try scratch.open("full.coffer")
        #expect(try other.get("ships", "b").fields.count > 0)
        _ = try vault.rotateRoot()
        #expect(code { _ = try other.get("ships", "b") } == .locked)
        #expect(code { _ = try other.set("ships", "b", [.text(path: ["name"], "x")]) } == .locked)
        try other.unlock(password: Scratch.password())
        _ = try other.set("ships", "b", [.text(path: ["name"], "x")])
        #expect(try vault.get("ships", "b").fields.count > 0)
        #expect(try vault.check().isSound)
    }

    @Test func aRowThatIsMissingIsNotForgotten() throws {
        for sql in [
            "DELETE FROM c_1 WHERE rid = (SELECT min(rid) FROM c_1)",
            "DELETE FROM tomb WHERE seq = (SELECT min(seq) FROM tomb)",
            "DELETE FROM dkey WHERE num = (SELECT min(num) FROM dkey WHERE who IS NOT NULL)",
            "UPDATE audit SET seal = (SELECT seal FROM audit WHERE num = 0) WHERE num = 1",
        ] {
            let scratch = try Scratch()
            let vault = try FullVault.make(scratch)
            let state = try vault.store.state()
            do {
                let file = try Connection(
                    path: vault.path + "/" + Store.databaseName, mode: .readWrite)
                try file.execute(sql)
            }
            #expect(code { _ = try vault.rotateRoot() } == .damaged, "\(sql)")
            // Without its memory, which tells of another audit log before it comes to that.
            let again = try Vault(at: vault.path, in: Scratch().surroundings)
            try again.unlock(password: Scratch.password())
            #expect(try again.store.state() == state, "\(sql)")
        }
    }

    @Test func whatIsStoppedIsAsBefore() throws {
        struct Stop: Error {}
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        let state = try vault.store.state()
        #expect(throws: (any Error).self) { _ = try vault.rotateRoot { _, _ in throw Stop() } }
        #expect(try vault.store.state() == state)
        #expect(try scratch.open("full.coffer").check().isSound)
    }

    @Test func bundlesFromBeforeAndAfterAreOneChain() throws {
        let scratch = try Scratch()
        let stage = BackupStage(scratch, try FullVault.make(scratch))
        let full = try stage.backUp()
        _ = try stage.vault.rotateRoot()
        _ = try stage.vault.set("ships", "b", [.text(path: ["name"], "after")])
        let next = try stage.backUp()
        // Nothing but the change itself is in it: no number moved.
        #expect(!next.isFull && next.bytes * 2 < full.bytes * 3)
        try stage.expectRestored()
        #expect(try stage.vault.keyCensus().filter { $0.state == "archived" }.map(\.bundles) == [1])
        var told: [Vault.Rekeyed] = []
        try stage.vault.rekeyBundles(in: stage.bundles) { told.append($0) }
        #expect(told.map(\.revision) == [2, 2])
        let restored = try stage.expectRestored()
        _ = try restored.rotateRoot()
        #expect(try restored.check().isSound)
    }

    @Test func safetyBundlesOpenUnderTheNewRootOnly() throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        let path = try #require(try vault.takeSafetyBundle())
        let before = try Data(contentsOf: URL(filePath: path))
        let old = try vault.store.frame().keyring.root
        _ = try vault.rotateRoot()
        #expect(try Data(contentsOf: URL(filePath: path)) != before)
        let bundle = try BundleReader(at: path)
        #expect(throws: KeysError.wrongSecret) { _ = try BundleTrust(bundle, root: old) }
        _ = try BundleTrust(bundle, root: vault.store.frame().keyring.root)
    }

    @Test func theCensusCountsWhatIsThere() throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        _ = try vault.rotateRoot()
        let old = try vault.keyCensus()
        let total = try vault.lines().values.reduce(0) { $0 + $1.split(separator: "\n").count }
        func sum(_ counts: [Vault.KeyCount], _ purpose: String, _ state: String) -> UInt64 {
            counts.filter { $0.purpose == purpose && $0.state == state }.reduce(0) {
                $0 + $1.records
            }
        }
        #expect(sum(old, "records", "retiring") == UInt64(total))
        #expect(sum(old, "records", "active") == 0)
        _ = try vault.set("ships", "b", [.text(path: ["name"], "moved")])
        let new = try vault.keyCensus()
        #expect(sum(new, "records", "retiring") == UInt64(total) - 1)
        #expect(sum(new, "records", "active") == 1)
        let audit = new.filter { $0.purpose == "audit" }
        let entries = try vault.store.state().nextAudit
        #expect(audit.reduce(0) { $0 + $1.entries } == entries)
    }
}
