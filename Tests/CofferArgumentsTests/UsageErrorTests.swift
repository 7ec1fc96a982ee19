import CofferArguments
import Testing

@Suite struct UsageErrorTests {
    private struct Case: Sendable, CustomTestStringConvertible {
        let words: [String]
        let kind: UsageError.Kind
        let message: String
        var testDescription: String { words.joined(separator: " ") }
        init(_ words: String..., kind: UsageError.Kind, message: String) {
            self.words = words
            self.kind = kind
            self.message = message
        }
    }

    private static let cases = [
        Case(
            "lst", kind: .unknownCommand, message: "Unknown command 'box lst'; did you mean 'list'?"
        ),
        Case(
            "lsit", kind: .unknownCommand,
            message: "Unknown command 'box lsit'; did you mean 'list'?"),
        Case(
            "frobnicate", kind: .unknownCommand,
            message: "Unknown command 'box frobnicate'; 'box --help' lists the commands."),
        Case(
            "key", "lis", kind: .unknownCommand,
            message: "Unknown command 'box key lis'; did you mean 'list'?"),
        Case(
            "help", "key", "nothing", kind: .unknownCommand,
            message: "Unknown command 'box key nothing'; 'box key --help' lists the commands."),
        Case(
            "help", "list", "x", kind: .unknownCommand,
            message: "'box list' has no subcommands; write 'box help list'."),
        Case(
            "lst", "--help", kind: .unknownCommand,
            message: "Unknown command 'box lst'; did you mean 'list'?"),
        Case(
            "", kind: .unknownCommand,
            message: "Unknown command 'box '; 'box --help' lists the commands."),
        Case(
            "list", "--jsn", kind: .unknownOption,
            message: "Unknown option '--jsn'; did you mean '--json'?"),
        Case(
            "list", "--lim", kind: .unknownOption,
            message: "Unknown option '--lim'; did you mean '--limit'?"),
        Case(
            "list", "--passphrase=hunter2", kind: .unknownOption,
            message: "Unknown option '--passphrase'; 'box list --help' lists the options."),
        Case(
            "list", "-phunter2", kind: .unknownOption,
            message: "Unknown option '-p'; 'box list --help' lists the options."),
        Case(
            "list", "-5", kind: .unknownOption,
            message: "Unknown option '-5'; write '--' before an argument that begins with '-'."),
        Case(
            "--limit=5", "list", kind: .unknownOption,
            message: "'--limit' is an option of 'box list'; write it after that command."),
        Case(
            "-y", "rm", "x", kind: .unknownOption,
            message: "'-y' is an option of 'box remove'; write it after that command."),
        Case(
            "list", "--limit", kind: .missingValue,
            message: "'--limit' needs a value; write --limit N."),
        Case("list", "-n", kind: .missingValue, message: "'-n' needs a value; write -n N."),
        Case(
            "list", "--limit", "--json", kind: .missingValue,
            message: "'--limit' needs a value; write --limit=N when the value begins with '-'."),
        Case(
            "list", "-o", "-q", kind: .missingValue,
            message: "'-o' needs a value; write -oFILE when the value begins with '-'."),
        Case(
            "list", "--limit", "--", kind: .missingValue,
            message: "'--limit' needs a value; write --limit=N when the value begins with '-'."),
        Case(
            "list", "--json=yes", kind: .unexpectedValue,
            message: "'--json' takes no value; write '--json' alone."),
        Case(
            "list", "-q=1", kind: .unexpectedValue,
            message: "'-q' takes no value; write '-q' alone."),
        Case(
            "--shed=a", "list", "-s", "b", kind: .repeatedOption,
            message: "'-s' was given twice; give it once."),
        Case(
            "list", "--format", "cvs", kind: .notAChoice,
            message: "'--format' takes one of json, ndjson, csv; did you mean 'csv'?"),
        Case(
            "list", "-fsecret", kind: .notAChoice,
            message: "'-f' takes one of json, ndjson, csv."),
        Case(
            "tidy", "schedule", "maybe", kind: .notAChoice,
            message: "'STATE' takes one of on, off."),
        Case(
            "move", kind: .missingArgument,
            message: "'box move' needs FROM and TO; write 'box move [OPTIONS] FROM TO'."),
        Case(
            "move", "a", kind: .missingArgument,
            message: "'box move' needs TO; write 'box move [OPTIONS] FROM TO'."),
        Case(
            "remove", kind: .missingArgument,
            message: "'box remove' needs PATHS; write 'box remove [OPTIONS] PATHS...'."),
        Case(
            "key", "list", "private", kind: .extraArgument,
            message: "'box key list' takes no arguments and got 1; leave them out."),
        Case(
            "list", "a", "private", kind: .extraArgument,
            message: "'box list' takes one argument and got 2; quote an argument that has spaces."),
        Case(
            "move", "a", "b", "c", kind: .extraArgument,
            message: "'box move' takes 2 arguments and got 3; quote an argument that has spaces."),
        Case(
            "tidy", "private", kind: .unknownCommand,
            message: "Unknown command 'box tidy private'; 'box tidy --help' lists the commands."),
    ]

    @Test(arguments: cases)
    private func saysInOneLineWhatIsWrongAndWhatToDo(_ expected: Case) {
        #expect(throws: UsageError.self) { try SampleTree.tree.parse(expected.words) }
        do throws(UsageError) {
            _ = try SampleTree.tree.parse(expected.words)
        } catch {
            #expect(error.kind == expected.kind)
            #expect(error.message == expected.message)
        }
    }

    @Test func coversEveryKind() {
        #expect(Set(Self.cases.map(\.kind)).count == 8)
    }

    @Test func tellsTheCommandThatWasBeingRead() {
        do throws(UsageError) {
            _ = try SampleTree.tree.parse(["key", "list", "--bogus"])
        } catch {
            #expect(error.path == ["key", "list"])
        }
    }

    @Test(arguments: [
        ("--a\u{1B}[31m\u{7}", "--a\\u{1B}[31m\\u{7}"), ("--\u{202E}gpj", "--\\u{202E}gpj"),
        ("--a\nb", "--a\\u{A}b"), ("--\u{9B}2J", "--\\u{9B}2J"), ("--zürich", "--zürich"),
        ("--\u{2028}\u{200B}", "--\\u{2028}\\u{200B}"),
    ])
    func showsInvisibleCharactersOfWhatWasTyped(word: String, shown: String) {
        do throws(UsageError) {
            _ = try SampleTree.tree.parse(["list", word])
            Issue.record("The option was accepted")
        } catch {
            #expect(
                error.message == "Unknown option '\(shown)'; 'box list --help' lists the options.")
        }
    }

    @Test func cutsLongWordsShort() {
        do throws(UsageError) {
            _ = try SampleTree.tree.parse([String(repeating: "x", count: 1_000_000)])
        } catch {
            #expect(error.message.utf8.count < 140)
        }
    }

    /// Every word of up to three of these pieces, so no shape of a word traps the reader.
    @Test func answersEveryLineWithARequestOrAnError() {
        let pieces = [
            "", "-", "--", "=", "s", "v", "h", "list", "\u{301}", "é", "help", "5", "\r\n",
        ]
        let words = pieces.flatMap { a in pieces.flatMap { b in pieces.map { a + b + $0 } } }
        var answered = 0
        for word in words {
            for line in [[word], ["list", word], ["add", word, word], ["--shed", word, "list"]] {
                _ = try? SampleTree.tree.parse(line)
                _ = SampleTree.tree.complete(words: line, cursorIndex: line.count - 1)
                answered += 1
            }
        }
        #expect(answered == 13 * 13 * 13 * 4)
    }
}
