import CofferSQLite
import Foundation
import Testing

@testable import Coffer
@testable import CofferStore

/// The check of a collection that is large enough for two threads.
@Suite struct CheckThreadsTests {
    private static let rows = 5_500

    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func vault() throws -> Vault {
        let vault = try scratch.vault()
        let schema = #"{"properties":{"n":{"type":"integer"},"name":{"type":"string"}}}"#
        _ = try vault.apply([SchemaSource(name: "things", json: Array(schema.utf8))])
        let lines = (1...Self.rows).map { #"{"n":\#($0),"name":"name \#($0)"}"# }
        _ = try vault.put("things", ndjson: Array(lines.joined(separator: "\n").utf8))
        return vault
    }

    /// The findings after somebody changed the database behind the vault's back.
    private func findings(after sql: String) throws -> [Vault.Finding] {
        try vault().lock()
        let connection = try Connection(path: scratch.path + "/test.coffer/vault.sqlite")
        try connection.execute(sql)
        return try scratch.open().check().findings
    }

    @Test func bothThreadsTogetherLookAtEveryRecordOnce() throws {
        let vault = try vault()
        var last: (UInt64, UInt64) = (0, 0)
        let report = try vault.check { seen, total in
            // Also what the other thread has done meanwhile counts.
            #expect(seen >= last.0 && seen <= total)
            last = (seen, total)
        }
        #expect(report.isSound)
        #expect(last.0 > 0 && last.1 == UInt64(Self.rows))
        #expect(report.checked.contains { $0.0 == "things" && $0.1 == UInt64(Self.rows) })
        #expect(vault.store.secondConnection?.isLent == false)
    }

    @Test func damageIsFoundWhereverItIsAndSaidInOrder() throws {
        let rows = [1, 33, 2_750, 5_499, 5_500]
        let found = try findings(
            after: "UPDATE c_1 SET f_2 = zeroblob(length(f_2)) WHERE rid IN "
                + "(\(rows.map(String.init).joined(separator: ",")))")
        #expect(found.count == rows.count)
        #expect(found.allSatisfy { $0.code == "record-damaged" })
        #expect(Set(found.map(\.place)).count == rows.count)
    }

    @Test(arguments: [1, 32, 33, 4_001, 5_500])
    func aMissingRowIsFoundWhereverItWas(_ row: Int) throws {
        let found = try findings(after: "DELETE FROM c_1 WHERE rid = \(row)")
        #expect(found.map(\.code) == ["record-missing"])
    }

    @Test(arguments: [-7, 0, 1_000_000, Int64.max])
    func aRowThatWasMovedOutOfTheOthersIsStillLookedAt(_ row: Int64) throws {
        let found = try findings(after: "UPDATE c_1 SET rid = \(row) WHERE rid = 4001")
        #expect(found.contains { $0.code == "record-damaged" })
        #expect(found.contains { $0.code == "record-missing" })
    }
}
