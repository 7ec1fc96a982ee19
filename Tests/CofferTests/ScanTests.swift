import CofferRecords
import CofferSQLite
import Foundation
import Testing

@testable import Coffer
@testable import CofferStore

/// Readings of collections that are large enough for two threads.
@Suite struct ScanTests {
    private static let rows = 5_500
    private static let schema = """
        {"required":["n"],"properties":{"n":{"type":"integer"},"name":{"type":["string","null"]},
         "ratio":{"type":"number"},"tags":{"type":"array"},"notes":{"type":"string"}}}
        """

    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func line(_ number: Int) -> String {
        let name = number % 3 == 0 ? "null" : #""name \#(number)""#
        let notes =
            number % 5 == 0 ? "" : #","notes":"\#(String(repeating: "x", count: number % 900))""#
        return #"{"n":\#(number),"name":\#(name),"ratio":\#(Double(number) / 4 + 0.125),"#
            + #""tags":[\#(number),"a"]\#(notes),"other":\#(number * 2)}"#
    }

    private func vault(_ rows: Int = rows) throws -> Vault {
        let vault = try scratch.vault()
        _ = try vault.apply([SchemaSource(name: "things", json: Array(Self.schema.utf8))])
        guard rows > 0 else { return vault }
        let lines = (0..<rows).map { line($0) }.joined(separator: "\n")
        _ = try vault.put("things", ndjson: Array(lines.utf8))
        return vault
    }

    /// Changes the database behind the vault's back.
    private func change(_ sql: String) throws {
        let connection = try Connection(path: scratch.path + "/test.coffer/vault.sqlite")
        try connection.execute(sql)
    }

    @Test func twoThreadsGiveEveryRecordInItsOrder() throws {
        let vault = try vault()
        var number = 0
        try vault.scan("things") { document in
            #expect(document.json == line(number))
            number += 1
            return true
        }
        #expect(number == Self.rows)
        #expect(vault.store.secondConnection != nil)
        // A second reading finds the second connection free again.
        #expect(vault.store.secondConnection?.isLent == false)
        var sum: Int64 = 0
        try vault.query("SELECT n, name, notes FROM things WHERE n % 2 = 1") { row in
            if case .integer(let value) = row[0] { sum += value }
            return true
        }
        #expect(sum == Int64((0..<Self.rows).filter { $0 % 2 == 1 }.reduce(0, +)))
    }

    @Test func gapsOfDeletedRecordsChangeNothing() throws {
        let vault = try vault()
        _ = try vault.remove("things", where: "n % 7 <> 0")
        var numbers: [String] = []
        try vault.scan("things") { document in
            numbers.append(document.fieldJSON("n") ?? "")
            return true
        }
        #expect(numbers == (0..<Self.rows).filter { $0 % 7 == 0 }.map { "\($0)" })
    }

    @Test(arguments: [1, 700, 5_499])
    func damageIsSaidAfterTheRecordsBeforeIt(_ row: Int) throws {
        _ = try vault()
        try change("UPDATE c_1 SET seal = zeroblob(length(seal)) WHERE rid = \(row)")
        let again = try scratch.open()
        var count = 0
        let error = #expect(throws: VaultError.self) {
            try again.scan("things") { _ in
                count += 1
                return true
            }
        }
        #expect(error?.code == .damaged)
        #expect(count == row - 1)
    }

    @Test(arguments: [
        "DELETE FROM c_1 WHERE rid = 1", "DELETE FROM c_1 WHERE rid = 4001",
        "DELETE FROM c_1 WHERE rid = 5500", "DELETE FROM c_1 WHERE rid > 4000",
    ])
    func aMissingRowIsSaidAtTheEnd(_ sql: String) throws {
        _ = try vault()
        try change(sql)
        let again = try scratch.open()
        for question in ["SELECT n FROM things", "SELECT count(*) FROM things"] {
            let error = #expect(throws: VaultError.self) {
                try again.query(question) { _ in true }
            }
            #expect(error?.code == .damaged, "\(question)")
        }
    }

    @Test func aDamagedFieldIsSaidWhenItIsAskedFor() throws {
        _ = try vault()
        try change("UPDATE c_1 SET f_2 = zeroblob(length(f_2)) WHERE rid = 4001")
        let again = try scratch.open()
        try again.query("SELECT n, notes FROM things") { _ in true }
        let error = #expect(throws: VaultError.self) {
            try again.query("SELECT name FROM things") { _ in true }
        }
        #expect(error?.code == .damaged)
        // Where nobody looks at it, it is not in the way.
        try again.query("SELECT name FROM things WHERE n < 3000") { _ in true }
    }

    @Test func aReadingStaysOnItsSnapshotWhileOthersWrite() throws {
        let vault = try vault()
        let other = try scratch.open()
        var count = 0
        try vault.scan("things") { document in
            if count == 1_000 { _ = try other.put("things", ndjson: Array(line(90_000).utf8)) }
            count += 1
            return true
        }
        #expect(count == Self.rows)
        count = 0
        try vault.records.read { reader in
            // The second connection would see more than this one does.
            _ = try other.put("things", ndjson: Array(line(90_001).utf8))
            try reader.scan(try reader.plan(named: "things")) { _ in
                count += 1
                return true
            }
        }
        #expect(count == Self.rows + 1)
    }

    @Test func aReadingThatEndsEarlyLeavesNothingOpen() throws {
        let vault = try vault()
        for stop in [1, 33, 2_000] {
            var count = 0
            try vault.scan("things") { _ in
                count += 1
                return count < stop
            }
            #expect(count == stop)
            #expect(vault.store.secondConnection?.isLent != true)
            _ = try vault.put("things", ndjson: Array(line(100_000 + stop).utf8))
        }
    }

    @Test func fieldsByNameAreLentInOrder() throws {
        let vault = try vault()
        var number = 0
        try vault.read { transaction in
            try transaction.scan("things", fields: ["notes", "n", "ratio", "n"]) { row in
                let expected = String(repeating: "x", count: number % 900)
                var length = -1
                try row.withText(0) { length = $0.count }
                #expect(length == (number % 5 == 0 ? -1 : expected.count))
                #expect(try row.value(0) == (number % 5 == 0 ? .null : .text(expected)))
                #expect(try row.value(1) == .integer(Int64(number)))
                #expect(try row.value(2) == .real(Double(number) / 4 + 0.125))
                #expect(try row.value(3) == .integer(Int64(number)))
                number += 1
                return true
            }
        }
        #expect(number == Self.rows)
        let error = #expect(throws: VaultError.self) {
            try vault.read { try $0.scan("things", fields: ["other"]) { _ in true } }
        }
        #expect(error?.code == .usage)
    }

    @Test func aFieldThatWasPutWhereThereIsNoneIsNotShown() throws {
        _ = try vault()
        try change("UPDATE c_1 SET f_5 = (SELECT f_5 FROM c_1 WHERE rid = 2) WHERE rid = 4996")
        let again = try scratch.open()
        let error = #expect(throws: VaultError.self) {
            try again.read { try $0.scan("things", fields: ["notes"]) { _ in true } }
        }
        #expect(error?.code == .damaged)
    }

    @Test func aVaultThatIsLetGoOfLeavesNoFileOpen() throws {
        _ = try vault()
        for _ in 0..<8 {
            do {
                let vault = try scratch.open()
                try vault.scan("things") { _ in true }
                #expect(try !openFiles().isEmpty)
            }
            // The last one to close is one that could write, so the log is gone with it.
            #expect(try openFiles().isEmpty)
            let log = scratch.path + "/test.coffer/vault.sqlite-wal"
            #expect(!FileManager.default.fileExists(atPath: log))
        }
    }

    private func openFiles() throws -> [String] {
        let folder = "/proc/self/fd"
        return try FileManager.default.contentsOfDirectory(atPath: folder)
            .compactMap {
                try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")
            }
            .filter { $0.hasPrefix(scratch.path) }
    }

    @Test func fieldsTooLargeForABatchAreReadAgain() throws {
        let vault = try vault(0)
        let lines = (0..<60).map { #"{"n":\#($0),"notes":"\#($0) \#(noise($0, 50_000))"}"# }
        _ = try vault.put("things", ndjson: Array(lines.joined(separator: "\n").utf8))
        var number = 0
        try vault.query("SELECT n, notes FROM things") { row in
            #expect(row[0] == .integer(Int64(number)))
            #expect(row[1] == .text("\(number) \(noise(number, 50_000))"))
            number += 1
            return true
        }
        #expect(number == 60)
    }

    /// Text that does not compress well.
    private func noise(_ seed: Int, _ count: Int) -> String {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-".utf8)
        let bytes = (0..<count).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return letters[Int(state & 63)]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
