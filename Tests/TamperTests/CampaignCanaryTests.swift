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
        let memory = place.path + "/run"
        try FileManager.default.createDirectory(
            atPath: memory, withIntermediateDirectories: true)
        try Data(#"sed -i "s/\"name\": \".*\"/\"name\": \"$1\"/" "$2""#.utf8).write(
            to: URL(fileURLWithPath: place.path + "/editor.sh"))
        let line = try Place.read("\(input)/npcs.ndjson").prefix { $0 != 10 }
        try Data(line).write(to: URL(fileURLWithPath: place.path + "/line.ndjson"))
        var calls = 0
        for words in try Self.commands(canaries, input) {
            let isEdit = words[0] == "edit"
            let trace = try CallTrace.run(
                words, vault: vault, in: place, search,
                input: words.contains("--stdin") ? place.path + "/line.ndjson" : nil,
                variables: [
                    "XDG_RUNTIME_DIR": memory,
                    "VISUAL": "sh \(place.path)/editor.sh '\(canaries.values[1])'",
                ], memory: isEdit ? memory : nil)
            print("  \(words.prefix(2)): \(trace)")
            #expect(trace.status == 0 || words[0] == "get", "\(words.prefix(2)): \(trace)")
            #expect(trace.found.isEmpty, "\(words.prefix(2)): \(trace.found.prefix(5))")
            #expect(!isEdit || trace.keptInMemory > 3)
            let strange = trace.opened.filter { path in
                !["vault", "state"].contains { path.hasPrefix("\(place.path)/\($0)") }
                    && path != "/dev/null" && path != "/dev/tty"
            }
            #expect(strange.isEmpty, "\(words.prefix(2)): \(strange)")
            calls += trace.calls
        }
        #expect(calls > 1_000)
        #expect(try FileManager.default.contentsOfDirectory(atPath: memory) == [])
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

    /// Every command about records, with words of the campaign.
    private static func commands(
        _ canaries: CampaignCanaries, _ input: String
    ) throws -> [[String]] {
        let npc = try key("npcs", input)
        let event = try key("events", input)
        let texts = "(select name || text as t from items) a, (select name from npcs limit 9) b"
        return [
            ["schema", "apply"] + canaries.schemas, ["import", input], ["check"], ["list", "npcs"],
            ["export"], ["import", input],
            ["set", "npcs", npc, "name=\(canaries.values[0])"],
            ["rm", "events", event, "--yes"], ["get", "players", canaries.keys[0]],
            ["edit", "npcs", npc], ["put", "npcs", "--stdin"], ["history", "npcs", npc],
            ["trash", "list"], ["trash", "restore", "events", event], ["undo"], ["undo"],
            ["set", "items", "--where", "name like 'A%'", "name=\(canaries.values[2])", "--yes"],
            ["rm", "messages", "--where", "coffer_key < '2'", "--yes"], ["undo"],
            ["changes"], ["search", "\"\(canaries.values[3])\""],
            ["list", "sessions", "--where", "title > 'M'", "--sort", "title"],
            [
                "sql",
                "select count(*) from (select t, count(*) from \(texts) group by t || b.name)",
            ],
            [
                "sql",
                "select max(n) from (select row_number() over (order by t) as n from \(texts))",
            ],
            ["sql", "select name from npcs union select title from sessions order by 1"],
            ["history", "policy", "--versions", "1", "--yes"], ["trash", "empty", "--yes"],
            ["rm", "messages", try key("messages", input), "--now", "--yes"],
        ]
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
