import CofferFormat
import CofferSQLite
import Foundation
import Testing

@testable import Coffer

/// The same rows in a vault and in plain SQLite, with the same types of columns.
final class SQLWorld {
    let scratch: Scratch
    let vault: Vault
    private let plain: Connection

    static let groups = """
        {"title":"groups","required":["id"],"properties":{
         "id":{"type":"string"},"name":{"type":"string"},"weight":{"type":["number","null"]}}}
        """
    static let things = """
        {"title":"things","required":["id"],"properties":{
         "id":{"type":"string"},"name":{"type":["string","null"],"coffer:index":true},
         "level":{"type":["integer","null"],"coffer:index":true},"ratio":{"type":["number","null"]},
         "alive":{"type":["boolean","null"]},
         "owner":{"type":["string","null"],"coffer:references":"groups"},
         "tags":{"type":["array","null"]},"stats":{"type":["object","null"]},
         "notes":{"type":["string","null"]},"code":{},
         "rank":{"type":["integer","null"],"coffer:plain":true},
         "label":{"type":["string","null"],"coffer:plain":true}}}
        """
    static let columns = [
        "id", "name", "level", "ratio", "alive", "owner", "tags", "stats", "notes", "code", "rank",
        "label",
    ]

    init(rows: Int = 240) throws {
        scratch = try Scratch()
        vault = try scratch.vault()
        _ = try vault.apply([
            SchemaSource(name: "groups", json: Array(Self.groups.utf8)),
            SchemaSource(name: "things", json: Array(Self.things.utf8)),
        ])
        var limits = Connection.Limits()
        limits.compoundSelects = 500
        limits.functionArguments = 127
        plain = try Connection(inMemory: limits)
        try plain.execute(
            """
            CREATE TABLE groups(id TEXT, name TEXT, weight NUMERIC);
            CREATE TABLE things(id TEXT, name TEXT, level INTEGER, ratio NUMERIC, alive BOOLEAN, \
            owner TEXT, tags TEXT, stats TEXT, notes TEXT, code, rank INTEGER, label TEXT)
            """)
        try add("groups", ["id", "name", "weight"], (0..<12).map { Self.group($0) })
        try add("things", Self.columns, (0..<rows).map { Self.thing($0) })
    }

    private static func group(_ number: Int) -> [String: String] {
        [
            "id": #""g\#(number)""#, "name": #""Group \#(number % 5)""#,
            "weight": number % 4 == 0 ? "null" : "\(Double(number) * 1.5 + 0.25)",
        ]
    }

    /// Values that differ in type, case, normalisation and presence.
    private static func thing(_ number: Int) -> [String: String] {
        let names = [
            #""Anna""#, #""anna""#, #""Zo\u00eb""#, #""Zoe\u0308""#, #""5""#, #""05""#, #""""#,
            "null",
            #""O'Neil""#, #""%_x""#, #""Bob \ud83d\udc32""#,
        ]
        let codes = [
            "5", "5.5", #""5""#, "true", "[1,2]", #"{"a":1}"#, "null", #""x""#, "1.50",
            "123456789012345678901234567890", #""[1,2]""#, "0", #""1e3""#, "1e3",
        ]
        var thing = [
            "id": #""t\#(number)""#, "name": names[number % names.count],
            "level": number % 7 == 0 ? "null" : "\(number % 9 - 2)",
            "ratio": number % 5 == 0 ? "null" : "\(Double(number) / 8 + 0.0625)",
            "alive": ["true", "false", "null"][number % 3],
            "owner": number % 6 == 0 ? "null" : #""g\#(number % 13 % 12)""#,
            "tags": #"["t\#(number % 4)","all",\#(number % 3)]"#,
            "stats": #"{"str":\#(number % 20),"deep":{"x":"\#(number % 2)"}}"#,
            "notes": #""\#(String(repeating: "note \(number) ", count: number % 80))""#,
            "code": codes[number % codes.count],
            "rank": number % 8 == 0 ? "null" : "\(number % 10)",
            "label": #""L\#(number % 6)""#,
        ]
        if number % 11 == 0 { thing["tags"] = nil }
        if number % 10 == 0 { thing["stats"] = "null" }
        return thing
    }

    private func add(
        _ table: String, _ columns: [String], _ records: [[String: String]]
    ) throws {
        let lines = records.map { record in
            "{"
                + columns.compactMap { name in record[name].map { "\"\(name)\":\($0)" } }
                .joined(separator: ",") + "}"
        }
        _ = try vault.put(table, ndjson: Array(lines.joined(separator: "\n").utf8))
        let marks = columns.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
        let statement = try plain.prepare("INSERT INTO \(table) VALUES(\(marks))")
        for record in records {
            for (index, name) in columns.enumerated() {
                let value = try record[name].map { try SQLValue(json: Array($0.utf8)) } ?? .null
                try statement.bind(Self.asColumn(value, record[name]).scalar, at: index + 1)
            }
            try statement.run()
        }
    }

    /// Numbers whose literal a double spells exactly are doubles.
    private static func asColumn(_ value: SQLValue, _ literal: String?) -> SQLValue {
        switch literal {
        case "1.50": .real(1.5)
        case "1e3": .real(1_000)
        default: value
        }
    }

    /// What the vault answers.
    func ask(_ sql: String, _ parameters: [String: SQLValue] = [:]) throws -> [[SQLValue]] {
        var rows: [[SQLValue]] = []
        try vault.query(sql, parameters: parameters) { row in
            rows.append(row.values)
            return true
        }
        return rows
    }

    /// What plain SQLite answers.
    func askPlain(_ sql: String, _ parameters: [String: SQLValue] = [:]) throws -> [[SQLValue]] {
        let statement = try plain.prepare(sql)
        for (name, value) in parameters {
            if let index = statement.parameterIndex(":" + name) {
                try statement.bind(value.scalar, at: index)
            }
        }
        var rows: [[SQLValue]] = []
        while try statement.step() {
            rows.append((0..<statement.columnCount).map { SQLValue(statement.scalar($0)) })
        }
        return rows
    }

    /// What is different between the answers; nil when nothing is.
    ///
    /// Without an order the rows may come in any.
    func difference(_ sql: String, isOrdered: Bool) throws -> String? {
        let ours: [String]
        do { ours = try ask(sql).map(\.description) } catch {
            guard (try? askPlain(sql)) == nil else { return "\(sql)\n  ours: \(error)" }
            return nil
        }
        let theirs: [String]
        do { theirs = try askPlain(sql).map(\.description) } catch {
            return "\(sql)\n  theirs: \(error)"
        }
        if isOrdered ? ours == theirs : ours.sorted() == theirs.sorted() { return nil }
        return "\(sql)\n  ours: \(ours.count) \(ours.prefix(3))\n  theirs: \(theirs.count) "
            + "\(theirs.prefix(3))"
    }
}
