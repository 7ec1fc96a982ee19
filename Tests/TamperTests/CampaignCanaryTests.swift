import Foundation
import Testing

/// Two thousand words of a whole campaign, looked for in every byte that the program writes.
@Suite(
    .enabled(
        if: Thoroughness.isFull && CampaignCanaries.data != nil && Program.isThere
            && CallTrace.isPossible, "COFFER_LONG_TESTS asks for it; needs COFFER_DATA and strace"))
struct CampaignCanaryTests {
    @Test func noWordOfTheCampaignIsWrittenAnywhere() throws {
        let data = try #require(CampaignCanaries.data)
        let place = try Place()
        let input = place.path + "/input"
        let vault = place.path + "/vault/v.coffer"
        try FileManager.default.createDirectory(
            atPath: place.path + "/vault", withIntermediateDirectories: true)
        try Sample.make(vault) { _ in }
        _ = try Program.run(["status"], vault: vault, in: place)
        let canaries = try CampaignCanaries(in: input, data: data) { words in
            let search = CanarySearch(words)
            let found = try search.words(below: vault).found
            return Set(found.compactMap { $0.split(separator: " ").first.map(String.init) })
        }
        #expect(canaries.all.count == 2_000 && Set(canaries.all).count == 2_000)
        #expect(canaries.schemas.count == 16)
        let search = CanarySearch(canaries.all)
        try Self.expectControl(search, input)
        let someone = canaries.keys[0]
        var calls = 0
        for words in [
            ["schema", "apply"] + canaries.schemas, ["import", input], ["check"],
            ["list", "npcs"], ["export"], ["import", input],
            ["set", "npcs", try Self.key("npcs", input), "name=\(canaries.values[0])"],
            ["rm", "events", try Self.key("events", input), "--yes"],
            ["get", "players", someone],
        ] {
            let trace = try CallTrace.run(words, vault: vault, in: place, search)
            print("  \(words.prefix(2)): \(trace)")
            #expect(trace.status == 0 || words[0] == "get", "\(words.prefix(2)): \(trace)")
            #expect(trace.found.isEmpty, "\(words.prefix(2)): \(trace.found.prefix(5))")
            let strange = trace.opened.filter { path in
                !["vault", "state"].contains { path.hasPrefix("\(place.path)/\($0)") }
                    && path != "/dev/null" && path != "/dev/tty"
            }
            #expect(strange.isEmpty, "\(words.prefix(2)): \(strange)")
            calls += trace.calls
        }
        #expect(calls > 1_000)
        for folder in ["vault", "state"] {
            let finding = try search.words(below: "\(place.path)/\(folder)")
            print(
                "campaign canaries, \(folder): \(finding.found.count) of 2,000 in "
                    + "\(finding.files) files, \(finding.bytes) bytes")
            #expect(finding.files > 0)
            #expect(finding.found.isEmpty, "\(finding.found.prefix(5))")
        }
        print(
            "  \(canaries.names.count) names, \(canaries.keys.count) keys, "
                + "\(canaries.values.count) values")
    }

    /// The search finds every word where it stands.
    private static func expectControl(_ search: CanarySearch, _ input: String) throws {
        var found: Set<String> = []
        for file in try FileManager.default.contentsOfDirectory(atPath: input)
        where file.hasSuffix(".ndjson") {
            found.formUnion(search.words(in: try Place.read("\(input)/\(file)") + Array(file.utf8)))
        }
        #expect(found.count == 2_000, "the search finds \(found.count) where all are")
    }

    /// The key of a record of a collection.
    private static func key(_ collection: String, _ input: String) throws -> String {
        let line = try Place.read("\(input)/\(collection).ndjson").prefix { $0 != 10 }
        let record = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
        return try #require(record?["id"] as? String)
    }
}
