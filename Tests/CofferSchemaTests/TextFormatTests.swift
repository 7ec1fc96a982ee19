import CofferSchema
import Testing

@Suite struct TextFormatTests {
    @Test(arguments: [
        (TextFormat.uuid, "2eb8aa08-aa98-11ea-b4aa-73b441d16380", true),
        (.uuid, "2EB8AA08-AA98-11EA-B4AA-73B441D16380", true),
        (.uuid, "2eb8aa08aa9811eab4aa73b441d16380", false),
        (.uuid, "2eb8aa08-aa98-11ea-b4aa-73b441d1638", false),
        (.uuid, "2eb8aa08-aa98-11ea-b4aa-73b441d1638g", false),
        (.uuid, "2eb8aa0-8aa98-11ea-b4aa-73b441d16380", false),
        (.date, "2024-02-29", true), (.date, "2023-02-29", false), (.date, "2024-1-01", false),
        (.dateTime, "2024-02-29T23:59:60Z", true), (.dateTime, "2024-02-29T23:58:60Z", false),
        (.dateTime, "2024-02-29T01:59:60+02:00", true), (.dateTime, "2024-02-29 10:00:00Z", false),
        (.dateTime, "2024-02-29T10:00:00", false), (.dateTime, "2024-02-29T10:00:00.Z", false),
        (.email, "a@b", true), (.email, "\"a b\"@c.example", true), (.email, "a@[127.0.0.1]", true),
        (.email, "a@[IPv6:::1]", true), (.email, "a@-b.example", false), (.email, "a@b.", false),
        (.email, "a@b@c", false), (.email, "müller@example.com", false), (.email, "\"a", false),
        (.email, "\"a\\", false), (.email, String(repeating: "a", count: 65) + "@b", false),
        (.uri, "https://example.org:8080/a?b#c", true), (.uri, "http://[::1]:80/", true),
        (.uri, "http://[1.2.3.4]/", false), (.uri, "http://[::1", false), (.uri, "a:", true),
        (.uri, ":a", false), (.uri, "", false), (.uri, "http://a/#b#c", false),
        (.uri, "http://[v1.x:y]/", true), (.uri, "http://[1::2::3]/", false),
        (.uri, "http://a@b@c/", false), (.uri, "http://[:::]/", false),
    ]) func tellsWhatHasTheFormat(format: TextFormat, text: String, isRight: Bool) {
        #expect(format.accepts(text) == isRight)
    }

    /// Every beginning of a right text is judged without a trap.
    @Test(arguments: TextFormat.allCases) func judgesAnyBeginning(format: TextFormat) {
        let texts = [
            "2024-02-29T10:00:00.25+02:00", "2eb8aa08-aa98-11ea-b4aa-73b441d16380",
            "\"q\\\"\"@[IPv6:2001:db8::7]", "x+y://u:p%20w@[2001:db8::1.2.3.4]:99/%41?q=%42#f%43",
        ]
        for text in texts {
            let bytes = Array(text.utf8)
            for end in 0...bytes.count {
                _ = format.accepts(String(decoding: bytes[..<end], as: UTF8.self))
            }
            for position in bytes.indices {
                var altered = bytes
                altered[position] = UInt8(ascii: "%")
                _ = format.accepts(String(decoding: altered, as: UTF8.self))
            }
        }
    }
}
