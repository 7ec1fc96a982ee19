import Testing

@testable import Coffer

/// The own key of a record compares in SQL as the field does that it is.
@Suite struct SQLKeyTests {
    private static let conditions = [
        "= '5'", "= '05'", "= 5", "= 'x'", "< '6'", "> '6'", "> 'a'", "> 7", "between '05' and '5'",
        "in ('5', 'x')", "<> '5'", "= '5' or 1 = 2", "= '05' || ''", "is not '5'",
    ]

    @Test(arguments: [
        (#"{"type":"string"}"#, #""5" "05" "x" "10" "5.0""#),
        (#"{"type":"integer"}"#, "5 10 -3 700"),
    ])
    func comparesAsItsField(_ type: String, _ keys: String) throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        let schema = #"{"type":"object","properties":{"id":\#(type)},"required":["id"]}"#
        _ = try vault.apply([SchemaSource(name: "things", json: Array(schema.utf8))])
        let lines = keys.split(separator: " ").map { #"{"id":\#($0)}"# }
        _ = try vault.put("things", ndjson: Array(lines.joined(separator: "\n").utf8))
        var found = 0
        for condition in Self.conditions {
            let ours = try count(vault, "coffer_key", condition)
            #expect(try ours == count(vault, "id", condition), "\(condition)")
            found += ours
        }
        #expect(found > 10)
    }

    private func count(_ vault: Vault, _ column: String, _ condition: String) throws -> Int {
        try vault.count("things", where: "\(column) \(condition)")
    }
}
