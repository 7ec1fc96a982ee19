import Foundation
import Testing

@testable import Coffer

/// What an import makes of keys that repeat, references that lead nowhere and files that are none.
@Suite struct ImportRuleTests {
    private func schema(_ name: String, _ properties: String) -> SchemaSource {
        SchemaSource(
            name: name,
            json: Array(
                """
                {"type":"object","required":["id"],"properties":{"id":{"type":"string"}\
                \(properties)}}
                """.utf8))
    }

    private func run(
        _ vault: Vault, _ paths: [String], _ change: (inout ImportRequest) -> Void = { _ in }
    ) throws -> ImportReport {
        var request = ImportRequest(paths: paths)
        change(&request)
        return try vault.importFiles(request) { _, _ in }
    }

    private func refusal(
        _ vault: Vault, _ paths: [String], _ change: (inout ImportRequest) -> Void = { _ in }
    ) throws -> VaultError {
        try #require(
            #expect(throws: VaultError.self) { try run(vault, paths, change) })
    }

    private func count(_ vault: Vault, _ collection: String) throws -> Int {
        var count = 0
        try vault.scan(collection) { _ in
            count += 1
            return true
        }
        return count
    }

    @Test func keysThatDifferOnlyInNormalizationAreNoKeys() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        let file = try scratch.write(
            "k.ndjson", "{\"id\":\"\u{e9}\",\"a\":1}\n{\"id\":\"e\u{301}\",\"a\":2}\n")
        #expect(try run(vault, [file]).collections.first?.counts.created == 2)
        #expect(try count(vault, "k") == 2)
        #expect(try run(vault, [file]).collections.first?.counts.unchanged == 2)
    }

    @Test(arguments: [
        ("{\"id\":\"\u{e9}\",\"a\":1}", "{\"id\":\"e\u{301}\",\"a\":1}"),
        (#"{"id":"x","a":1}"#, #"{"id":"x","a":2}"#),
    ])
    func aSecondRecordWithAKeyIsRefusedByItsPlace(first: String, second: String) throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        _ = try vault.apply([schema("k", "")])
        let one = try scratch.write("one.ndjson", "{\"id\":\"other\"}\n" + first)
        let two = try scratch.write("two.ndjson", "\n\n" + second)
        let both = try scratch.write("both.ndjson", first + "\n" + second)
        let apart = try refusal(vault, [one, two]) { $0.into = "k" }
        #expect(apart.code == .invalid)
        #expect(
            apart.message.hasSuffix(
                "\(two):3: its key repeats: a different record with it stands in \(one):2"),
            "\(apart.message)")
        let together = try refusal(vault, [both]) { $0.into = "k" }
        #expect(together.message.contains("\(both):2: its key repeats"), "\(together.message)")
        #expect(try count(vault, "k") == 0)
        for existing in ImportRequest.Existing.allCases {
            let report = try run(vault, [both]) {
                $0.into = "k"
                $0.keepsGoing = true
                $0.existing = existing
            }
            #expect(report.collections.first?.counts.updated == 0)
            #expect(try count(vault, "k") == 1)
        }
        #expect(try vault.check().isSound)
    }

    @Test func aSecondEqualRecordIsTheFirst() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        let one = try scratch.write("one.ndjson", #"{"id":"x","a":1}"#)
        let two = try scratch.write("two.ndjson", #"{"a":1,"id":"x"}"#)
        for created in [1, 0] {
            let report = try run(vault, [one, two]) { $0.into = "k" }
            #expect(report.collections.first?.counts.created == created)
            #expect(report.collections.first?.counts.updated == 0)
            #expect(report.rejects.isEmpty)
        }
        #expect(try count(vault, "k") == 1)
    }

    @Test func equalRecordsWithoutAKeyStayApartWhateverStandsAlready() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        let two = try scratch.write("two.ndjson", "{\"a\":1}\n{\"a\":1}\n")
        let three = try scratch.write("three.ndjson", "{\"a\":1}\n{\"a\":1}\n{\"a\":1}\n")
        _ = try run(vault, [two]) { $0.into = "k" }
        for (existing, created) in [(ImportRequest.Existing.skip, 1), (.update, 0)] {
            let report = try run(vault, [three]) {
                $0.into = "k"
                $0.existing = existing
            }
            #expect(report.collections.first?.counts.created == created)
        }
        #expect(try count(vault, "k") == 3)
    }

    @Test(arguments: [false, true])
    func referencesThatLeadNowhereAreNamedByFileAndLine(isDryRun: Bool) throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        _ = try vault.apply([
            schema("c", ""), schema("d", #","c":{"type":"string","coffer:references":"c"}"#),
        ])
        let file = try scratch.write("d.ndjson", "{\"id\":\"1\"}\n{\"id\":\"2\",\"c\":\"none\"}\n")
        let error = try refusal(vault, [file]) { $0.isDryRun = isDryRun }
        #expect(error.code == .brokenReference)
        #expect(
            error.message.hasSuffix("\(file):2: d: c leads to no record of c"), "\(error.message)")
        let report = try run(vault, [file]) {
            $0.isDryRun = isDryRun
            $0.keepsGoing = true
        }
        #expect(report.rejects.map(\.line) == [2])
        #expect(try count(vault, "d") == (isDryRun ? 0 : 1))
    }

    @Test func aFileThatIsNoneIsNamed() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        var tried = 0
        for (name, text, what) in [
            ("binary.json", "abc\u{0}d", ": it is binary data"),
            ("twice.csv", "id,a,a\n1,2,3\n", ": two columns are named a"),
            ("trail.json", "[\n{}] x", ":2: something follows the value"),
            ("ends.json", "[{},\n{\"a\":", ":2: the text ends inside a value"),
        ] {
            let file = try scratch.write(name, text)
            let error = try refusal(vault, [file])
            #expect(error.code == .invalid)
            #expect(error.message.hasPrefix(file + what), "\(error.message)")
            tried += 1
        }
        #expect(tried == 4)
        let unreadable = try refusal(vault, ["/proc/self/mem"])
        #expect(unreadable.code == .storage, "\(unreadable.message)")
        #expect(unreadable.message.hasPrefix("/proc/self/mem: "))
        #expect(try refusal(vault, [scratch.path + "/none.json"]).code == .noFile)
    }

    @Test(arguments: ["2024.json", "записки.json"])
    func aFileWhoseNameIsNoneOfACollectionAsksForOne(name: String) throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        let file = try scratch.write(name, #"[{"a":1}]"#)
        let error = try refusal(vault, [file])
        #expect(error.message.hasPrefix(file + ": "), "\(error.message)")
        #expect(error.message.contains("--into"))
        _ = try run(vault, [file]) { $0.into = "notes" }
        #expect(try count(vault, "notes") == 1)
        #expect(try refusal(vault, [file]) { $0.into = "Bad Name" }.code == .usage)
    }
}
