import Foundation
import Testing

/// The terms of generated campaigns through `search` and `sql` of the program itself.
@Suite(
    .serialized,
    .enabled(
        if: RoundTrip.data != nil && OtherProcess.isThere, "needs COFFER_DATA and the program"))
struct SearchTruthTests {
    @Test func everyTermIsFoundWhereItIs() throws { try compare("small", records: 500) }

    @Test(.enabled(if: RoundTrip.isLong, "COFFER_LONG_TESTS asks for it"))
    func everyTermOfALargerCampaignIsFoundWhereItIs() throws {
        try compare("medium", records: 20_000)
    }

    @Test(
        .enabled(
            if: RoundTrip.isLong && OtherProcess.isNamed,
            "COFFER_LONG_TESTS asks for it; COFFER_PROGRAM names a release build"))
    func everyTermOfTheLargestCampaignIsFoundWhereItIs() throws {
        try compare("large", records: 200_000)
    }

    /// A search finds exactly the records with the words of a term, SQL exactly those with the
    /// term as it is written, which is what the generator says.
    private func compare(_ size: String, records: Int) throws {
        guard let campaign = RoundTrip.campaign(size) else {
            return print("Skipped: the campaign's generator needs python3.")
        }
        defer { try? FileManager.default.removeItem(at: campaign) }
        let truth = try SearchTruth(campaign)
        #expect(truth.records == records)
        #expect(truth.exact.count > 20)
        let scratch = try Scratch()
        let schemas = try #require(RoundTrip.data).appending(path: "campaign-schemas")
        for words in [
            [
                "init", scratch.path + "/test.coffer", "--no-recovery", "--kdf-memory", "65536",
                "--kdf-passes", "3",
            ],
            ["schema", "apply", schemas.path],
            ["import"] + (try RoundTrip.files(campaign, ".ndjson").map(\.path)),
        ] { #expect(try OtherProcess.run(words, in: scratch) == 0, "\(words[0])") }
        let statement = try Self.statement(schemas)
        for term in truth.exact.keys.sorted() {
            let words = try Self.found(
                ["search", "--json", "\"\(term)\""], ("collection", "key"), in: scratch)
            #expect(words == truth.folded[term], "search \(term)")
            let letters = try Self.found(
                ["sql", statement, "--param", "term=\(term)", "--timeout", "none"],
                ("collection", "id"), in: scratch)
            #expect(letters == truth.exact[term], "sql \(term)")
        }
        print("search and sql, \(size) campaign: \(truth)")
    }

    /// The records of all collections with a text that holds `:term`.
    private static func statement(_ schemas: URL) throws -> String {
        try RoundTrip.files(schemas, ".schema.json").map { file in
            let parsed = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
            let schema = try #require(parsed as? [String: Any])
            let properties = try #require(schema["properties"] as? [String: [String: Any]])
            var conditions = [Self.inside("coffer_extra")]
            for (name, property) in properties {
                let types = property["type"] as? [String] ?? [property["type"] as? String ?? ""]
                if types.contains("string") { conditions.append("instr(\"\(name)\", :term)") }
                if types.contains("object") || types.contains("array") {
                    conditions.append(Self.inside("\"\(name)\""))
                }
            }
            let collection = file.lastPathComponent.dropLast(".schema.json".count)
            return "select '\(collection)' as collection, id from \(collection) where "
                + conditions.joined(separator: " or ")
        }.joined(separator: " union all ")
    }

    private static func inside(_ column: String) -> String {
        "exists (select 1 from json_tree(\(column)) where type = 'text' and instr(atom, :term))"
    }

    /// What a command has found, one object a line.
    private static func found(
        _ words: [String], _ members: (String, String), in scratch: Scratch
    ) throws -> SearchTruth.Found {
        let answer = try OtherProcess.ask(words, in: scratch)
        #expect(answer.status == 0, "\(words[0])")
        var found: SearchTruth.Found = [:]
        var lines = 0
        for line in answer.output.split(separator: UInt8(ascii: "\n")) {
            let record = try JSONSerialization.jsonObject(with: line) as? [String: Any]
            let collection = try #require(record?[members.0] as? String)
            found[collection, default: []].insert(try #require(record?[members.1] as? String))
            lines += 1
        }
        #expect(found.values.reduce(0) { $0 + $1.count } == lines, "some come twice")
        return found
    }
}
