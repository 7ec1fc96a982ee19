import Testing

@testable import Coffer

@Suite struct RecordRuleTests {
    private let lines = """
        {"id":"a","name":"Zoë","mood":"calm"}
        {"id":"b","name":"Bram"}
        """

    /// A vault with two records of `npcs`, whose key is `id`.
    private func vault(_ scratch: Scratch) throws -> Vault {
        let vault = try scratch.vault()
        let file = try scratch.write("npcs.ndjson", lines)
        _ = try vault.importFiles(ImportRequest(paths: [file])) { _, _ in }
        return vault
    }

    private func schema(_ name: String, _ properties: String) -> SchemaSource {
        SchemaSource(
            name: name,
            json: Array(
                """
                {"type":"object","required":["id"],"properties":{"id":{"type":"string"}\
                \(properties)}}
                """.utf8))
    }

    @Test func theKeyOfARecordCannotChange() throws {
        let scratch = try Scratch()
        let vault = try vault(scratch)
        for change in [Assignment.text(path: ["id"], "c"), .text(path: ["id"], "b")] {
            let error = #expect(throws: VaultError.self) { try vault.set("npcs", "a", [change]) }
            #expect(error?.code == .invalid)
            #expect(
                error?.message == "npcs/id: the key of a record cannot change",
                "\(error?.message ?? "")")
        }
        #expect(throws: VaultError.self) { try vault.set("npcs", "a", [.unset(path: ["id"])]) }
        #expect(try vault.get("npcs", "a").version == 1)
        #expect(try vault.check().isSound)
    }

    @Test func aCopyIsRefusedWhereTheKeyIsTaken() throws {
        let scratch = try Scratch()
        let vault = try vault(scratch)
        var request = ImportRequest(
            paths: [try scratch.write("npcs.ndjson", #"{"id":"a","name":"Another"}"#)])
        request.existing = .copy
        let error = #expect(throws: VaultError.self) {
            try vault.importFiles(request) { _, _ in }
        }
        #expect(error?.message.contains("/id: a record with this key is there already") == true)
        request.paths = [try scratch.write("npcs.ndjson", lines)]
        let report = try vault.importFiles(request) { _, _ in }
        #expect(report.collections.first?.counts.unchanged == 2)
        #expect(try vault.check().isSound)
    }

    @Test func anIndexBecomesPlainOnlyInAMigration() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        _ = try vault.apply([schema("npcs", #","rank":{"type":"integer","coffer:index":true}"#)])
        for change in [
            #","rank":{"type":"integer","coffer:index":true,"coffer:plain":true}"#,
            #","rank":{"type":"integer","coffer:index":true,"coffer:references":"npcs"}"#,
        ] {
            let error = #expect(throws: VaultError.self) {
                try vault.apply([schema("npcs", change)])
            }
            #expect(error?.code == .invalid)
        }
        vault.lock()
        let again = try scratch.open()
        #expect(try again.collectionInfo("npcs").version == 1)
        #expect(try again.check().isSound)
    }

    @Test func theAuditLogTakesLongDetails() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        let names = (0..<20_000).map { "collection_é_\($0)" }
        try vault.recordExport(of: names, count: 1)
        #expect(try vault.check().isSound)
    }
}
