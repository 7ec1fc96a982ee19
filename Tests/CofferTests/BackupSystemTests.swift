import CofferFormat
import CofferRecords
import CofferStore
import Foundation
import Testing

@testable import Coffer

/// What Coffer writes down of bundles is seen by nobody who looks at a vault.
@Suite struct BackupSystemTests {
    /// Everything that a person can ask of a vault, but its generation and its audit log.
    private func told(_ vault: Vault, _ scratch: Scratch) throws -> [String] {
        var told: [String] = []
        for info in try vault.collections() {
            told.append(
                "\(info.name) \(info.version) \(info.records) \(info.fields) \(info.schema)")
        }
        var changes = ""
        try vault.changes(since: 0) { change in
            changes += "\(change.number) \(change.collection) \(change.version)\n"
            return true
        }
        told.append(changes)
        told += try vault.renamedColumns().map { "\($0)" }
        var hits: [String] = []
        for word in ["coffer-bundle", "incremental", "bundle", vault.id] {
            try vault.search(word) { hit in
                hits.append("\(word) \(hit)")
                return true
            }
        }
        told += hits
        told += try vault.trash().map { "\($0.collection) \($0.document.fullJSON)" }
        let folder = scratch.path + "/all-" + UUID().uuidString
        _ = try vault.exportEverything(to: folder)
        for (name, data) in try WholeVault.files(folder).sorted(by: { $0.key < $1.key })
        where name != FolderManifest.fileName {
            told.append("\(name) \(data.base64EncodedString())")
        }
        return told
    }

    @Test func bundlesLeaveNoTraceInWhatIsShown() throws {
        let stage = try BackupRoundTripTests.stage()
        let before = try told(stage.vault, stage.scratch)
        #expect(before.count > 8)
        for _ in 0..<3 { try stage.backUp() }
        #expect(try told(stage.vault, stage.scratch) == before)
        let restored = try stage.expectRestored()
        #expect(try told(restored, stage.scratch) == before)
        let checked = try stage.vault.check()
        #expect(checked.isSound)
    }

    @Test func nobodyReachesWhatIsKeptOfThem() throws {
        let stage = try BackupRoundTripTests.stage()
        try stage.backUp()
        let catalog = try stage.vault.records.read { $0.frame.catalog }
        let names = catalog.definitions.filter(\.isSystem).map(\.name)
        #expect(names.count == 1)
        for name in names + ["bundles"] {
            func refuses(_ line: Int = #line, _ body: () throws -> Void) {
                do {
                    try body()
                    Issue.record("\(name) was reached, line \(line)")
                } catch {
                    let code = (error as? VaultError)?.code ?? .unexpected
                    #expect(
                        [.noCollection, .invalid, .usage, .statement].contains(code), "\(error)")
                }
            }
            refuses { _ = try stage.vault.get(name, "x") }
            refuses { try stage.vault.scan(name) { _ in true } }
            refuses { _ = try stage.vault.collectionInfo(name) }
            refuses { _ = try stage.vault.count(name, where: "true") }
            refuses { _ = try stage.vault.remove(name, where: "true") }
            refuses { _ = try stage.vault.history(name, "x") }
            refuses { try stage.vault.query("select * from \"\(name)\"") { _ in true } }
            guard name != "bundles" else { continue }
            refuses { _ = try stage.vault.put(name, ndjson: Array(#"{"bundle":"x"}"#.utf8)) }
            // A name that a person gives never has the sign that ours have.
            try? stage.apply((name, #"{"type":"object"}"#))
            let now = try stage.vault.records.read { $0.frame.catalog.system(name) }
            #expect(now == catalog.system(name))
        }
        // A person may have a collection of that name.
        try stage.apply(("bundles", #"{"properties":{"id":{"type":"string"}},"required":["id"]}"#))
        try stage.put("bundles", #"{"id":"mine","bundle":"hay"}"#)
        #expect(try stage.vault.count("bundles", where: "true") == 1)
        try stage.backUp()
        #expect(try stage.expectRestored().get("bundles", "mine").fieldText("bundle") == "hay")
    }

    @Test func undoAfterABundleUndoesTheLastChangeOfAPerson() throws {
        let stage = try BackupRoundTripTests.stage()
        let before = try stage.vault.lines()
        try stage.put("people", #"{"id":"new"}"#)
        for _ in 0..<2 { try stage.backUp() }
        #expect(try stage.vault.undo().removed == 1)
        try stage.backUp()
        #expect(try stage.vault.lines() == before)
        #expect(try stage.vault.undo().restored == 1)
        try stage.backUp()
        #expect(try stage.vault.undo().removed == 1)
        #expect(try stage.vault.lines() == before)
        // Nothing is left to a vault whose last change cannot be undone.
        let fresh = BackupStage(stage.scratch, try stage.scratch.vault("fresh.coffer"))
        try fresh.backUp(to: stage.scratch.path + "/fresh")
        do {
            _ = try fresh.vault.undo()
            Issue.record("a bundle was undone")
        } catch { #expect(error.code == .nothingToUndo) }
    }

    @Test func whoFollowsTheChangesHearsNothingOfBundles() throws {
        let stage = try BackupRoundTripTests.stage()
        var last: UInt64 = 0
        func changes() throws -> Int {
            var count = 0
            try stage.vault.changes(since: last) { change in
                last = max(last, change.number)
                count += 1
                return true
            }
            return count
        }
        #expect(try changes() > 0)
        for number in 0..<5 {
            try stage.backUp()
            #expect(try changes() == 0)
            try stage.put("people", #"{"id":"p","letter":"\#(number)"}"#)
            #expect(try changes() == 1)
        }
    }
}
