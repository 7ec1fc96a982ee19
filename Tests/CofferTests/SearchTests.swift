import Foundation
import Testing

@testable import Coffer

/// Finding records by the words in them.
@Suite struct SearchTests {
    private func vault(_ scratch: Scratch, _ texts: [String]) throws -> Vault {
        let vault = try scratch.vault()
        let lines = try texts.enumerated().map { index, text in
            let json = String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
            return "{\"id\":\(index),\"text\":\(json),\"more\":{\"tags\":[\"tag\(index)\",7]}}"
        }
        let file = try scratch.write("notes.ndjson", lines.joined(separator: "\n"))
        _ = try vault.importFiles(ImportRequest(paths: [file])) { _, _ in }
        return vault
    }

    private func found(_ vault: Vault, _ words: String, in name: String? = nil) throws -> [String] {
        var found: [String] = []
        try vault.search(words, in: name) {
            found.append($0.document.key ?? "")
            return true
        }
        return found
    }

    @Test(arguments: [
        ("CAFÉ", "im Café sitzen"), ("cafe", "Cafe\u{301}"), ("Cafe\u{301}", "café"),
        ("straße", "STRASSE"), ("ﬁne", "fine"), ("o'neill", "O'Neill"),
        ("a@b.example", "A@b.example!"),
        ("北京", "我在北京工作"), ("🎲", "roll 🎲🎲"), ("🎲", "🎲\u{FE0F}"), ("7", "no 7."),
        ("\"old stone\"", "the Old, STONE bridge"), ("Ω", "ohm Ω"), ("й", "и\u{306}"),
    ]) func theyMeet(_ words: String, _ text: String) throws {
        let scratch = try Scratch()
        #expect(try found(vault(scratch, [text, "nothing of it"]), words) == ["0"])
    }

    @Test(arguments: [
        ("fer", "ferry"), ("\"stone old\"", "old stone"), ("ferry dawn", "ferry at dusk"),
        ("tag", "tag"), ("b", "a.bc"), ("text", "x"),
    ]) func theyDoNotMeet(_ words: String, _ text: String) throws {
        let scratch = try Scratch()
        let vault = try vault(scratch, [text == "tag" ? "x" : text])
        #expect(try found(vault, words).isEmpty)
    }

    @Test func aRecordMustHoldEveryWordAnywhereInIt() throws {
        let scratch = try Scratch()
        let vault = try vault(scratch, ["red ferry", "red", "ferry"])
        #expect(try found(vault, "ferry red") == ["0"])
        #expect(try found(vault, "red tag1") == ["1"])
        #expect(try found(vault, "red", in: "notes") == ["0", "1"])
    }

    @Test func noWordOrPhraseIsLongerThanAKiB() throws {
        let scratch = try Scratch()
        let vault = try vault(scratch, [String(repeating: "a", count: 300_000)])
        let longest = String(repeating: "a", count: 1_024)
        #expect(try found(vault, longest).isEmpty)
        #expect(try found(vault, "\(longest) \(longest)").isEmpty)
        for words in [
            longest + "b", "ferry \(longest)b", "\"" + String(repeating: "a ", count: 513) + "\"",
            String(repeating: "é", count: 513),
        ] {
            let error = #expect(throws: VaultError.self) { _ = try found(vault, words) }
            #expect(error?.code == .usage)
        }
    }

    @Test func namesCountForMoreThanProse() throws {
        let scratch = try Scratch()
        let long = String(repeating: "far away ", count: 40)
        let vault = try vault(scratch, [long + "ferry " + long, "ferry"])
        var hits: [Vault.Hit] = []
        try vault.search("ferry") {
            hits.append($0)
            return true
        }
        #expect(hits.count == 2 && hits[1].score > hits[0].score)
        #expect(hits[0].match == "ferry" && hits[0].pointer == "/text")
        #expect(hits[0].before.hasPrefix("…") && hits[0].after.hasSuffix("…"))
        #expect(hits[0].before.utf8.count + hits[0].after.utf8.count < 120)
    }

    @Test func anExcerptCutsNoCharacter() throws {
        let scratch = try Scratch()
        let text =
            String(repeating: "é🎲ü", count: 60) + " ferry " + String(repeating: "ß漢", count: 60)
        let vault = try vault(scratch, [text])
        try vault.search("ferry") {
            #expect(text.contains($0.before.drop { $0 == "…" }))
            #expect(text.contains($0.after.split(separator: "…")[0]))
            return true
        }
    }

    @Test(arguments: ["", "  ", "\"\"", "...", "-"]) func nothingToLookForIsSaid(_ words: String)
        throws
    {
        let scratch = try Scratch()
        let vault = try vault(scratch, ["x"])
        #expect(throws: VaultError.self) { _ = try found(vault, words) }
    }

    @Test(.enabled(if: RoundTrip.data != nil, "COFFER_DATA is not at hand"))
    func findsInTheGeneratedCampaignWhatIsThere() throws {
        let folder = try #require(RoundTrip.campaign("small"))
        let scratch = try Scratch()
        let vault = try scratch.vault()
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let files = names.filter { $0.hasSuffix(".ndjson") }.map { folder.path + "/" + $0 }
        _ = try vault.importFiles(ImportRequest(paths: files)) { _, _ in }
        let truth = try #require(
            try JSONSerialization.jsonObject(
                with: Data(contentsOf: folder.appending(path: "truth/search.json")))
                as? [String: [String: [String]]])
        #expect(truth.count > 10)
        for (term, wanted) in truth {
            var found: [String: Set<String>] = [:]
            try vault.search("\"\(term)\"") { hit in
                // The truth heeds the case of letters, a search does not.
                if hit.document.json.contains(term) {
                    found[hit.collection, default: []].insert(hit.document.key ?? "")
                }
                return true
            }
            #expect(found == wanted.mapValues { Set($0) }, "\(term)")
        }
        print("search, generated campaign: \(truth.count) terms")
    }
}
