import Foundation
import Testing

@testable import Coffer

/// Several readings of one snapshot, several writes in one transaction.
@Suite struct TransactionTests {
    static let schema = """
        {"type":"object","required":["id"],"properties":{"id":{"type":"string"},\
        "name":{"type":"string","coffer:index":true},"level":{"type":"integer"},\
        "mark":{"type":"string","coffer:unique":true},\
        "friend":{"type":"string","coffer:references":"npcs"}}}
        """

    /// A vault with two records, `ana` and `bo`.
    static func vault(_ scratch: Scratch) throws -> Vault {
        let vault = try scratch.vault()
        _ = try vault.apply([SchemaSource(name: "npcs", json: Array(schema.utf8))])
        _ = try vault.put(
            "npcs",
            ndjson: lines(
                #"{"id":"ana","name":"Ana","level":1}"#, #"{"id":"bo","name":"Bo","level":2}"#))
        return vault
    }

    static func lines(_ lines: String...) -> [UInt8] { Array(lines.joined(separator: "\n").utf8) }

    static func level(_ level: Int) -> [Assignment] {
        [.json(path: ["level"], Array("\(level)".utf8))]
    }

    private struct Stop: Error, Equatable {}

    private func ids(_ transaction: ReadTransaction) throws -> [String] {
        var ids: [String] = []
        try transaction.scan("npcs") {
            ids.append($0.key ?? "")
            return true
        }
        return ids
    }

    @Test func aSnapshotStaysTheSameWhileAnotherConnectionCommits() throws {
        let scratch = try Scratch()
        let vault = try Self.vault(scratch)
        let other = try scratch.open()
        try vault.read { snapshot in
            let before = try ids(snapshot)
            _ = try other.add("npcs", [.text(path: ["id"], "cy")])
            _ = try other.set("npcs", "ana", Self.level(9))
            _ = try other.remove("npcs", ["bo"])
            #expect(try ids(snapshot) == before)
            #expect(try snapshot.get("npcs", "ana").fieldText("level") == "1")
            #expect(try snapshot.count("npcs") == 2)
            #expect(try snapshot.count("npcs", where: "level = 2") == 1)
            #expect(try snapshot.trash().isEmpty)
        }
        #expect(try vault.read { try ids($0) } == ["ana", "cy"])
        #expect(try vault.get("npcs", "ana").fieldText("level") == "9")
    }

    @Test func seesItsOwnWritesHoweverItAsks() throws {
        let scratch = try Scratch()
        let vault = try Self.vault(scratch)
        let other = try scratch.open()
        try vault.write { transaction in
            for index in 0..<40 {
                _ = try transaction.put(
                    "npcs",
                    ndjson: Self.lines(#"{"id":"n\#(index)","name":"Many","level":\#(index)}"#))
            }
            _ = try transaction.set("npcs", "ana", Self.level(77))
            #expect(try transaction.remove("npcs", ["bo"]) == 1)
            #expect(try ids(transaction).count == 41)
            #expect(try transaction.count("npcs") == 41)
            #expect(try transaction.count("npcs", where: "level = 77") == 1)
            #expect(try transaction.find("npcs", "name", equals: #""Many""#).count == 40)
            #expect(try transaction.get("npcs", "ana").version == 2)
            #expect(try transaction.history("npcs", "ana").count == 2)
            #expect(try transaction.trash().map(\.document.key) == ["bo"])
            var rows: [String] = []
            try transaction.query("SELECT count(*) AS n, max(level) AS m FROM npcs") {
                rows.append($0.json)
                return true
            }
            #expect(rows == [#"{"n":41,"m":77}"#])
            var hits = 0
            try transaction.search("many") { _ in
                hits += 1
                return true
            }
            #expect(hits == 40)
            var changed = 0
            try transaction.changes(since: 0) { _ in
                changed += 1
                return true
            }
            #expect(changed == 42)
            var request = ListRequest()
            request.sort = "level"
            request.isReversed = true
            request.limit = 1
            try transaction.list("npcs", request) {
                #expect($0.key == "ana")
                return true
            }
            #expect(try transaction.export(["npcs"], as: .ndjson) { _ in } == 41)
            _ = try transaction.restore("npcs", "bo")
            #expect(try transaction.get("npcs", "bo").version == 3)
            #expect(try transaction.emptyTrash() == 0)
            // Nobody else sees any of it.
            #expect(try other.read { try $0.count("npcs") } == 2)
        }
        #expect(try other.read { try $0.count("npcs") } == 42)
        #expect(try vault.check().isSound)
        #expect(try vault.undo().removed == 40)
        #expect(try vault.read { try ids($0) } == ["ana", "bo"])
        #expect(try vault.check().isSound)
    }

    @Test func seesRecordsOfACollectionThatItHasMade() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        try vault.write { transaction in
            _ = try transaction.apply([SchemaSource(name: "notes", json: Array("{}".utf8))])
            _ = try transaction.add("notes", [.text(path: ["text"], "first")])
            var texts: [String?] = []
            try transaction.scan("notes") {
                texts.append($0.fieldText("text"))
                return true
            }
            #expect(texts == ["first"])
            #expect(try transaction.collections().map(\.records) == [1])
        }
        #expect(try vault.collections().map(\.name) == ["notes"])
        #expect(try vault.check().isSound)
    }

    @Test func anErrorOfTheClosureComesOutAsItIsAndLeavesNothing() throws {
        let scratch = try Scratch()
        let vault = try Self.vault(scratch)
        let generation = try vault.status().generation
        #expect(throws: Stop.self) {
            try vault.write { transaction in
                _ = try transaction.add("npcs", [.text(path: ["id"], "cy")])
                _ = try transaction.remove("npcs", ["ana"])
                _ = try transaction.apply([SchemaSource(name: "more", json: Array("{}".utf8))])
                throw Stop()
            }
        }
        #expect(throws: Stop.self) {
            try vault.read { transaction in
                try transaction.scan("npcs") { _ in throw Stop() }
            }
        }
        #expect(try vault.read { try ids($0) } == ["ana", "bo"])
        #expect(try vault.collections().map(\.name) == ["npcs"])
        #expect(try vault.status().generation == generation)
        #expect(try vault.check().isSound)
        #expect(try vault.add("npcs", [.text(path: ["id"], "cy")]).isNew)
        #expect(try vault.check().isSound)
    }

    @Test func referencesMayComeInAnyOrderAndMustLeadSomewhereAtTheEnd() throws {
        let scratch = try Scratch()
        let vault = try Self.vault(scratch)
        try vault.write { transaction in
            _ = try transaction.put("npcs", ndjson: Self.lines(#"{"id":"d","friend":"e"}"#))
            _ = try transaction.put("npcs", ndjson: Self.lines(#"{"id":"e","friend":"d"}"#))
        }
        let error = #expect(throws: VaultError.self) {
            try vault.write { transaction in
                _ = try transaction.put("npcs", ndjson: Self.lines(#"{"id":"f","friend":"x"}"#))
            }
        }
        #expect(error?.code == .brokenReference)
        #expect(try vault.read { try ids($0) } == ["ana", "bo", "d", "e"])
    }
}
