import CofferExchange
import CofferFormat
import Foundation
import Testing

@Suite struct CSVTests {
    private func read(
        _ text: String, _ types: CSVCell.Types = .text, separator: UInt8? = nil
    ) throws -> [Value] {
        var options = RecordSource.Options()
        options.types = { _ in types }
        options.separator = separator
        return try RecordSource(text, name: "t.csv", options: options).values()
    }

    private func write(
        _ records: [Value], _ types: CSVCell.Types = .any, columns names: [String]? = nil
    ) throws -> String {
        let output = Output()
        var writer = CSVWriter(
            columns: names ?? columns(of: records), types: { _ in types }, to: output.sink)
        for record in records { try writer.write(record) }
        try writer.finish()
        return output.text
    }

    @Test(arguments: [
        "c\0", "\0", "\u{FEFF}x", "\u{FEFF}", "PK\u{3}\u{4}", "SQLite format 3\0", "\0c\0d",
    ])
    func noNameIsTakenForAnotherKindOfFile(_ name: String) throws {
        let record = Value.object([Value.Member(name, .text("x"))])
        let output = Output()
        var writer = CSVWriter(columns: [name], to: output.sink)
        try writer.write(record)
        try writer.finish()
        #expect(try RecordSource(output.bytes, name: "a.csv").values() == [record])
    }

    @Test func aTableOfNothingButEmptyLinesIsEmpty() throws {
        for text in ["", "\n", "\n\n", "\r\n\r\n\r\n"] { #expect(try read(text) == []) }
        #expect(try read("\n\nid,a\n\n1,2\n") == [Value(#"{"id":"1","a":"2"}"#)])
        // One nameless column is something else, and so are its records without a value.
        let named = Value.object([Value.Member("", .text("x"))])
        #expect(try read("\"\"\n\nx\n\n") == [.object([]), named, .object([])])
    }

    @Test(.enabled(if: ExchangeMaterial.spectrum != nil)) func readsWhatCSVSpectrumMeans() throws {
        let folder = try #require(ExchangeMaterial.spectrum)
        var count = 0
        for file in try ExchangeMaterial.files(folder.appending(path: "csvs"), ".csv") {
            let name = file.deletingPathExtension().lastPathComponent
            let expected = try JSON.parse(
                [UInt8](Data(contentsOf: folder.appending(path: "json/\(name).json"))))
            let values = try RecordSource(file: file).values()
            #expect(.array(values) == expected, "\(name)")
            let again = try read(write(values, .text))
            #expect(again == values, "\(name)")
            count += 1
        }
        print("csv-spectrum: \(count) files")
        #expect(count == 11)
    }

    @Test func nullEmptyAndAbsentDiffer() throws {
        let text = "a,b,c,d\r\n\\N,\"\",,x\r\n"
        #expect(try read(text) == [Value(#"{"a":null,"b":"","d":"x"}"#)])
        #expect(
            try write([Value(#"{"a":null,"b":"","d":"x"}"#)], columns: ["a", "b", "c", "d"]) == text
        )
        #expect(try read("a\n\"\"\n", [.number]) == [.object([])])
    }

    @Test func typesSayWhatACellIs() throws {
        let text = "a\n1.50\n-3\ntrue\nTRUE\n[1,null]\n\"{\"\"k\"\":1e400}\"\n{x\nabc\n"
        let texts = ["1.50", "-3", "true", "TRUE", "[1", "x"]
        #expect(throws: Rejected.self) { try read(text) }
        #expect(
            try read(text.replacing("[1,null]", with: "\"[1,null]\""), .any).map { $0["a"] } == [
                .number("1.50"), .integer(-3), .bool(true), .text("TRUE"),
                .array([.integer(1), .null]), Value("{\"k\":1e400}"), .text("{x"), .text("abc"),
            ])
        #expect(
            try read("a\n" + texts.map { "\"\($0)\"" }.joined(separator: "\n")).map { $0["a"] }
                == texts.map { .text($0) })
        #expect(
            try read("a\nTRUE\nFalse\nx\n", [.boolean]).map { $0["a"] } == [
                .bool(true), .bool(false), .text("x"),
            ])
        #expect(
            try read("a\n007\n+5\n0x1\n", [.number]).map { $0["a"] } == [
                .text("007"), .text("+5"), .text("0x1"),
            ])
    }

    @Test(arguments: ["=1+1", "+1", "-1", "@a", "\t=", "\r=", "\n=", "'=1", "''-", "\u{FF1D}1"])
    func noTextIsRunAsAFormula(_ text: String) throws {
        for types in [CSVCell.Types.text, .any] {
            let written = try write([.object([.init("a", .text(text))])], types)
            let cell = written.unicodeScalars.dropFirst(3).drop { $0 == "\"" }
            #expect(cell.first == "'")
            #expect(try read(written, types) == [.object([.init("a", .text(text))])])
        }
    }

    @Test func foreignApostrophesStay() throws {
        #expect(
            try read("a\n'twas\n''\n'5\n'=1\n").map { $0["a"] } == [
                .text("'twas"), .text("''"), .text("'5"), .text("=1"),
            ])
    }

    @Test func everyValueComesBack() throws {
        var random = SystemRandomNumberGenerator()
        let parts = [
            "'", "=", "-", "\\N", "\\", "1", "true", "null", "[]", "{", "}", "\"", ",", ";", "\t",
            "\r", "\n", " ", "é", "e\u{301}", "\u{301}", "\u{0}", "x", "@", "+", "[1", "\u{FF1D}",
        ]
        func text() -> String {
            (0..<Int.random(in: 0...4, using: &random)).map { _ in
                parts.randomElement(using: &random) ?? ""
            }.joined()
        }
        for types in [CSVCell.Types.text, .any, [.text, .number], [.text, .structure, .boolean]] {
            var records: [Value] = []
            for _ in 0..<1_500 {
                var members: [Value.Member] = []
                for name in ["=a", "b,\"", "\\N", ""] where Bool.random(using: &random) {
                    let value: Value =
                        switch Int.random(in: 0...7, using: &random) {
                        case 0: .null
                        case 1 where types.contains(.number): .integer(-17)
                        case 2 where types.contains(.number): .number("1e400")
                        case 3 where types.contains(.boolean): .bool(false)
                        case 4 where types.contains(.structure):
                            .array([.text(text()), .object([])])
                        default: .text(text())
                        }
                    members.append(.init(name, value))
                }
                records.append(.object(members))
            }
            let written = try write(records, types, columns: ["=a", "b,\"", "\\N", ""])
            #expect(try read(written, types) == records)
        }
    }

    @Test func tablesOfOneColumnKeepEmptyRecords() throws {
        let records = [Value("{}"), Value("{\"a\":\"\"}"), Value("{}"), Value("{\"a\":\"x\"}")]
        #expect(try read(write(records)) == records)
        #expect(try read("a,b\n\n1,2\n\r\n3,4\n\n").count == 2)
        #expect(try read("") == [])
        #expect(try read("a,b") == [])
        #expect(
            try read(write([Value("{}"), Value("{}")], columns: [])) == [Value("{}"), Value("{}")])
    }

    @Test func rowsThatAreWrongAreRejectedWithTheirLine() throws {
        let text = "a,b\n1\n\"x\ny\",2\n1,2,3\n\"p\"q,4\n5,\"6\"\r\n7,8\n\"9,10"
        let (records, rejects) = try RecordSource(text, name: "t.csv").all()
        #expect(records.map(\.line) == [3, 7, 8])
        #expect(records.first?.value == Value(#"{"a":"x\ny","b":"2"}"#))
        #expect(rejects.map(\.line) == [2, 5, 6, 9])
        #expect(rejects[0].reason == "the row has 1 cells and the header 2")
        #expect(rejects[3].reason == "a quotation mark is not closed")
        #expect(throws: ExchangeError.duplicateColumn("a")) { try read("a,b,a\n") }
    }

    @Test func lineEndsInsideQuotesStay() throws {
        #expect(
            try read("a,b\r\n\"x\r\",\"\r\"\r\n\"\r\n\",y\r\n")
                == [Value(#"{"a":"x\r","b":"\r"}"#), Value(#"{"a":"\r\n","b":"y"}"#)])
        #expect(try read("a,b\n1,x\"y\"\n") == [Value(#"{"a":"1","b":"x\"y\""}"#)])
    }

    @Test func separatorIsFoundInTheHeader() throws {
        #expect(try read("a;\"b,c\"\n1;2\n") == [Value(#"{"a":"1","b,c":"2"}"#)])
        #expect(try read("a\tb\n1\t2\n") == [Value(#"{"a":"1","b":"2"}"#)])
        #expect(try read("a,b;c\n1,2\n") == [Value(#"{"a":"1","b;c":"2"}"#)])
        #expect(
            try read("a|b\n1|2\n", separator: UInt8(ascii: "|")) == [Value(#"{"a":"1","b":"2"}"#)])
        #expect(
            try RecordSource("a\tb,c\n1\t2", name: "x.tsv").values() == [
                Value(#"{"a":"1","b,c":"2"}"#)
            ])
    }

    @Test func whatIsNoColumnIsRefused() {
        #expect(throws: ExchangeError.unknownColumn("b")) {
            try write([Value("{\"b\":1}")], columns: ["a"])
        }
        #expect(throws: ExchangeError.notAnObject) { try write([.null], columns: ["a"]) }
    }
}
