import CofferFormat
import CofferRecords
import Foundation
import Testing

@testable import Coffer

/// Older versions, undo and trash.
@Suite struct HistoryTests {
    /// Towns that are unique by name, and people who may live in one.
    private func vault(_ scratch: Scratch) throws -> Vault {
        let vault = try scratch.vault()
        let towns = """
            {"type":"object","required":["id"],"properties":{"id":{"type":"string"},\
            "name":{"type":"string","coffer:unique":true},"size":{"type":"integer"}}}
            """
        let people = """
            {"type":"object","required":["id"],"properties":{"id":{"type":"string"},\
            "town":{"type":["string","null"],"coffer:references":"towns",\
            "coffer:on-delete":"cascade"},"friend":{"type":["string","null"],\
            "coffer:references":"people","coffer:on-delete":"clear"}}}
            """
        _ = try vault.apply([
            SchemaSource(name: "towns", json: Array(towns.utf8)),
            SchemaSource(name: "people", json: Array(people.utf8)),
        ])
        try put(vault, "towns", #"{"id":"a","name":"Aal"}"#, #"{"id":"b","name":"Bee"}"#)
        try put(
            vault, "people", #"{"id":"p","town":"a"}"#, #"{"id":"q","town":"b","friend":"p"}"#)
        return vault
    }

    private func put(_ vault: Vault, _ collection: String, _ lines: String...) throws {
        _ = try vault.put(collection, ndjson: Array(lines.joined(separator: "\n").utf8))
    }

    /// Everything that is there, as text; versions and times aside.
    private func content(_ vault: Vault) throws -> [String] {
        var lines: [String] = []
        for collection in try vault.collections() {
            try vault.scan(collection.name) {
                lines.append("\(collection.name) \($0.json)")
                return true
            }
        }
        return lines.sorted()
    }

    private static let changes: [String] = ["add", "set", "swap", "cascade", "put", "nothing"]

    private func change(_ vault: Vault, _ kind: String) throws {
        switch kind {
        case "add": _ = try vault.add("towns", [.json(path: ["id"], Array(#""c""#.utf8))])
        case "set": _ = try vault.set("towns", "a", [.json(path: ["size"], Array("9".utf8))])
        case "swap":
            // Through a third name: a value that must be unique can only move to a free place.
            try put(
                vault, "towns", #"{"id":"a","name":"Sea"}"#, #"{"id":"b","name":"Aal"}"#,
                #"{"id":"a","name":"Bee"}"#)
        case "cascade": _ = try vault.remove("towns", ["a", "b"])
        case "put":
            try put(
                vault, "people", #"{"id":"p","town":"b"}"#, #"{"id":"r","friend":"q"}"#,
                #"{"id":"r","friend":"p"}"#)
        default: break
        }
    }

    @Test(arguments: changes.dropLast())
    func undoingGivesWhatWasBeforeAndUndoingAgainWhatWasAfter(_ kind: String) throws {
        let scratch = try Scratch()
        let vault = try vault(scratch)
        let before = try content(vault)
        try change(vault, kind)
        let after = try content(vault)
        #expect(before != after)
        for _ in 0..<3 {
            _ = try vault.undo()
            #expect(try content(vault) == before)
            #expect(try vault.check().isSound)
            _ = try vault.undo()
            #expect(try content(vault) == after)
            #expect(try vault.check().isSound)
        }
    }

    @Test func aUniqueValueThatPassedThroughSeveralRecordsComesBack() throws {
        let scratch = try Scratch()
        let vault = try vault(scratch)
        let before = try content(vault)
        try vault.records.write { writer in
            let plan = try writer.plan(named: "towns")
            func put(_ id: String, _ name: String) throws {
                let members = [Value.Member("id", .text(id)), Value.Member("name", .text(name))]
                _ = try writer.put(.object(members), in: plan, existing: .update)
            }
            try put("a", "Sea")
            try put("b", "Aal")
            let id = try writer.reader.identify("a", in: plan)
            _ = try writer.delete(id, in: plan)
        }
        let after = try content(vault)
        for _ in 0..<2 {
            _ = try vault.undo()
            #expect(try content(vault) == before)
            _ = try vault.undo()
            #expect(try content(vault) == after)
            #expect(try vault.check().isSound)
        }
    }

    @Test func undoReachesTheLastChangeOnly() throws {
        let scratch = try Scratch()
        let vault = try vault(scratch)
        try change(vault, "set")
        let between = try content(vault)
        try change(vault, "add")
        let undone = try vault.undo()
        #expect((undone.removed, undone.reverted, undone.restored) == (1, 0, 0))
        #expect(try content(vault) == between)
    }

    @Test func anImportIsOneChange() throws {
        let scratch = try Scratch()
        let vault = try vault(scratch)
        let before = try content(vault)
        let file = try scratch.write(
            "towns.ndjson",
            #"{"id":"a","name":"New"}"# + "\n" + #"{"id":"z","name":"Zed"}"# + "\n")
        _ = try vault.importFiles(ImportRequest(paths: [file])) { _, _ in }
        let undone = try vault.undo()
        #expect((undone.removed, undone.reverted, undone.restored) == (1, 1, 0))
        #expect(try content(vault) == before)
    }

    @Test func aVaultWithoutChangesHasNothingToUndo() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        #expect(throws: VaultError.self) { _ = try vault.undo() }
        do { _ = try vault.undo() } catch { #expect(error.code == .nothingToUndo) }
    }

    @Test func versionsGoOnCountingAndTheTimeOfMakingStays() throws {
        let scratch = try Scratch()
        let vault = try vault(scratch)
        let made = try vault.get("towns", "a").created
        try change(vault, "set")
        _ = try vault.remove("people", ["p"])
        _ = try vault.undo()
        #expect(try vault.get("people", "p").version == 3)
        _ = try vault.set("towns", "a", [.json(path: ["size"], Array("10".utf8))])
        let versions = try vault.history("towns", "a")
        #expect(versions.map(\.document.version) == [3, 2, 1])
        #expect(versions.map(\.fate) == [.current, .replaced, .replaced])
        #expect(versions.map { $0.document.fieldJSON("size") } == ["10", "9", nil])
        #expect(versions.allSatisfy { $0.document.created == made })
    }

    @Test func theTrashGivesBackWhatWasRemoved() throws {
        let scratch = try Scratch()
        let vault = try vault(scratch)
        _ = try vault.remove("people", ["q"])
        #expect(try vault.trash().map(\.document.key) == ["q"])
        #expect(try vault.history("people", "q").map(\.fate) == [.deleted])
        #expect(try vault.restore("people", "q").version == 3)
        #expect(try vault.get("people", "q").fieldJSON("friend") == #""p""#)
        #expect(try vault.trash().isEmpty)
        do { _ = try vault.restore("people", "q") } catch { #expect(error.code == .exists) }
        #expect(try vault.check().isSound)
    }

    @Test func whatRefersToNothingIsNotPutBack() throws {
        let scratch = try Scratch()
        let vault = try vault(scratch)
        _ = try vault.remove("people", ["p"])
        _ = try vault.remove("towns", ["a"])
        do {
            _ = try vault.restore("people", "p")
            Issue.record("It must not come back without its town")
        } catch { #expect(error.code == .brokenReference) }
        _ = try vault.restore("towns", "a")
        _ = try vault.restore("people", "p")
        #expect(try vault.check().isSound)
    }

    @Test func anEmptiedTrashGivesNothingBack() throws {
        let scratch = try Scratch()
        let vault = try vault(scratch)
        _ = try vault.remove("towns", ["a"])
        #expect(try vault.emptyTrash() == 2)
        do { _ = try vault.restore("towns", "a") } catch { #expect(error.code == .noRecord) }
        do { _ = try vault.undo() } catch { #expect(error.code == .nothingToUndo) }
        #expect(try vault.get("towns", "b").key == "b")
        #expect(try vault.check().isSound)
    }

    @Test func whatIsMadeAnewIsNotTakenForWhatWasRemoved() throws {
        let scratch = try Scratch()
        let vault = try vault(scratch)
        let stale = try vault.get("towns", "a").version
        _ = try vault.remove("towns", ["a"])
        let id = Assignment.json(path: ["id"], Array(#""a""#.utf8))
        #expect(try vault.add("towns", [id]).version == stale + 2)
        let size = Assignment.json(path: ["size"], Array("7".utf8))
        do {
            _ = try vault.set("towns", "a", [size], ifVersion: stale)
            Issue.record("an update is lost")
        } catch { #expect(error.code == .versionConflict) }
        #expect(try vault.history("towns", "a").map(\.document.version) == [3, 1])
        _ = try vault.undo()
        #expect(try vault.history("towns", "a").map(\.fate) == [.deleted, .deleted])
        #expect(try vault.undo().restored == 1)
        #expect(try vault.get("towns", "a").version == 5)
        #expect(try vault.check().isSound)
    }

    @Test func whatIsRemovedForGoodLeavesNoVersion() throws {
        let scratch = try Scratch()
        let vault = try vault(scratch)
        try change(vault, "set")
        _ = try vault.remove("towns", ["a"], isForgetting: true)
        #expect(try vault.trash().isEmpty)
        do { _ = try vault.history("towns", "a") } catch { #expect(error.code == .noRecord) }
        do { _ = try vault.undo() } catch { #expect(error.code == .nothingToUndo) }
        #expect(try vault.check().isSound)
    }

    @Test func onlySoManyVersionsAreKept() throws {
        let scratch = try Scratch()
        let vault = try vault(scratch)
        try vault.set(Vault.HistoryPolicy(days: 30, versions: 3))
        for size in 1...6 {
            _ = try vault.set("towns", "a", [.json(path: ["size"], Array("\(size)".utf8))])
        }
        #expect(try vault.history("towns", "a").map(\.document.version) == [7, 6, 5, 4])
        try vault.set(Vault.HistoryPolicy(days: 30, versions: 1))
        #expect(try vault.history("towns", "a").map(\.document.version) == [7, 6])
        try vault.set(Vault.HistoryPolicy(days: 30, versions: 0))
        #expect(try vault.history("towns", "a").map(\.document.version) == [7])
        try change(vault, "set")
        do { _ = try vault.undo() } catch { #expect(error.code == .nothingToUndo) }
        #expect(try vault.check().isSound)
    }

    @Test func whatIsOlderThanThePolicyGoesWithTheNextWrite() throws {
        let scratch = try Scratch()
        let clock = Clock()
        let vault = try {
            _ = try self.vault(scratch)
            var surroundings = scratch.surroundings
            surroundings.now = { clock.now }
            let vault = try Vault(at: scratch.path + "/test.coffer", in: surroundings)
            try vault.unlock(password: Scratch.password())
            return vault
        }()
        try change(vault, "set")
        _ = try vault.set("towns", "a", [.json(path: ["size"], Array("2".utf8))])
        #expect(try vault.history("towns", "a").count == 3)
        clock.days = 31
        _ = try vault.set("towns", "b", [.json(path: ["size"], Array("2".utf8))])
        #expect(try vault.history("towns", "a").count == 1)
        #expect(try vault.history("towns", "b").count == 2)
        #expect(try vault.check().isSound)
    }

    private final class Clock: @unchecked Sendable {
        var days = 0
        var now: Int64 {
            Int64(Date().timeIntervalSince1970 * 1_000) + Int64(days) * 86_400_000
        }
    }

    @Test func aFailedUndoLeavesEverythingAsItWas() throws {
        let scratch = try Scratch()
        let vault = try vault(scratch)
        _ = try vault.set("towns", "a", [.json(path: ["size"], Array("9".utf8))])
        _ = try vault.apply([
            SchemaSource(
                name: "towns",
                json: Array(
                    """
                    {"type":"object","required":["id"],"properties":{"id":{"type":"string"},\
                    "name":{"type":"string","coffer:unique":true},"size":{"type":"integer"}},\
                    "coffer:check":[{"rule":"size IS NOT NULL OR name <> 'Aal'","message":"no"}]}
                    """.utf8))
        ])
        let before = try content(vault)
        do {
            _ = try vault.undo()
            Issue.record("The schema refuses what was before")
        } catch { #expect(error.code == .invalid) }
        #expect(try content(vault) == before)
        #expect(try vault.check().isSound)
    }
}
