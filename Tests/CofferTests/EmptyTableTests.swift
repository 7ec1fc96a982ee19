import CofferRecords
import CofferSQLite
import CofferStore
import Foundation
import Testing

@testable import Coffer

/// Rows that somebody has put where there are none, or in the place of the only one: they are
/// told, and neither lock the vault nor keep its keys from being changed.
@Suite struct EmptyTableTests {
    private static let schema = #"""
        {"type":"object","required":["id"],"properties":{"id":{"type":"string"},"n":{"type":"integer","coffer:plain":true}}}
        """#

    /// A vault with one record and nothing else.
    private func vault(_ scratch: Scratch) throws -> Vault {
        let vault = try scratch.vault()
        try vault.set(Vault.HistoryPolicy(days: 30, versions: 0))
        _ = try vault.apply([SchemaSource(name: "notes", json: Array(Self.schema.utf8))])
        _ = try vault.put("notes", ndjson: Array(#"{"id":"a","n":1}"#.utf8))
        return vault
    }

    private func edit(_ vault: Vault, _ sql: String) throws {
        let file = try Connection(path: vault.path + "/" + Store.databaseName, mode: .readWrite)
        try file.execute(sql)
    }

    private func number(_ vault: Vault) throws -> UInt32 {
        try vault.records.read { try $0.plan(named: "notes").number }
    }

    private func reopened(_ vault: Vault, _ scratch: Scratch) throws -> Vault {
        vault.lock()
        let opened = try Vault(at: vault.path, in: scratch.surroundings)
        try opened.unlock(password: Scratch.password())
        return opened
    }

    /// The older version of the only record is a record like any other, and may be removed.
    @Test func theLastRowMayBeRemovedWhateverWasPutInItsPlace() throws {
        let scratch = try Scratch()
        let vault = try vault(scratch)
        let table = "c_\(try number(vault))"
        try edit(vault, "CREATE TABLE kept AS SELECT * FROM \(table)")
        _ = try vault.put("notes", ndjson: Array(#"{"id":"a","n":2}"#.utf8))
        try edit(
            vault,
            "DELETE FROM \(table); INSERT INTO \(table) SELECT * FROM kept; DROP TABLE kept")
        let old = try reopened(vault, scratch)
        #expect(try !old.check().isSound)
        _ = try old.remove("notes", ["a"])
        let after = try reopened(old, scratch)
        #expect(try after.count("notes", where: "true") == 0)
        _ = try after.put("notes", ndjson: Array(#"{"id":"b","n":3}"#.utf8))
        #expect(try reopened(after, scratch).get("notes", "b").json.contains("3"))
    }

    /// A record that was removed and is put back where none is left may be removed again.
    @Test func thereAreNeverFewerRowsThanNone() throws {
        let scratch = try Scratch()
        let vault = try vault(scratch)
        let table = "c_\(try number(vault))"
        try edit(vault, "CREATE TABLE kept AS SELECT * FROM \(table)")
        _ = try vault.remove("notes", ["a"])
        try edit(vault, "INSERT INTO \(table) SELECT * FROM kept; DROP TABLE kept")
        let back = try reopened(vault, scratch)
        _ = try back.remove("notes", ["a"])
        let after = try reopened(back, scratch)
        #expect(try after.collections().map(\.records) == [0])
        #expect(try after.check().isSound)
        _ = try after.put("notes", ndjson: Array(#"{"id":"b","n":3}"#.utf8))
        #expect(try reopened(after, scratch).check().isSound)
    }

    @Test(arguments: [
        "INSERT INTO tomb(seq, seal) VALUES(7, x'00112233445566778899')",
        "INSERT INTO dkey(num, who, seal) VALUES(4000, zeroblob(16), zeroblob(90))",
        "INSERT INTO dkey(num, who, seal) VALUES(-1, zeroblob(16), zeroblob(90))",
    ])
    func aRowWhereThereWereNoneKeepsNoKeyFromBeingChanged(sql: String) throws {
        let scratch = try Scratch()
        let vault = try vault(scratch)
        try edit(vault, sql)
        let before = try vault.check().findings.map(\.code)
        #expect(!before.isEmpty)
        #expect(try !vault.rotateKeys(.data, skippingDamaged: true).isOver)
        #expect(try !vault.rotateRoot(skippingDamaged: true).damaged.isEmpty)
        var options = Vault.SlotOptions()
        (options.memory, options.passes) = (64, 1)
        let next = try Scratch.password("another")
        _ = try vault.rotateAll(to: next, options: options, skippingDamaged: true)
        #expect(try !vault.rotateKeys(.all, skippingDamaged: true).isOver)
        vault.lock()
        let opened = try Vault(at: vault.path, in: scratch.surroundings)
        try opened.unlock(password: next)
        #expect(try opened.get("notes", "a").json.contains("1"))
        #expect(try opened.check().findings.map(\.code) == before)
    }
}
