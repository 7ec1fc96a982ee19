import Testing

@testable import Coffer

/// The rules of `coffer:check`: what may be one, and what becomes of records that break it.
@Suite struct CheckRuleTests {
    private func schema(_ rule: String, _ more: String = "") -> SchemaSource {
        let quoted = rule.split(separator: "\"", omittingEmptySubsequences: false)
            .joined(separator: "\\\"")
        return SchemaSource(
            name: "c",
            json: Array(
                """
                {"type":"object","required":["id"],"properties":{"id":{"type":"string"},\
                "t":{"type":["string","null"]},"n":{"type":["number","null"]}\(more)},\
                "coffer:check":[{"rule":"\(quoted)","message":"it must hold"}]}
                """.utf8))
    }

    @Test(arguments: [
        "t > datetime()", "t > date('now')", "date(t, 'localtime') > ''", "unixepoch() > n",
        "current_date > t", "iif(t is null, 1, datetime() > t)", "random() > 0", "changes() = 0",
        "total_changes() = 0", "last_insert_rowid() = 0", "sqlite_version() > ''",
        "n > (select 1)", "?1 > 0", ":x > 0",
    ])
    func aRuleDependsOnTheRecordAlone(rule: String) throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        let error = #expect(throws: VaultError.self) { try vault.apply([schema(rule)]) }
        #expect(error?.code == .invalid)
        #expect(
            error?.message.hasSuffix("depends on more than the record") == true,
            "\(error?.message ?? "")")
    }

    @Test(arguments: [
        "n > 0) or (1", "n > 0) virtual, x as (1", "n > 0; n", "n > 0 /* ", "'", "\"", "[n",
        "nosuch > 1", "\"nosuch\" > 1", "n >", "n, n", "rowid = 1", "count(*)",
    ])
    func aRuleIsOneExpressionOverTheFields(rule: String) throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        let error = #expect(throws: VaultError.self) { try vault.apply([schema(rule)]) }
        #expect(
            error?.message.hasSuffix("is no SQL expression over the fields") == true,
            "\(error?.message ?? "")")
    }

    @Test func aRuleMayHoldAnyWord() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        _ = try vault.apply([
            schema(
                "\"changes\" >= 0 and now <> 'select; random() ('' now' -- (",
                #","changes":{"type":"integer"},"now":{"type":"string"}"#)
        ])
        _ = try vault.add(
            "c",
            [.text(path: ["id"], "1"), .text(path: ["changes"], "1"), .text(path: ["now"], "x")])
        let error = #expect(throws: VaultError.self) {
            try vault.add("c", [.text(path: ["id"], "2"), .text(path: ["changes"], "-1")])
        }
        #expect(error?.message == "c: it must hold")
        #expect(try vault.check().isSound)
    }

    @Test func numbersAreComparedAsNumbersHoweverTheyAreWritten() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        _ = try vault.apply([schema("n < 5")])
        _ = try vault.add("c", [.text(path: ["id"], "1"), .json(path: ["n"], Array("4.50".utf8))])
        #expect(throws: VaultError.self) {
            try vault.add("c", [.text(path: ["id"], "2"), .json(path: ["n"], Array("5.50".utf8))])
        }
    }

    @Test func aNameThatMeansTwoFieldsIsRefused() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        let two = #","Level":{"type":"integer"},"level":{"type":"integer"}"#
        let error = #expect(throws: VaultError.self) {
            try vault.apply([schema("\"level\" < 5", two)])
        }
        #expect(error?.message.hasSuffix("names fields that only differ in case") == true)
        _ = try vault.apply([schema("n < 5", two)])
    }

    @Test(arguments: [
        ("json_extract(t, '$.a') is null", #""t":"{bad""#, ": malformed JSON"),
        ("abs(n) > 1", #""n":-9223372036854775808"#, ": integer overflow"),
        ("date(t) > '2020'", #""t":"now""#, ""),
    ])
    func aRuleThatCannotBeEvaluatedIsBroken(rule: String, field: String, why: String) throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        _ = try vault.apply([schema(rule)])
        let file = try scratch.write("c.ndjson", "{\"id\":\"1\"}\n{\"id\":\"2\",\(field)}\n")
        var request = ImportRequest(paths: [file])
        let error = #expect(throws: VaultError.self) { try vault.importFiles(request) { _, _ in } }
        #expect(error?.code == .invalid)
        #expect(
            error?.message.hasSuffix(
                "\(file):2: c: it must hold (the rule cannot be evaluated\(why))") == true,
            "\(error?.message ?? "")")
        request.keepsGoing = true
        let report = try vault.importFiles(request) { _, _ in }
        #expect(report.collections.first?.counts.created == 1)
        #expect(report.rejects.map(\.line) == [2])
    }
}
