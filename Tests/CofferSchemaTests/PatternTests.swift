import CofferFormat
import CofferSchema
import Testing

@Suite struct PatternTests {
    private func accepts(_ pattern: String, _ text: String) throws -> Bool {
        let schema = try JSONSchema.compile(.object([.init("pattern", .text(pattern))]))
        return schema.accepts(.text(text))
    }

    @Test(arguments: [
        (#"^\d+$"#, "12", "१२"), (#"^\w$"#, "a", "é"), (#"^\s$"#, "\u{FEFF}", "x"),
        (#"^[\s]$"#, "\u{2003}", "x"), (#"^[^\s]$"#, "x", "\u{A0}"), (#"^[\S]$"#, "x", "\u{A0}"),
        (#"^[\s-x]$"#, "-", "y"), (#"^.$"#, "\u{85}", "\u{2028}"), (#"^a$"#, "a", "a\n"),
        (#"^[[:alpha:]]$"#, ":]", "b"), (#"^[]$|^b$"#, "b", "]"), (#"^[^]$"#, "\n", ""),
        (#"^\u00e9\x41\cJ$"#, "éA\n", "eA\n"), (#"^\ud83d\udc32$"#, "🐲", "x"),
        (#"^\u{1F432}$"#, "🐲", "x"), (#"^(?<q>['"]).*\k<q>$"#, "'x'", "'x\""),
        (#"^(a)\1$"#, "aa", "a"), (#"^(?:(a)|b)\1$"#, "b", "ba"), (#"^a{2}$"#, "aa", "a"),
        (#"^a{,2}$"#, "a{,2}", "a"), (#"^{$"#, "{", "}"), (#"^\p{Letter}$"#, "é", "1"),
        (#"^\p{Script=Greek}$"#, "ω", "o"), (#"^\P{L}$"#, "1", "é"), (#"^[\b]$"#, "\u{8}", "b"),
        (#"^\/\-\.$"#, "/-.", "/-x"), (#"^(?=a)\w(?!b)$"#, "a", "b"), (#"^[\d-z]$"#, "-", "y"),
    ]) func meansWhatECMAScriptMeans(pattern: String, kept: String, refused: String) throws {
        #expect(try accepts(pattern, kept))
        #expect(try !accepts(pattern, refused))
    }

    @Test(arguments: [
        "(", ")", "[a", "a++", "a**", "*", "(?i)a", "(?#x)", "(?P<n>a)", "(?R)", "(?1)", "(*UCP)a",
        "(*LIMIT_MATCH=99999999)a", "(?>a)", "(?|a)", "(?C1)", #"\Qa\E"#, #"\A"#, #"\z"#, #"\a"#,
        #"\C"#, #"\R"#, #"\X"#, #"\ud83d"#, #"\u12"#, #"\x1"#, #"\p"#, #"\p{Nonsense}"#, #"\c1"#,
        #"\"#, #"\01"#, #"[\1]"#, #"\k<x>"#, #"(?<1>a)"#, "(?<a", "a{9}{9}", "(?<=a+)b",
        #"\u{110000}"#, #"\2(a)"#, "((((a{999}){999}){999}){999})", "(?", "(?<",
    ]) func refusesWhatIsNotECMAScriptOrBeyondIt(pattern: String) {
        #expect {
            try JSONSchema.compile(.object([.init("pattern", .text(pattern))]))
        } throws: { ($0 as? SchemaError)?.code == .pattern }
    }

    /// Hostile text for a pattern that backtracks: refused in bounded time, also inside `not`.
    @Test func failsClosedWhenMatchingTakesTooMuch() throws {
        let pattern = Value.object([.init("pattern", .text("^(a+)+$"))])
        let text = Value.text(String(repeating: "a", count: 60) + "!")
        let start = ContinuousClock.now
        for schema in [pattern, .object([.init("not", pattern)])] {
            let violations = try JSONSchema.compile(schema).validate(text)
            #expect(violations.map(\.rule) == ["limit"])
        }
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test func matchesLongTexts() throws {
        let text = String(repeating: "word and ", count: 20_000)
        #expect(try accepts(#"^[a-z ]*$"#, text))
        #expect(try accepts(#"and $"#, text))
    }

    @Test func isSharedBetweenThreads() async throws {
        let schema = try JSONSchema.compile(
            Value(json: #"{"patternProperties":{"^[a-z]+$":{"pattern":"^\\d{3}$"}}}"#))
        await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    (0..<2_000).count { number in
                        schema.accepts(.object([.init("abc", .text("\(number)"))]))
                    }
                }
            }
            for await count in group { #expect(count == 900) }
        }
    }
}
