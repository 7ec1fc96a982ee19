import CofferExchange
import CofferFormat
import Glibc
import Testing

@Suite struct RecordSourceTests {
    private func format(_ text: String, _ name: String) -> ExchangeFormat? {
        (try? RecordSource(text, name: name))?.format
    }

    private func failure(
        _ bytes: [UInt8], _ name: String, options: RecordSource.Options = .init()
    ) -> ExchangeError? {
        do throws(ExchangeError) {
            _ = try RecordSource(bytes, name: name, options: options).all()
            return nil
        } catch { return error }
    }

    @Test(arguments: [
        ("[]", "a.json", ExchangeFormat.array), (" \n[{}]", "a", .array),
        ("{\"a\":[{}]}", "a.json", .collections), ("{\"a\":[{}],\"b\":[]}", "x", .collections),
        ("{\"a\":[{}],\"b\":[1]}", "a.json", .document), ("{\"a\":[{}],\"b\":2}", "x", .document),
        ("{\"a\":{}}", "a.json", .document), ("{}", "a.json", .document),
        ("{\"a\":1}\n{\"a\":2}\n", "a.json", .lines), ("{\"a\":1}\n{\"a\":2}", "x", .lines),
        ("{\"a\":1}", "a.ndjson", .lines), ("", "a.jsonl", .lines), ("", "a.db", .nedb),
        ("{\"_id\":1}", "a.db", .nedb), ("a,b\n1,2", "a.csv", .csv), ("a;b\n1;2", "x", .csv),
        ("\u{FEFF}[]", "a.json", .array), ("\u{FEFF}{\"a\":1}\n{}", "a", .lines),
        ("{\"ImprovedInitiative.User\":\"[]\"}", "a.json", .improvedInitiative),
        ("{\"Creatures.x\":{},\"Creatures\":\"[]\"}", "a.json", .improvedInitiative),
        ("{\"Creatures.x\":{},\"other\":1}", "a.json", .document),
    ])
    func formatIsFound(_ text: String, _ name: String, _ expected: ExchangeFormat) {
        #expect(format(text, name) == expected)
    }

    @Test func whatIsNoTextOfOursIsRefusedWithItsReason() {
        #expect(failure([0xFF, 0xFE, 0x5B, 0], "a.json") == .wideText)
        #expect(failure([0xFE, 0xFF, 0, 0x5B], "a.csv") == .wideText)
        #expect(failure([0x5B, 0, 0x5D, 0], "a.json") == .wideText)
        #expect(failure([0, 0, 0, 0x5B], "a.ndjson") == .wideText)
        #expect(failure(Array("PK\u{3}\u{4}".utf8), "a.json") == .notText("a zip archive"))
        #expect(failure(Array("[1,\0".utf8), "a.json") == .notText("binary data"))
        #expect(failure(Array("SQLite format 3\0".utf8), "a.db") == .notText("a SQLite database"))
        #expect(failure(Array("hello".utf8), "a") == .unknownFormat)
        #expect(failure([], "a") == .unknownFormat)
        for name in ["a.json", "b.json"] {
            guard case .malformed(line: 1, _)? = failure(name == "a.json" ? [] : [0x35], name)
            else {
                Issue.record("\(name) was not malformed")
                continue
            }
        }
    }

    @Test func aBrokenTextNamesItsLineAfterTheRecordsBeforeIt() throws {
        let source = try RecordSource("[{\"a\":1},\n{\"a\":2},\n{\"a\" 3}]", name: "a.json")
        var count = 0
        #expect(
            throws: ExchangeError.malformed(line: 3, reason: JSONError.Reason.syntax.rawValue)
        ) {
            try source.read { _ in
                count += 1
                return true
            }
        }
        #expect(count == 2)
    }

    @Test func rejectsNameLineAndReasonAndReadingGoesOn() throws {
        let array = "[{\"a\":1},\n5,\n{\"b\":1,\n\"b\":2},\n{\"c\":{\"x\":1,\"x\":2}},\n{\"d\":1}]"
        let (records, rejects) = try RecordSource(array, name: "a.json").all()
        #expect(records.map(\.value) == [Value("{\"a\":1}"), Value("{\"d\":1}")])
        #expect(rejects.map(\.line) == [2, 3, 5])
        #expect(rejects.map(\.index) == [2, 3, 4])
        #expect(rejects[1].reason == "two members of an object have the same name, at /b")
        #expect(records[1].line == 6)

        let lines = "{\"a\":1}\n\n[1]\r\n{\"b\":1\n{\"c\":\"\u{1}\"}\n {\"d\":1} \n{\"e\":"
        let found = try RecordSource(lines, name: "a.ndjson").all()
        #expect(found.records.map(\.line) == [1, 6])
        #expect(found.rejects.map(\.line) == [3, 4, 5, 7])
    }

    @Test func invalidUTF8RejectsALineAndRefusesATextThatIsOnePiece() throws {
        let lines = Array("{\"a\":\"".utf8) + [0xFF] + Array("\"}\n{\"b\":1}".utf8)
        let found = try RecordSource(lines, name: "a.ndjson").all()
        #expect(found.records.count == 1 && found.rejects.map(\.line) == [1])
        let table = Array("a,b\n1,".utf8) + [0xFF] + Array("\n3,4\n".utf8)
        let rows = try RecordSource(table, name: "a.csv").all()
        #expect(rows.records.count == 1 && rows.rejects.map(\.line) == [2])
        #expect(failure(Array("a,".utf8) + [0xC3, 0x0A], "a.csv") != nil)
        for text in ["\\ud800", "\\udc00", "\\n\\udfff"] {
            guard
                case .malformed(line: 2, let reason)? = failure(
                    Array("[{},\n{\"a\":\"\(text)\"}]".utf8), "a.json")
            else {
                Issue.record("\(text) was read")
                continue
            }
            #expect(reason.hasPrefix(JSONError.Reason.surrogate.rawValue))
        }
    }

    @Test func oneLimitHoldsForEachRecordAndNotForTheFile() throws {
        var options = RecordSource.Options()
        options.recordLimit = 100_000
        let record = "{\"a\":\"\(String(repeating: "x", count: 900))\"}"
        let many = [String](repeating: record, count: 2_000)
        let array = "[" + many.joined(separator: ",") + "]"
        let tables = "{\"a\":" + array + ",\"b\":" + array + "}"
        let numbers = "[" + [String](repeating: "1", count: 500_000).joined(separator: ",") + "]"
        #expect(try RecordSource(array, name: "a.json", options: options).values().count == 2_000)
        #expect(try RecordSource(tables, name: "a.json", options: options).values().count == 4_000)
        #expect(
            try RecordSource(many.joined(separator: "\n"), name: "a.db", options: options)
                .values().count == 2_000)
        #expect(
            try RecordSource(numbers, name: "a.json", options: options).all().rejects.count
                == 500_000)
        #expect(
            try RecordSource(
                "a\n" + many.joined(separator: "\n"), name: "a.csv", options: options
            ).values().count == 2_000)
    }

    @Test func aRecordBeyondTheLimitIsRefusedAndALineOnlyRejected() throws {
        var options = RecordSource.Options()
        options.recordLimit = 100_000
        let long = "{\"a\":\"\(String(repeating: "x", count: 300_000))\"}"
        for (text, name) in [
            ("[{},\n\(long)]", "a.json"), ("[{},\n\(long)", "a.json"),
            ("{\"a\":[{},\n\(long)]}", "a.json"),
            (long, "a.json"), ("a,b\n1,\"\(long)\"\n", "a.csv"),
        ] {
            guard case .tooLong? = failure(Array(text.utf8), name, options: options) else {
                Issue.record("\(name) was read")
                continue
            }
        }
        let found = try RecordSource(
            "{\"b\":1}\n\(long)\n{\"c\":1}", name: "a.ndjson", options: options
        ).all()
        #expect(found.records.map(\.line) == [1, 3])
        #expect(found.rejects.map(\.line) == [2])
    }

    @Test func aFailingReadIsToldWithItsNumber() {
        for failAt in [0, 1, 20] {
            for name in ["a.json", "a.ndjson", "a.csv", "a.db"] {
                let text = name == "a.csv" ? "a,b\n" : "[{}\n,{}\n"
                #expect(throws: ExchangeError.unreadable(errno: 5)) {
                    let source = try RecordSource(
                        repeating: text, failingAt: failAt, name: name)
                    try source.read { _ in true }
                }
            }
        }
    }

    @Test func theVisitorCanEndTheReading() throws {
        for (text, name) in [
            ("[{},{},{}]", "a.json"), ("{}\n{}\n{}", "a.ndjson"), ("a\n1\n2\n3", "a.csv"),
        ] {
            var count = 0
            let isWhole = try RecordSource(text, name: name).read { _ in
                count += 1
                return count < 2
            }
            #expect(!isWhole && count == 2)
        }
    }

    @Test func progressReachesTheEndOfTheFile() throws {
        for (text, name) in [
            ("[{\"a\":1},{\"a\":2}]", "a.json"), ("\u{FEFF}{\"a\":1}\n{\"a\":2}\n", "a.ndjson"),
            ("\u{FEFF}a,b\r\n1,2\r\n3,4\r\n", "a.csv"),
        ] {
            let consumed = try RecordSource(text, name: name).all().records.map(\.bytesConsumed)
            let last = try #require(consumed.last)
            #expect(consumed == consumed.sorted())
            #expect(last <= text.utf8.count && last >= text.utf8.count - 2)
        }
    }

    @Test func collectionsAreNamedByMemberFileModelOrUser() throws {
        func names(_ text: String, _ file: String, _ into: String? = nil) throws -> [String] {
            var options = RecordSource.Options()
            options.collection = into
            return try RecordSource(text, name: file, options: options).all().records
                .map(\.collection)
        }
        #expect(try names("[{}]", "dir/5e-SRD-Magic-Items.json") == ["magic_items"])
        #expect(
            try names("{\"npcs\":[{}],\"Lair Treasures\":[{}]}", "x.json") == [
                "npcs", "lair_treasures",
            ])
        let fixture = "{\"model\":\"api_v2.creatureAction\",\"pk\":\"a\",\"fields\":{}}"
        #expect(
            try names("[\(fixture),{\"model\":\"x.y\",\"z\":1}]", "F.json") == [
                "creature_action", "f",
            ])
        #expect(try names("[\(fixture)]", "F.json", "all") == ["all"])
    }

    @Test(arguments: [
        ("5e-SRD-Monsters.json", "monsters"), ("5e-SRD-Ability-Scores.json", "ability_scores"),
        ("CreatureAction.json", "creature_action"), ("starting-gear.db", "starting_gear"),
        ("magic_items.json", "magic_items"), ("SRDSpells.json", "spells"), ("srd.json", "srd"),
        ("/a/b.c/NPCs.ndjson", "npcs"), ("export 2024-05-01.csv", "export_2024_05_01"),
        ("Ångström.json", "ångström"), ("---.json", "records"), (".json", "json"), ("", "records"),
        ("HTMLPages.json", "html_pages"), ("d20Rolls.json", "d20_rolls"), ("stdin", "stdin"),
    ])
    func collectionIsNamedByTheRule(_ file: String, _ expected: String) {
        #expect(CollectionName.forFile(file) == expected)
    }

    /// What lies on the border of two pieces is read like everything else.
    @Test(arguments: [1, 2, 3, 7, 64])
    func piecesOfAnySizeGiveTheSame(_ pieceSize: Int) throws {
        let record =
            #"{"n":-12.50e+10,"t":"plain é 🐉","e":"\"\\\u00e9\ud83d\udc09\n","l":[true,false,null,0]}"#
        let records = [String](repeating: record, count: 120)
        for (text, name) in [
            ("[" + records.joined(separator: ", ") + "]", "a.json"),
            ("\u{FEFF}" + records.joined(separator: "\r\n"), "a.ndjson"),
            ("{\"a\":[" + records.joined(separator: ",\n") + "]}", "a.json"),
        ] {
            let source = try RecordSource(Array(text.utf8), name: name, pieceSize: pieceSize)
            #expect(try source.values() == [Value](repeating: Value(record), count: 120))
        }
        let row = "1,\"a\"\"b\r\n\",'=x\r\n"
        let table = Array(("a,b,c\r\n" + String(repeating: row, count: 700)).utf8)
        let values = try RecordSource(table, name: "a.csv", pieceSize: pieceSize).values()
        let value = Value(#"{"a":"1","b":"a\"b\r\n","c":"=x"}"#)
        #expect(values == [Value](repeating: value, count: 700))
    }

    @Test func aDescriptorIsReadFromItsStartEachTime() throws {
        let path = "/tmp/coffer-exchange-\(UInt64.random(in: 0 ... .max)).ndjson"
        let text = "{\"id\":1}\n{\"id\":2}\n"
        let file = unsafe open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
        try #require(file >= 0)
        defer {
            close(file)
            unsafe unlink(path)
        }
        #expect(unsafe write(file, text, text.utf8.count) == text.utf8.count)
        let source = try RecordSource(name: path, descriptor: file)
        for _ in 0..<2 { #expect(try source.values().count == 2) }
        #expect(lseek(file, 0, SEEK_CUR) == off_t(text.utf8.count))
        #expect(throws: ExchangeError.unreadable(errno: EBADF)) {
            try RecordSource(name: "a.json", descriptor: -1)
        }
    }

    @Test func damagedFilesNeverTrap() throws {
        var random = SystemRandomNumberGenerator()
        let samples = [
            ("[{\"id\":1,\"a\":[1,2.5,\"x\"]},{\"id\":2}]", "a.json"),
            ("{\"a\":[{\"id\":1}],\"b\":[{\"c\":null}]}", "a.json"),
            ("{\"ImprovedInitiative.Creatures.x\":\"{\\\"Id\\\":1}\"}", "a.json"),
            (
                "{\"_id\":\"a\"}\n{\"_id\":\"a\",\"$$deleted\":true}\n{\"$$indexCreated\":{}}",
                "a.db"
            ),
            ("a,b,\"c\"\n1,\"2\"\"\n\",'=3\r\n\\N,,\"\"\n", "a.csv"),
        ]
        var visited = 0
        for round in 0..<5_000 {
            let (text, name) = samples[round % samples.count]
            var bytes = Array(text.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] =
                    UInt8.random(in: 0...255, using: &random)
            }
            guard let source = try? RecordSource(bytes, name: name) else { continue }
            _ = try? source.read { _ in
                visited += 1
                return true
            }
        }
        #expect(visited > 1_000)
    }
}
