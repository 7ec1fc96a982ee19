import CofferFormat
import Testing

@Suite struct JSONTests {
    private func parse(_ text: String) throws(JSONError) -> Value {
        try JSON.parse(Array(text.utf8))
    }

    private func text(_ value: Value) -> String {
        String(decoding: JSON.write(value), as: UTF8.self)
    }

    private func reason(_ bytes: [UInt8]) -> JSONError.Reason? {
        do throws(JSONError) {
            _ = try JSON.parse(bytes)
            return nil
        } catch { return error.reason }
    }

    @Test(arguments: [
        "null", "true", "false", "0", "-0", "-1", "9223372036854775807", "-9223372036854775808",
        "9223372036854775808", "123456789012345678901234567890", "1.5", "1.50", "1e3", "1E+400",
        "-1e-999", "0.1", "1e400", "5e-324", "100000000000000000", "999999999999999999",
        "1000000000000000000", "-1000000000000000000", "-0.0", "0e0", "1.0", "\"\"", "\"e\u{301}\"",
        "\"\u{e9}\"", "[]", "{}", "[[]]", "{\"a\":[{\"b\":null}],\"\":1}", "\"\\u0000\\u001f\\n\"",
        "\"\\\"\\\\/\u{7f}\u{1F409}\"",
    ])
    func writesAgainWhatItRead(_ text: String) throws {
        #expect(self.text(try parse(text)) == text)
        #expect(self.text(try parse(" \t\r\n\(text) \n")) == text)
    }

    @Test func numbersKeepTheirKind() throws {
        #expect(
            try parse("[1,-5,1.5,1.50,1e400,-0]")
                == .array([
                    .integer(1), .integer(-5), .double(1.5), .number("1.50"), .number("1e400"),
                    .number("-0"),
                ]))
    }

    @Test func tellsComposedFromDecomposedText() throws {
        #expect(try parse("\"\u{e9}\"") != parse("\"e\u{301}\""))
        #expect(try parse("{\"\u{e9}\":1,\"e\u{301}\":2}")["e\u{301}"] == .integer(2))
        #expect(Set([Value.text("\u{e9}"), .text("e\u{301}")]).count == 2)
        #expect(Value.double(0) != .double(-0.0))
    }

    @Test(arguments: [
        ("", JSONError.Reason.empty), ("  ", .empty), ("[1", .truncated), ("\"a", .truncated),
        ("{\"a\":", .truncated), ("[] []", .trailing), ("[],", .trailing), ("[]\0", .trailing),
        ("\0", .syntax), ("[1,\0]", .syntax), ("[1\0,2]", .syntax), ("\"a\0b\"", .escape),
        ("[1,]", .syntax), ("{\"a\" 1}", .syntax), ("nul", .truncated), ("nulx", .syntax),
        ("[01]", .syntax), ("[1.]", .number), ("[1.e1]", .number), ("[1e]", .number),
        ("[1e+]", .number), ("[.5]", .syntax), ("[+5]", .syntax), ("[--5]", .syntax),
        ("[NaN]", .syntax), ("[Infinity]", .syntax), ("\"\\x\"", .escape), ("\"\n\"", .escape),
        ("\"\\u12g4\"", .escape), ("\"\\ud800\"", .surrogate), ("\"\\udc00\"", .surrogate),
        ("\"\\ud800\\u0041\"", .surrogate), ("[\"a\\udfffb\"]", .surrogate),
        ("{\"\\udc00\":1}", .surrogate), ("{\"a\":1,\"b\":2,\"a\":3}", .duplicateName),
        ("[{\"\":{\"k\":1,\"\\u006b\":2}}]", .duplicateName), ("\u{FEFF}[]", .byteOrderMark),
        ("-", .truncated), ("1.", .truncated), ("'a'", .syntax), ("[1 2]", .syntax),
    ])
    func refusesWithItsReason(_ text: String, _ expected: JSONError.Reason) {
        #expect(reason(Array(text.utf8)) == expected)
    }

    @Test(
        arguments: [
            [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xC0, 0x80, 0x22],
            [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0x5C, 0x6E, 0xFF, 0x22],
            [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D],
        ] as [[UInt8]])
    func refusesWhatIsNotUTF8(_ bytes: [UInt8]) { #expect(reason(bytes) == .encoding) }

    @Test func refusesUTF16() {
        #expect(reason([0xFF, 0xFE, 0x5B, 0, 0x5D, 0]) == .syntax)
        #expect(reason([0, 0x5B, 0, 0x5D]) == .syntax)
    }

    @Test func namesThePlaceOfADuplicate() {
        let text = "{\"a\":[1,{\"x/y\":{\"k~\":1,\"k~\":2}}]}"
        do throws(JSONError) {
            _ = try parse(text)
            Issue.record("was read")
        } catch {
            #expect(error.pointer == "/a/1/x~1y/k~0")
            #expect(error.message.contains("/a/1/x~1y/k~0"))
        }
    }

    @Test func findsADuplicateAmongManyNames() throws {
        let names = (0..<500).map { "\"name\($0)\":\($0)" }.joined(separator: ",")
        #expect(throws: Never.self) { try parse("{\(names)}") }
        #expect(reason(Array("{\(names),\"name7\":1}".utf8)) == .duplicateName)
    }

    /// Names are remembered for the next record by a digest of their first bytes.
    @Test func namesThatBeginAlikeStayApart() throws {
        let start = String(repeating: "n", count: 40)
        let text = "[{\"\(start)a\":1,\"\(start)b\":2},{\"\(start)b\":3,\"\(start)a\":4}]"
        #expect(self.text(try parse(text)) == text)
    }

    @Test func tellsLineAndOffset() {
        do throws(JSONError) {
            _ = try parse("[1,\n2,\nx]")
            Issue.record("was read")
        } catch {
            #expect(error.line == 3)
            #expect(error.offset == 7)
        }
    }

    @Test func nestsToTheLimitAndNoDeeper() throws {
        func nested(_ depth: Int) -> [UInt8] {
            [UInt8](repeating: 0x5B, count: depth) + [UInt8](repeating: 0x5D, count: depth)
        }
        #expect(JSON.write(try JSON.parse(nested(512))) == nested(512))
        #expect(reason(nested(513)) == .tooDeep)
        #expect(reason(nested(100_000)) == .tooDeep)
        #expect(reason([UInt8](repeating: 0x5B, count: 10_000_000)) == .tooDeep)
    }

    @Test func replacesWhatNoTextCanSayAndTellsSo() {
        var deep = Value.integer(1)
        for _ in 0..<600 { deep = .array([deep]) }
        for value in [
            deep, .double(.nan), .array([.double(-.infinity)]), .number("abc"),
            .number("01"), .number(""), .bytes([1, 2, 3]),
        ] {
            var bytes: [UInt8] = []
            #expect(!JSON.write(value, into: &bytes))
            #expect(throws: Never.self) { try JSON.parse(bytes) }
        }
        #expect(text(.bytes([])) == "{\"$bytes\":\"\"}")
        #expect(text(.bytes([0x66])) == "{\"$bytes\":\"Zg==\"}")
        #expect(text(.bytes(Array("fo".utf8))) == "{\"$bytes\":\"Zm8=\"}")
        #expect(text(.bytes(Array("foobar".utf8))) == "{\"$bytes\":\"Zm9vYmFy\"}")
        #expect(text(.array([.double(.nan), .number("+1")])) == "[null,\"+1\"]")
    }

    @Test func writesForPeopleWhatReadsBackTheSame() throws {
        let value = try parse("{\"a\":[1,{\"b\":[]}],\"c\":{}}")
        let pretty = JSON.writePretty(value)
        #expect(
            String(decoding: pretty, as: UTF8.self)
                == "{\n  \"a\": [\n    1,\n    {\n      \"b\": []\n    }\n  ],\n  \"c\": {}\n}")
        #expect(try JSON.parse(pretty) == value)
    }

    @Test func everyValueReadsBackAsItself() throws {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<3_000 {
            let value = Value.random(depth: 4, using: &random)
            var bytes: [UInt8] = []
            #expect(JSON.write(value, into: &bytes))
            #expect(try JSON.parse(bytes) == value)
            #expect(try JSON.parse(JSON.writePretty(value)) == value)
        }
    }

    @Test func damagedTextNeverTraps() {
        var random = SeededGenerator(seed: 8)
        var refused = 0
        for _ in 0..<20_000 {
            var bytes = JSON.write(Value.random(depth: 3, using: &random))
            for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
            bytes.removeLast(Int.random(in: 0...min(2, bytes.count), using: &random))
            do throws(JSONError) { _ = JSON.write(try JSON.parse(bytes)) } catch { refused += 1 }
        }
        #expect(refused > 10_000)
    }
}
