import CofferFormat
import CofferRecords
import Foundation
import Testing

@testable import Coffer

/// A whole vault into a folder, and out of it again.
@Suite struct EverythingTests {
    @Test func aNewVaultFromTheFolderIsEqualToTheFirst() throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        let result = try WholeVault.roundTrip(vault, scratch)
        print("everything, full vault: \(result)")
        #expect(result.differences == [])
        #expect(result.collections > 8)
        #expect(result.records > 10)
        #expect(result.carriedIDs >= 5)
        let about = try String(
            contentsOfFile: scratch.path + "/first/about/ships.ndjson", encoding: .utf8)
        #expect(about.contains(#""bytes":["blob"]"#))
    }

    @Test func idsOfRecordsWithoutAKeyAndReferencesToThemAreKept() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        let schemas = [
            ("towns", #"{"type":"object","properties":{"name":{"type":"string"}}}"#),
            (
                "roads",
                #"{"type":"object","properties":{"to":{"type":"string","coffer:references":"towns"}}}"#
            ),
        ]
        // The one that refers is made first.
        _ = try vault.apply(
            schemas.reversed().map { SchemaSource(name: $0.0, json: Array($0.1.utf8)) })
        let town = try vault.add("towns", [.text(path: ["name"], "Oak")]).id
        _ = try vault.add("roads", [.text(path: ["to"], town)])
        _ = try vault.add("roads", [.text(path: ["to"], town)])
        let result = try WholeVault.roundTrip(vault, scratch)
        #expect(result.differences == [])
        #expect(result.carriedIDs == 3)
        let copy = try scratch.open("copy.coffer")
        #expect(try copy.get("towns", town).fieldText("name") == "Oak")
        #expect(throws: VaultError.self) { try copy.remove("towns", [town]) }
    }

    @Test func aCollectionWithoutAKeyStaysOneWhateverItsSchemaSays() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        _ = try vault.apply([
            SchemaSource(
                name: "a", json: Array(#"{"properties":{"x":{"type":"string"}}}"#.utf8)),
            SchemaSource(
                name: "b",
                json: Array(
                    #"{"properties":{"z":{},"id":{"type":"string"}},"required":["id"]}"#.utf8)),
        ])
        _ = try vault.apply([
            SchemaSource(
                name: "a",
                json: Array(
                    #"{"properties":{"id":{"type":"string"},"x":{"type":"string"}},"required":["id"]}"#
                        .utf8))
        ])
        _ = try vault.put("a", ndjson: Array(#"{"id":"1","x":"2","more":[1.0,1e2]}"#.utf8))
        _ = try vault.put("b", ndjson: Array(#"{"id":"1"}"#.utf8))
        #expect(try vault.collectionInfo("a").key == nil)
        #expect(try vault.collectionInfo("b").key == "id")
        let result = try WholeVault.roundTrip(vault, scratch)
        #expect(result.differences == [])
        #expect(result.carriedIDs == 1)
    }

    /// A removal may clear a field that a rule of the schema wants; the record is there all the same.
    @Test func aRecordThatItsSchemaDoesNotHoldUpAnyMoreComesBack() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        _ = try vault.apply([
            SchemaSource(
                name: "crew",
                json: Array(
                    #"""
                    {"type":"object","required":["id"],"coffer:check":[{"rule":"ship IS NOT NULL",
                    "message":"needs a ship"}],"properties":{"id":{"type":"string"},
                    "ship":{"type":"string","coffer:references":"ships","coffer:on-delete":"clear"}}}
                    """#.utf8)),
            SchemaSource(
                name: "ships",
                json: Array(
                    #"{"type":"object","required":["id"],"properties":{"id":{"type":"string"}}}"#
                        .utf8)),
        ])
        _ = try vault.put("ships", ndjson: Array(#"{"id":"s"}"#.utf8))
        _ = try vault.put("crew", ndjson: Array(#"{"id":"c","ship":"s"}"#.utf8))
        _ = try vault.remove("ships", ["s"])
        let result = try WholeVault.roundTrip(vault, scratch)
        #expect(result.differences == [])
        #expect(result.records == 1)
        let about = scratch.path + "/first/about/crew.ndjson"
        #expect(try String(contentsOfFile: about, encoding: .utf8).contains(#""cleared":true"#))
    }

    @Test func anEmptyVaultComesBackEmpty() throws {
        let scratch = try Scratch()
        let result = try WholeVault.roundTrip(try scratch.vault(), scratch)
        #expect(result.differences == [])
        #expect(result.collections == 0)
    }

    @Test func allFilesShowOneMoment() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        let files = try [
            scratch.write("in/a.ndjson", "{\"id\":1}\n{\"id\":2}\n"),
            scratch.write("in/b.ndjson", "{\"id\":1}\n{\"id\":2}\n"),
        ]
        _ = try vault.importFiles(ImportRequest(paths: files)) { _, _ in }
        let other = try scratch.open()
        let folder = try vault.exportEverything(
            to: scratch.path + "/out",
            progress: { count in
                guard count == 1 else { return }
                #expect(throws: Never.self) { try other.remove("b", ["1"]) }
            })
        #expect(folder.collections.map(\.records) == [2, 2])
        #expect(try other.read { try $0.count("b") } == 1)
    }

    @Test func existingRecordsAreTreatedAsAsked() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        let files = try [
            scratch.write("in/a.ndjson", "{\"id\":1,\"n\":1}\n{\"id\":2,\"n\":1}\n"),
            scratch.write("in/b.ndjson", "{\"n\":1}\n{\"n\":1}\n"),
        ]
        _ = try vault.importFiles(ImportRequest(paths: files)) { _, _ in }
        var request = ImportRequest(paths: [scratch.path + "/out"])
        _ = try vault.exportEverything(to: request.paths[0])
        func counts() throws -> [String] {
            try vault.importFiles(request) { _, _ in }.collections.map { name, counts in
                "\(name) \(counts.created) \(counts.updated) \(counts.unchanged)"
            }
        }
        #expect(try counts() == ["a 0 0 2", "b 0 0 2"])
        _ = try vault.set("a", "1", [.json(path: ["n"], Array("9".utf8))])
        _ = try vault.remove("a", ["2"])
        request.existing = .skip
        #expect(try counts() == ["a 1 0 1", "b 0 0 2"])
        #expect(try vault.get("a", "1").fieldText("n") == "9")
        request.existing = .fail
        #expect(throws: VaultError.self) { try counts() }
        request.existing = .update
        request.isDryRun = true
        #expect(try counts() == ["a 0 1 1", "b 0 0 2"])
        #expect(try vault.get("a", "1").fieldText("n") == "9")
        request.isDryRun = false
        #expect(try counts() == ["a 0 1 1", "b 0 0 2"])
        #expect(try vault.get("a", "1").fieldText("n") == "1")
        // In a transaction with others, too, and it can be undone.
        let copy = try scratch.vault("copy.coffer")
        try copy.write { transaction in
            _ = try transaction.importFiles(request)
        }
        #expect(try copy.undo().removed == 4)
    }

    @Test func aTimeReadsBackAsItWasWritten() {
        var count = 0
        for time: Int64 in [
            0, -1, 1, 951_782_399_999, 951_782_400_000, -62_167_219_200_000, 253_402_300_799_999,
            1_700_000_000_123, -2_203_891_200_000,
        ] {
            for shift: Int64 in [0, 86_400_000, 31_622_400_000] {
                let text = Timestamp.text(time + shift)
                #expect(Timestamp.milliseconds(text).map(Timestamp.text) == text)
                count += 1
            }
            #expect(Timestamp.milliseconds(Timestamp.text(time)) == time)
        }
        #expect(count == 27)
        for text in [
            "", "2026-02-30T00:00:00.000Z", "2026-11-21T24:00:00.000Z", "2026-11-21T09:30:00.000z",
            "2026-11-21T09:30:00.000", "2026-13-21T09:30:00.000Z", "+026-11-21T09:30:00.000Z",
            "2026-11-21T09:30:60.000Z", "٢026-11-21T09:30:00.00Z",
        ] {
            #expect(Timestamp.milliseconds(text) == nil, "\(text)")
        }
    }
}
