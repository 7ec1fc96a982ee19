import CofferFormat
import CofferRecords
import CofferSQLite
import CofferStore
import Foundation
import Testing

@testable import Coffer

/// Records, older versions and deletions under new keys: nothing else changes, whatever ends it.
@Suite struct DataRotationTests {
    private struct Pause: Error {}

    private func code(_ body: () throws -> Void) -> VaultError.Code? {
        do { try body() } catch { return (error as? VaultError)?.code }
        return nil
    }

    /// What is under keys of before, in rows of the vault.
    private func left(_ vault: Vault) throws -> UInt64 {
        try vault.keyCensus().filter { $0.state == "retiring" && $0.purpose != "audit" }
            .reduce(0) { $0 + $1.records + $1.versions + $1.entries }
    }

    private func edit(_ vault: Vault, _ sql: String) throws {
        let file = try Connection(path: vault.path + "/" + Store.databaseName, mode: .readWrite)
        try file.execute(sql)
    }

    @Test func everythingButTheKeysStaysAsItWas() throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        _ = try vault.rotateRoot()
        let lines = try vault.lines()
        let before = try BackupPicture(vault)
        let old = Set(
            try vault.keyCensus().filter {
                $0.purpose != "index" && $0.records + $0.versions > 0
            }.map(\.number))
        #expect(try left(vault) > 20)
        let done = try vault.rotateKeys(.data)
        #expect(done.isOver && done.isScrubbed && done.damaged.isEmpty && done.moved > 20)
        #expect(try vault.keyRotationStatus() == nil)
        #expect(try vault.lines() == lines)
        let differences = Set(before.differences(from: try BackupPicture(vault)))
        #expect(differences == ["rows", "counters", "audit"])
        let report = try vault.check()
        #expect(report.isSound, "\(report.findings)")
        let after = try vault.keyCensus()
        #expect(try left(vault) == 0)
        #expect(!after.contains { old.contains($0.number) && $0.state != "archived" })
        #expect(try scratch.open("full.coffer").lines() == lines)
        // Older versions and what was removed can be put back as before.
        for item in try vault.trash() { _ = try? vault.restore(item.collection, item.document.id) }
        #expect(try vault.check().isSound)
    }

    @Test(
        .enabled(
            if: IndependentReader.python != nil,
            "needs Python with the packages of Vectors/README.md"))
    func theOtherReaderReadsItAlikeAtEveryMoment() throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        var steps = 0
        #expect(throws: (any Error).self) {
            _ = try vault.rotateKeys(.data) { _, _ in
                steps += 1
                if steps == 3 { throw Pause() }
            }
        }
        #expect(try vault.keyRotationStatus()?.phase == "running")
        #expect(try IndependentReader.agree(vault, scratch) == 15)
        _ = try vault.rotateKeys(.data)
        #expect(try IndependentReader.agree(vault, try Scratch()) == 15)
    }

    @Test func itGoesOnAfterAnyEnd() throws {
        var isOver = false
        var ends = 0
        var end = 0
        while !isOver {
            end += 1
            let scratch = try Scratch()
            let vault = try FullVault.make(scratch)
            let lines = try vault.lines()
            var step = 0
            do {
                _ = try vault.rotateKeys(.data) { _, _ in
                    step += 1
                    if step == end { throw Pause() }
                }
                isOver = true
            } catch {
                ends += 1
                #expect(try vault.keyRotationStatus() != nil)
                #expect(code { _ = try vault.rotateRoot() } == .busy)
                #expect(try vault.lines() == lines)
                #expect(try vault.check().isSound)
                // Somebody else writes before it goes on.
                let other = try scratch.open("full.coffer")
                _ = try other.set("ships", "b", [.text(path: ["name"], "meanwhile \(end)")])
                #expect(try other.rotateKeys(.data).isOver)
            }
            #expect(try left(vault) == 0)
            #expect(try vault.check().isSound)
        }
        print("rotation of the data keys: paused at \(ends) places")
        #expect(ends > 5)
    }

    @Test func largeRecordsAreMovedFewAtATime() throws {
        func steps(_ size: Int) throws -> Int {
            let scratch = try Scratch()
            let vault = try scratch.vault()
            _ = try vault.apply([SchemaSource(name: "notes", json: Array("{}".utf8))])
            var dice = SystemRandomNumberGenerator()
            for _ in 0..<4 {
                // Digits at random, which hardly get shorter than half.
                let text = String(
                    (0..<size).map { _ in Character("\(Int.random(in: 0...9, using: &dice))") })
                _ = try vault.add("notes", [.text(path: ["text"], text)])
            }
            var steps = 0
            #expect(try vault.rotateKeys(.data) { _, _ in steps += 1 }.moved >= 4)
            #expect(try vault.check().isSound)
            return steps
        }
        // Two such records fill a batch.
        #expect(try steps(6_000_000) == steps(6) + 1)
    }

    @Test func othersReadAndWriteMeanwhile() throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        let other = try scratch.open("full.coffer")
        var writes = 0
        let before = try other.lines()
        try other.read { transaction in
            var seen = 0
            _ = try vault.rotateKeys(.data) { _, _ in
                // A snapshot of before is read to its end.
                if seen == 0 {
                    try transaction.scan("ships", fields: ["name"]) { _ in
                        seen += 1
                        return true
                    }
                }
            }
            #expect(seen > 0)
        }
        #expect(try other.lines() == before)
        // While the snapshot was open, what was replaced stood in the log; now it goes.
        #expect(try vault.keyRotationStatus()?.phase == "scrubbing")
        #expect(try vault.rotateKeys(.data).isScrubbed)
        #expect(try vault.keyRotationStatus() == nil)
        _ = try vault.rotateKeys(.data) { _, _ in
            writes += 1
            _ = try other.set("ships", "b", [.text(path: ["name"], "name \(writes)")])
        }
        #expect(writes > 3)
        #expect(try vault.get("ships", "b").fullJSON.contains("name \(writes)"))
        #expect(try left(vault) == 0)
        #expect(try vault.check().isSound)
    }

    @Test func aJobThatWasTamperedWithDoesNothing() throws {
        for sql in [
            "DELETE FROM job",
            "UPDATE job SET seal = substr(seal, 1, 40) || x'00' || substr(seal, 42)",
            "UPDATE job SET num = 2",
            "INSERT INTO job SELECT 2, seal FROM job",
            "UPDATE job SET seal = (SELECT seal FROM dkey WHERE num = 1)",
        ] {
            let scratch = try Scratch()
            let vault = try FullVault.make(scratch)
            #expect(throws: (any Error).self) {
                _ = try vault.rotateKeys(.data) { _, _ in throw Pause() }
            }
            let keys = try vault.keyCensus().map(\.number)
            try edit(vault, sql)
            #expect(code { _ = try vault.rotateKeys(.data) } == .damaged, "\(sql)")
            #expect(code { _ = try vault.keyRotationStatus() } == .damaged, "\(sql)")
            #expect(try !vault.check().isSound, "\(sql)")
            #expect(try vault.keyCensus().map(\.number) == keys, "\(sql)")
        }
    }

    @Test func allButWhatDoesNotOpenIsMovedWhenThatIsAsked() throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        let plan = try vault.records.read { try $0.plan(named: "ships") }
        let column = try #require(plan.definition.columns.first { $0.letter == .field }).name
        let old = try #require(
            try vault.keyCensus().first { $0.purpose == "records" && $0.state == "active" }
        ).number
        try edit(
            vault,
            "UPDATE c_\(plan.number) SET \(column) = x'5a' || substr(\(column), 2) "
                + "WHERE rid = (SELECT min(rid) FROM c_\(plan.number))")
        #expect(code { _ = try vault.rotateKeys(.data) } == .damaged)
        #expect(try vault.keyRotationStatus() == nil)
        let done = try vault.rotateKeys(.data, skippingDamaged: true)
        #expect(done.damaged.count == 1 && done.damaged[0].contains("ships"))
        #expect(!done.isOver && done.moved > 20)
        #expect(try vault.keyRotationStatus() == nil)
        let kept = try #require(try vault.keyCensus().first { $0.number == old })
        #expect(kept.state == "retiring" && kept.records == 1 && kept.versions == 0)
    }

    @Test func aBundleAfterwardsHoldsOnlyWhatChanged() throws {
        let scratch = try Scratch()
        let stage = BackupStage(scratch, try FullVault.make(scratch))
        let full = try stage.backUp()
        _ = try stage.vault.rotateKeys(.data)
        let next = try stage.backUp()
        #expect(full.isFull && !next.isFull && next.records == 0)
        try stage.expectRestored()
        let restored = try stage.restore(from: full.path).vault
        #expect(try restored.check().isSound)
        _ = try restored.rotateKeys(.data)
        #expect(try restored.check().isSound)
    }
}
