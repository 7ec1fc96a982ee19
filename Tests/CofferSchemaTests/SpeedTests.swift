import CofferFormat
import CofferSchema
import Testing

@Suite struct SpeedTests {
    /// Prints how fast plain records are judged; only optimised builds are held to a number.
    @Test func judgesPlainRecordsQuickly() throws {
        let fields = (0..<15).map { number in
            switch number % 5 {
            case 0: #""field_\#(number)":{"type":"string","maxLength":200}"#
            case 1: #""field_\#(number)":{"type":"integer","minimum":0,"maximum":100000}"#
            case 2: #""field_\#(number)":{"type":["string","null"],"format":"date-time"}"#
            case 3: #""field_\#(number)":{"type":"string","pattern":"^[a-z]+-\\d+$"}"#
            default: #""field_\#(number)":{"enum":["red","green","blue"]}"#
            }
        }
        let required = (0..<15).map { #""field_\#($0)""# }.joined(separator: ",")
        let json = """
            {"type":"object","properties":{\(fields.joined(separator: ","))},
             "required":[\(required)]}
            """
        let schema = try CollectionSchema(parsing: Value(json: json), text: [], name: "records")
        let members = (0..<15).map { number in
            let value: Value =
                switch number % 5 {
                case 0: .text("Some text of a record, long enough to be one")
                case 1: .integer(4_711)
                case 2: .text("2024-02-29T20:15:00Z")
                case 3: .text("orc-17")
                default: .text("blue")
                }
            return Value.Member("field_\(number)", value)
        }
        let records = [Value.object(members), .object(members.reversed())]
        let rounds = 20_000
        let start = ContinuousClock.now
        var valid = 0
        for round in 0..<rounds where schema.validate(records[round % 2]).isEmpty { valid += 1 }
        let elapsed = ContinuousClock.now - start
        let rate = Double(rounds) / (elapsed / .seconds(1))
        print("Judged \(Int(rate)) records of 15 properties a second")
        #expect(valid == rounds)
        #if !DEBUG
        #expect(rate > 20_000)
        #endif
    }
}
