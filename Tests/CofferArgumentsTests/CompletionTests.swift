import CofferArguments
import Testing

@Suite struct CompletionTests {
    private func complete(_ words: String...) -> Completion {
        SampleTree.tree.complete(words: words, cursorIndex: words.count - 1) { question in
            switch question.name {
            case "box":
                [Candidate("shelf"), Candidate("old shelf", note: "Full"), Candidate("tin")]
            case "field": [Candidate((question.invocation.argument("box") ?? "") + ".name=")]
            case "shed": [Candidate((question.invocation.value("shed") ?? "?") + "1")]
            default: []
            }
        }
    }

    private func words(_ words: String...) -> [String] {
        SampleTree.tree.complete(words: words, cursorIndex: words.count - 1).candidates.map(\.word)
    }

    @Test func offersVisibleCommandsAndHelp() {
        #expect(
            words("") == ["init", "add", "list", "move", "remove", "key", "tidy", "help"])
        #expect(words("key", "") == ["list", "remove", "help"])
        #expect(words("help", "key", "") == ["list", "remove"])
        #expect(words("l") == ["list"])
        #expect(words("zzz") == [])
        #expect(complete("mo").candidates == [Candidate("move", note: "Move a thing")])
    }

    @Test func offersAnAliasOnlyWhenNoNameFits() {
        #expect(words("in") == ["init"])
        #expect(words("ins") == ["insert"])
        #expect(words("rm") == ["rm"])
    }

    @Test func offersOptionsOfTheCommandAndThoseAbove() {
        #expect(words("--") == ["--shed", "--json", "--verbose", "--quiet", "--version", "--help"])
        #expect(words("-") == words("--"))
        #expect(words("list", "--f") == ["--format", "--for"])
        #expect(words("list", "--si") == ["--silent"])
        #expect(words("key", "list", "--a") == ["--all"])
        #expect(words("list", "--d") == [], "Hidden")
    }

    @Test func doesNotOfferAnOptionAgainUnlessItMayBeRepeated() {
        #expect(words("--json", "--shed", "x", "list", "--j") == [])
        #expect(
            words("-v", "add", "-p", "1", "--") == [
                "--param", "--shed", "--json", "--verbose", "--quiet", "--version", "--help",
            ])
    }

    @Test func offersValuesInEveryForm() {
        #expect(
            complete("list", "--format", "").candidates.map(\.word) == ["json", "ndjson", "csv"])
        #expect(complete("list", "--format=n").candidates.map(\.word) == ["ndjson"])
        #expect(complete("list", "--format=n").prefix == "--format=")
        #expect(complete("list", "-fc").candidates.map(\.word) == ["csv"])
        #expect(complete("list", "-qfc").prefix == "-qf")
        #expect(complete("list", "-f=c").prefix == "-f=")
        #expect(complete("list", "-f", "j").candidates.map(\.word) == ["json"])
        #expect(complete("list", "--for", "1").candidates.map(\.word) == ["15m", "1h"])
        #expect(complete("list", "--limit", "").candidates == [])
    }

    @Test func leavesFilesAndDirectoriesToTheShell() {
        #expect(complete("list", "-o", "a").listing == .files)
        #expect(complete("list", "--output=a").listing == .files)
        #expect(complete("--shed", "").listing == .directories)
        #expect(complete("remove", "a", "b", "").listing == .files)
        #expect(complete("remove", "--", "-").listing == .files)
    }

    @Test func asksTheProgramForDynamicWords() {
        #expect(complete("list", "").candidates.map(\.word) == ["shelf", "old shelf", "tin"])
        #expect(complete("list", "o").candidates == [Candidate("old shelf", note: "Full")])
        #expect(complete("add", "tin", "").candidates == [Candidate("tin.name=")])
        #expect(complete("add", "tin", "x=1", "t").candidates == [Candidate("tin.name=")])
        let mixed = complete("--shed", "/s", "init", "")
        #expect(mixed.candidates == [Candidate("/s1")])
        #expect(mixed.listing == .files)
    }

    @Test func showsOptionsWhereNothingElseCanFollow() {
        #expect(words("key", "list", "").first == "--all")
        #expect(words("key", "list", "--", "") == [])
        #expect(words("key", "list", "x") == [])
    }

    @Test func goesOnAfterMistakes() {
        #expect(words("--bogus", "lis") == ["list"])
        #expect(words("list", "--format", "--j") == [])
        #expect(words("list", "--json=1", "--lim") == ["--limit"])
        #expect(words("--bogus=") == [])
        #expect(words("-Zx") == [])
    }

    @Test func acceptsAnyCursor() {
        let tree = SampleTree.tree
        #expect(tree.complete(words: [], cursorIndex: 0).candidates.count == 8)
        #expect(tree.complete(words: ["key"], cursorIndex: 1).candidates.count == 3)
        #expect(tree.complete(words: ["key"], cursorIndex: .max).candidates.count == 3)
        #expect(tree.complete(words: ["key"], cursorIndex: -1).candidates.count == 3)
        #expect(
            tree.complete(words: ["ke", "list"], cursorIndex: 0).candidates.map(\.word) == ["key"])
    }

    @Test func tellsACallOfAScriptFromACommand() {
        #expect(CommandTree.completionWords(in: ["__complete", "a", ""]) == ["a", ""])
        #expect(CommandTree.completionWords(in: ["list"]) == nil)
        #expect(CommandTree.completionWords(in: []) == nil)
    }

    @Test func repliesInLines() {
        #expect(complete("list", "o").reply == "words\t\nold shelf\tFull\n")
        #expect(complete("--shed=").reply == "directories\t--shed=\n")
    }

    @Test func keepsWordsOutOfTheReplyThatWouldBreakIt() {
        let completion = SampleTree.tree.complete(words: ["list", ""], cursorIndex: 1) { _ in
            [
                Candidate("a\tb"), Candidate("a\nb"), Candidate("\u{1B}[2J"),
                Candidate("ok", note: "x\ny"),
            ]
        }
        #expect(completion.reply == "words\t\nok\t\n")
    }
}
