import CofferFormat
import CofferRecords
import CofferSQLite
import Foundation
import Testing

@testable import Coffer

/// What SQL cannot do, cannot take and cannot get wrong.
@Suite struct SQLBoundsTests {
    private func code(_ body: () throws -> Void) -> String? {
        do { try body() } catch let error as VaultError { return error.code.description } catch {
            return "\(error)"
        }
        return nil
    }

    @Test func onlyReadsCollections() throws {
        let world = try SQLWorld(rows: 10)
        let refused = [
            "ATTACH '/tmp/x' AS x", "DETACH main", "PRAGMA user_version", "PRAGMA temp_store = 1",
            "CREATE TABLE t(a)", "CREATE TEMP TABLE t(a)", "CREATE VIEW v AS SELECT 1",
            "CREATE VIRTUAL TABLE t USING things", "CREATE VIRTUAL TABLE t USING fts5(a)",
            "DROP TABLE things", "ALTER TABLE things ADD COLUMN x", "REINDEX", "ANALYZE", "VACUUM",
            "VACUUM INTO '/tmp/x'", "INSERT INTO things(id) VALUES('x')", "DELETE FROM things",
            "UPDATE things SET name = 'x'", "REPLACE INTO things(id) VALUES('x')", "BEGIN",
            "COMMIT",
            "ROLLBACK", "SAVEPOINT s", "SELECT load_extension('x')",
            "SELECT readfile('/etc/passwd')",
            "SELECT writefile('/tmp/x', 'y')", "SELECT edit('x')", "SELECT fts3_tokenizer('x')",
            "SELECT * FROM sqlite_schema", "SELECT * FROM sqlite_master",
            "SELECT count(*) FROM sqlite_temp_master", "SELECT 1 FROM sqlite_schema",
            "SELECT * FROM c_1", "SELECT * FROM meta", "SELECT * FROM dkey", "SELECT * FROM dbstat",
            "SELECT * FROM sqlite_stmt", "SELECT * FROM pragma_database_list",
            "SELECT * FROM pragma_table_info('things')", "SELECT * FROM fts3tokenize('x')",
            "SELECT 1; SELECT 2", "", " -- nothing", "SELECT", "SELECT nothing FROM things",
            "SELECT * FROM nothing", "SELECT abs(-9223372036854775808)", "SELECT json('{')",
            "SELECT 'x' \u{0} 'y'", "SELECT \"not a column\"",
        ]
        for sql in refused {
            #expect(code { _ = try world.ask(sql) } == "statement", "\(sql)")
        }
        #expect(try world.ask("SELECT count(*) FROM things") == [[.integer(10)]])
    }

    @Test func saysWhereAStatementIsWrong() throws {
        let world = try SQLWorld(rows: 1)
        let error = #expect(throws: VaultError.self) {
            _ = try world.ask("SELECT id\nFROM things WHERE nme = 1")
        }
        #expect(
            error?.message == "line 2, column 19: no such column: nme; fields outside the schema "
                + "are in coffer_extra: coffer_extra->>'nme'")
        let other = #expect(throws: VaultError.self) { _ = try world.ask("SELEC 1") }
        #expect(other?.message == "column 1: near \"SELEC\": syntax error")
    }

    @Test func parametersFitTheStatement() throws {
        let world = try SQLWorld(rows: 10)
        let values: [String: SQLValue] = ["a": .text("x"), "b": .real(1.5), "c": .null]
        #expect(try world.ask("SELECT :a, @b, $c", values) == [[.text("x"), .real(1.5), .null]])
        #expect(try world.ask("SELECT ?1", ["1": .integer(7)]) == [[.integer(7)]])
        #expect(code { _ = try world.ask("SELECT ?") } == "usage")
        #expect(code { _ = try world.ask("SELECT :a") } == "usage")
        #expect(code { _ = try world.ask("SELECT 1", ["a": .null]) } == "usage")
    }

    @Test func endsWhatTakesTooLong() throws {
        let world = try SQLWorld(rows: 10)
        var limits = SQLLimits()
        limits.time = .milliseconds(200)
        let start = Date()
        let endless =
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
        #expect(
            code { try world.vault.query(endless, limits: limits) { _ in true } } == "time-limit")
        let joins =
            "SELECT count(*) FROM things a, things b, things c, things d, things e, things f, things g, things h"
        #expect(code { try world.vault.query(joins, limits: limits) { _ in true } } == "time-limit")
        #expect(Date().timeIntervalSince(start) < 20)
    }

    @Test(arguments: [
        "instr(:a, :b)", "instr(CAST(:a AS BLOB), CAST(:b AS BLOB))", "replace(:a, :b, 'c')",
        "trim(:d, :c)", "ltrim(:d, :c)", "rtrim(:d, :c)", "length(replace(:a, 'a', :b))",
        "instr(printf('%.*c', 100000000, 'a'), printf('%.*c', 50000000, 'a') || 'b')",
    ])
    func noFunctionRunsFarPastTheLimit(_ call: String) throws {
        let world = try SQLWorld(rows: 1)
        let half = 6_000_000
        let letters = String(
            String.UnicodeScalarView((0x1_0000..<0x8_0000).compactMap(Unicode.Scalar.init)))
        let values: [String: SQLValue] = [
            "a": .text(String(repeating: "a", count: 2 * half)),
            "b": .text(String(repeating: "a", count: half) + "b"),
            "c": .text(letters + "a"), "d": .text(String(repeating: "a", count: half / 3)),
        ]
        var limits = SQLLimits()
        limits.time = .seconds(2)
        let start = Date()
        let used = values.filter { call.contains(":\($0.key)") }
        let ended = code {
            try world.vault.query("SELECT " + call, parameters: used, limits: limits) { _ in true }
        }
        #expect([nil, "statement", "time-limit", "memory-limit"].contains(ended))
        #expect(Date().timeIntervalSince(start) < 10)
    }

    @Test func functionsOfOursAnswerAsSQLiteDoes() throws {
        let texts = [
            "", "a", "b", "ab", "aab", "aaab", "baab", "é", "aé", "éa", "日本語", "本", "a\u{0}b", "5",
        ]
        let world = try SQLWorld(rows: 1)
        var values: [SQLValue] = texts.map { .text($0) } + [.null, .integer(5), .real(1.5)]
        values += texts.map { .blob(Array($0.utf8)) } + [.blob([0xFF]), .blob([0x97, 0xA5])]
        for call in [
            "instr(:a, :b)", "trim(:a, :b)", "ltrim(:a, :b)", "rtrim(:a, :b)", "trim(:a)",
            "ltrim(:a)", "rtrim(:a)", "replace(:a, :b, :c)",
        ] {
            let sql = "SELECT \(call), typeof(\(call))"
            for a in values {
                for b in call.contains(":b") ? values : [.null] {
                    let c: SQLValue = .text("xé")
                    let used = ["a": a, "b": b, "c": c].filter { call.contains(":\($0.key)") }
                    let (ours, theirs) = (try world.ask(sql, used), try world.askPlain(sql, used))
                    #expect(ours == theirs, "\(call) \(used)")
                }
            }
        }
    }

    @Test func endsWhatTakesTooMuchMemory() throws {
        let world = try SQLWorld(rows: 10)
        var limits = SQLLimits()
        limits.memory = 32 << 20
        let large =
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT hex(randomblob(100000)) AS h FROM n ORDER BY h"
        #expect(
            code { try world.vault.query(large, limits: limits) { _ in true } } == "memory-limit")
    }

    @Test func tellsAPartFromTheWhole() throws {
        let world = try SQLWorld(rows: 10)
        var limits = SQLLimits()
        limits.rows = 10
        var seen = 0
        try world.vault.query("SELECT id FROM things", limits: limits) { _ in
            seen += 1
            return true
        }
        #expect(seen == 10)
        limits.rows = 9
        #expect(
            code { try world.vault.query("SELECT id FROM things", limits: limits) { _ in true } }
                == "row-limit")
    }

    @Test func columnsHaveDifferentNames() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        _ = try vault.apply([
            SchemaSource(
                name: "odd",
                json: Array(
                    #"{"properties":{"Name":{},"name":{},"a \"b\"":{},"coffer_id":{},"select":{}}}"#
                        .utf8))
        ])
        _ = try vault.put(
            "odd",
            ndjson: Array(
                #"{"Name":1,"name":2,"a \"b\"":3,"coffer_id":4,"select":5,"more":{"x":[6]}}"#.utf8))
        var columns: [String] = []
        var rows: [String] = []
        try vault.query(
            "SELECT *, coffer_extra, 1 AS name FROM odd WHERE coffer_id <> '4'",
            columns: { columns = $0 }
        ) { row in
            rows.append(row.json)
            return true
        }
        #expect(
            columns == [
                "Name", "name_2", "a \"b\"", "coffer_id_2", "select", "coffer_extra", "name",
            ])
        #expect(
            rows == [
                #"{"Name":1,"name_2":2,"a \"b\"":3,"coffer_id_2":4,"select":5,"coffer_extra":"{\"more\":{\"x\":[6]}}","name":1}"#
            ])
        #expect(try vault.renamedColumns().map(\.column) == ["name_2", "coffer_id_2"])
    }
}

/// All tables of a statement show one moment, and nothing that was tampered with.
@Suite struct SQLTruthTests {
    @Test func showsOneMomentWhileAnotherWrites() throws {
        let world = try SQLWorld(rows: 40)
        let other = try world.scratch.open()
        var rows = 0
        var written = 0
        var late: SQLValue = .null
        try world.vault.query(
            "SELECT a.id, (SELECT count(*) FROM things) FROM things a CROSS JOIN groups b"
        ) { row in
            if rows % 40 == 0 {
                _ = try other.add("things", [.text(path: ["id"], "new\(written)")])
                _ = try other.set("groups", "g1", [.text(path: ["name"], "changed \(written)")])
                written += 1
            }
            rows += 1
            late = row[1]
            return true
        }
        #expect(written >= 12)
        #expect(rows == 40 * 12)
        #expect(late == .integer(40))
        #expect(
            try world.ask("SELECT count(*) FROM things") == [[.integer(Int64(40 + written))]])
    }

    private func change(_ world: SQLWorld, _ sql: String) throws {
        let connection = try Connection(path: world.vault.path + "/vault.sqlite")
        try connection.execute(sql)
        #expect(connection.changes > 0)
    }

    private func code(_ world: SQLWorld, _ sql: String) throws -> String? {
        let vault = try world.scratch.open()
        do { try vault.query(sql) { _ in true } } catch { return error.code.description }
        return nil
    }

    @Test func refusesACellThatWasChanged() throws {
        let world = try SQLWorld(rows: 20)
        let cell = try world.vault.records.read { reader in
            let fields = try reader.plan(named: "things").definition.fields
            return "f_\(fields.first { $0.name == "notes" }?.number ?? 0)"
        }
        try change(world, "UPDATE c_2 SET \(cell) = zeroblob(length(\(cell))) WHERE rid = 5")
        #expect(try code(world, "SELECT * FROM things") == "damaged")
        #expect(try code(world, "SELECT count(*) FROM things WHERE notes = 'x'") == "damaged")
        // What is not asked for is not opened; the header still vouches for the rest.
        #expect(try code(world, "SELECT id FROM things") == nil)
        #expect(try code(world, "SELECT * FROM things WHERE id = 't0'") == nil)
    }

    @Test func refusesAHeaderAndAnIndexThatWereChanged() throws {
        let world = try SQLWorld(rows: 20)
        try change(world, "UPDATE c_2 SET seq = seq + 1000 WHERE rid = 5")
        #expect(try code(world, "SELECT count(*) FROM things") == "damaged")
        let second = try SQLWorld(rows: 20)
        let column = try #require(
            try second.ask("EXPLAIN QUERY PLAN SELECT 1 FROM things WHERE level = 1").first?.last)
        #expect(column.text.contains("index level"))
        let connection = try Connection(path: second.vault.path + "/vault.sqlite")
        let names = try #require(try connection.schemaRows().first { $0.name == "c_2" }?.sql)
        let index = try #require(names.firstMatch(of: /x_\d+/)).0
        try connection.execute(
            "UPDATE c_2 SET \(index) = (SELECT \(index) FROM c_2 WHERE rid = 6) WHERE rid = 5")
        #expect(try code(second, "SELECT count(*) FROM things") == "damaged")
    }

    @Test func missesARowThatWasRemoved() throws {
        let world = try SQLWorld(rows: 20)
        try change(world, "DELETE FROM c_2 WHERE rid = 5")
        #expect(try code(world, "SELECT id FROM things") == "damaged")
        #expect(try code(world, "SELECT count(*) FROM things") == "damaged")
        // Nothing is claimed about what was not read to its end.
        #expect(try code(world, "SELECT id FROM things LIMIT 2") == nil)
        #expect(try code(world, "SELECT id FROM groups") == nil)
    }

    @Test func changesAndRemovesWhatAConditionHoldsFor() throws {
        let world = try SQLWorld(rows: 60)
        let vault = world.vault
        let count = try vault.count("things", where: "level > 2 AND name IS NOT NULL")
        #expect(count > 5)
        #expect(
            try vault.set(
                "things", where: "level > 2 AND name IS NOT NULL",
                [.text(path: ["notes"], "done")], expecting: count) == count)
        #expect(
            try world.ask("SELECT count(*) FROM things WHERE notes = 'done'")
                == [[.integer(Int64(count))]])
        #expect(throws: VaultError.self) {
            _ = try vault.remove("things", where: "notes = 'done'", expecting: count + 1)
        }
        #expect(
            try vault.remove(
                "things", where: "id IN (SELECT id FROM things WHERE notes = 'done')") == count)
        #expect(try vault.count("things", where: "1") == 60 - count)
        #expect(try vault.check().isSound)
        #expect(throws: VaultError.self) { _ = try vault.count("things", where: "nme = 1") }
    }
}
