import CofferExchange
import CofferFormat
import Testing

@Suite struct WriterTests {
    private let records = [Value(#"{"a":1.50,"b":[null]}"#), Value("{}"), Value(#"{"é":"\n"}"#)]

    @Test func arrayHoldsOneRecordALine() throws {
        let output = Output()
        var writer = ArrayWriter(to: output.sink)
        for record in records { try writer.write(record) }
        try writer.finish()
        #expect(output.text == "[\n{\"a\":1.50,\"b\":[null]},\n{},\n{\"é\":\"\\n\"}\n]\n")
        #expect(try RecordSource(output.bytes, name: "a.json").values() == records)
        let empty = Output()
        var none = ArrayWriter(to: empty.sink)
        try none.finish()
        #expect(empty.text == "[]\n")
    }

    @Test func linesHoldOneRecordEach() throws {
        let output = Output()
        var writer = LineWriter(to: output.sink)
        for record in records { try writer.write(record) }
        try writer.finish()
        #expect(output.text == "{\"a\":1.50,\"b\":[null]}\n{}\n{\"é\":\"\\n\"}\n")
        #expect(try RecordSource(output.bytes, name: "a.ndjson").values() == records)
    }

    @Test func collectionsKeepTheirNames() throws {
        let output = Output()
        var writer = CollectionsWriter(to: output.sink)
        for name in ["npcs", "empty", "items"] {
            writer.begin(name)
            if name != "empty" { for record in records { try writer.write(record) } }
        }
        try writer.finish()
        let found = try RecordSource(output.bytes, name: "x.json").all()
        #expect(found.rejects.isEmpty)
        #expect(found.records.map(\.value) == records + records)
        #expect(
            found.records.map(\.collection) == ["npcs", "npcs", "npcs", "items", "items", "items"])
        let empty = Output()
        var none = CollectionsWriter(to: empty.sink)
        try none.finish()
        #expect(empty.text == "{}\n")
    }

    @Test func aFullSinkIsTold() {
        for count in [1, 10_000] {
            #expect(throws: ExchangeError.unwritable(errno: 28)) {
                var writer = LineWriter { _ throws(ExchangeError) in throw .unwritable(errno: 28) }
                for _ in 0..<count { try writer.write(records[0]) }
                try writer.finish()
            }
        }
    }

    @Test func outputIsHandedOverInPieces() throws {
        var largest = 0
        var pieces = 0
        var writer = LineWriter { piece throws(ExchangeError) in
            largest = max(largest, piece.count)
            pieces += 1
        }
        for _ in 0..<100_000 { try writer.write(records[0]) }
        try writer.finish()
        #expect(largest < 70_000 && pieces > 10)
    }
}
