import Testing

/// Changes to the database's schema: refused at open, before anything of it can run.
@Suite struct SchemaAttackTests {
    private static let statements: [String] = [
        "CREATE TRIGGER t AFTER INSERT ON c_1 BEGIN DELETE FROM c_1; END",
        "CREATE TRIGGER t BEFORE UPDATE ON meta BEGIN SELECT RAISE(IGNORE); END",
        "CREATE VIEW v AS SELECT * FROM c_1",
        "CREATE INDEX i ON c_1(seal)",
        "CREATE UNIQUE INDEX i ON c_1(rid)",
        "CREATE TABLE extra(a)",
        "CREATE VIRTUAL TABLE extra USING fts5(a)",
        "ALTER TABLE c_1 ADD COLUMN g AS (rid + 1)",
        "ALTER TABLE c_1 ADD COLUMN more",
        "ALTER TABLE meta ADD COLUMN more",
        "ALTER TABLE tomb RENAME TO tombs",
        "ALTER TABLE audit RENAME COLUMN seal TO sealed",
        "DROP INDEX c_1_s", "DROP INDEX h_1_i", "DROP INDEX c_1_3", "DROP INDEX c_2_4",
        "DROP TABLE job", "DROP TABLE h_1", "DROP TABLE c_3", "DROP TABLE cat",
        "ANALYZE",
        "CREATE TABLE sequence(a INTEGER PRIMARY KEY AUTOINCREMENT)",
    ]

    @Test(arguments: statements) func aStatementIsRefused(_ statement: String) throws {
        let attack = try Attack()
        let outcome = try attack { try $0.run(statement) }
        guard case .refused = outcome else {
            Issue.record("\(statement): \(outcome)")
            return
        }
    }

    /// Edits of `sqlite_schema` itself; each keeps the file readable for SQLite.
    private static let edits: [String] = [
        "UPDATE sqlite_schema SET sql = replace(sql, 'id BLOB', 'id BLOB COLLATE NOCASE') "
            + "WHERE name = 'c_1'",
        "UPDATE sqlite_schema SET sql = replace(sql, 'seq INTEGER', 'seq  INTEGER') "
            + "WHERE name = 'c_1'",
        "UPDATE sqlite_schema SET sql = sql || ' ' WHERE name = 'slot'",
        "UPDATE sqlite_schema SET sql = sql || ' STRICT' WHERE name = 'slot'",
        "UPDATE sqlite_schema SET sql = replace(sql, 'CREATE TABLE', 'create table') "
            + "WHERE name = 'meta'",
        "UPDATE sqlite_schema SET sql = replace(sql, 'seal BLOB', 'seal BLOB DEFAULT 1') "
            + "WHERE name = 'tomb'",
        "UPDATE sqlite_schema SET sql = replace(sql, 'seal BLOB NOT NULL', "
            + "'seal BLOB NOT NULL CHECK(seal)') WHERE name = 'audit'",
        "UPDATE sqlite_schema SET sql = replace(sql, 'UNIQUE ', '') WHERE name = 'c_1_s'",
        "UPDATE sqlite_schema SET sql = sql || ' WHERE seq > 3' WHERE name = 'c_1_s'",
        "UPDATE sqlite_schema SET sql = replace(sql, '(seq)', '(seq DESC)') WHERE name = 'c_1_s'",
        "UPDATE sqlite_schema SET sql = replace(sql, ' REFERENCES c_1(id) DEFERRABLE INITIALLY "
            + "DEFERRED', '') WHERE name = 'c_3'",
        "UPDATE sqlite_schema SET sql = replace(sql, 'h_1', 'H_1') WHERE name = 'h_1'",
        "DELETE FROM sqlite_schema WHERE name = 'c_1_3'",
        "DELETE FROM sqlite_schema WHERE name = 'pack'",
        "INSERT INTO sqlite_schema SELECT * FROM sqlite_schema WHERE name = 'pack'",
        "INSERT INTO sqlite_schema SELECT type, 'twin', 'twin', rootpage, "
            + "replace(sql, 'c_1', 'twin') FROM sqlite_schema WHERE name = 'c_1'",
        "UPDATE sqlite_schema SET name = CAST(name AS BLOB) WHERE name = 'h_1'",
        "UPDATE sqlite_schema SET sql = CAST(sql AS BLOB) WHERE name = 'audit'",
    ]

    @Test(arguments: edits) func anEditOfTheSchemaTableIsRefused(_ edit: String) throws {
        let attack = try Attack()
        let outcome = try attack {
            try $0.openSchema()
            let before = try $0.run("SELECT * FROM sqlite_schema")
            try $0.run(edit)
            let after = try $0.run("SELECT * FROM sqlite_schema")
            #expect(after != before, "the edit changes nothing: \(edit)")
        }
        guard case .refused = outcome else {
            Issue.record("\(edit): \(outcome)")
            return
        }
    }

    @Test func exchangedRootPagesAreCaught() throws {
        let attack = try Attack()
        var score = Score()
        let all = try attack.database().run(
            "SELECT name, rootpage FROM sqlite_schema ORDER BY rowid")
        let filled = try all.filter { row in
            let name = row[0].string
            let isIndex = name.contains("_s") || name.contains("auto") || name.hasSuffix("_i")
            return try isIndex || name.split(separator: "_").count == 3
                || !attack.database().run("SELECT 1 FROM \(name) LIMIT 1").isEmpty
        }
        var pairs: [([RawDatabase.Cell], [RawDatabase.Cell])] = []
        for (index, row) in filled.enumerated() {
            for other in filled[..<index] { pairs.append((row, other)) }
        }
        for (row, other) in Thoroughness.some(pairs, 60) {
            let outcome = try attack {
                try $0.openSchema()
                try $0.run(
                    "UPDATE sqlite_schema SET rootpage = CASE name WHEN ?1 THEN ?4 ELSE ?2 END "
                        + "WHERE name IN (?1, ?3)", [row[0], row[1], other[0], other[1]])
            }
            if case .silent = outcome, try Self.areBothEmpty(row[0], other[0], attack) { continue }
            score.take(outcome, "\(row[0].string) and \(other[0].string)")
        }
        score.expectAllCaught("exchanged root pages", atLeast: 40)
    }

    /// Two empty indexes are the same to the byte.
    private static func areBothEmpty(
        _ first: RawDatabase.Cell, _ second: RawDatabase.Cell, _ attack: Attack
    ) throws -> Bool {
        let database = try attack.database()
        return try [first, second].allSatisfy { name in
            let table = try database.run(
                "SELECT tbl_name FROM sqlite_schema WHERE name = ?1", [name])
            return try database.run("SELECT 1 FROM \(table[0][0].string) LIMIT 1").isEmpty
        }
    }
}
