import Testing

@testable import Coffer

/// SQL over a vault answers what plain SQLite answers over the same rows.
@Suite struct SQLEqualityTests {
    private static let ordered = [
        "SELECT * FROM things ORDER BY id",
        "SELECT name, level FROM things ORDER BY level DESC, name COLLATE NOCASE, id LIMIT 20 OFFSET 5",
        "SELECT name FROM things GROUP BY name ORDER BY name",
        "SELECT level, count(*), sum(ratio), min(name), max(name), total(rank), avg(ratio) FROM things GROUP BY level HAVING count(*) > 3 ORDER BY level",
        "SELECT DISTINCT typeof(code), code FROM things ORDER BY code, typeof(code)",
        "SELECT id, row_number() OVER (PARTITION BY owner ORDER BY ratio, id) FROM things ORDER BY id",
        "SELECT id, sum(level) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM things ORDER BY id",
        "SELECT id, lag(name, 1, 'none') OVER w, rank() OVER w FROM things WINDOW w AS (PARTITION BY alive ORDER BY level, id) ORDER BY id",
        "WITH big AS (SELECT * FROM things WHERE level > 3) SELECT g.name, count(big.id) FROM groups g LEFT JOIN big ON big.owner = g.id GROUP BY g.id ORDER BY g.id",
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 9) SELECT x, (SELECT count(*) FROM things WHERE level = x) FROM n ORDER BY x",
        "SELECT id, json_extract(stats, '$.deep.x'), json_array_length(tags) FROM things ORDER BY id",
        "SELECT t.id, j.value FROM things t, json_each(t.tags) j WHERE j.type = 'text' ORDER BY t.id, j.key",
        "SELECT id, CASE WHEN alive THEN 'yes' WHEN NOT alive THEN 'no' ELSE '?' END FROM things ORDER BY id",
        "SELECT id, upper(name), length(notes), substr(notes, 3, 5), ifnull(level, -99) FROM things ORDER BY id",
        "SELECT group_concat(id) FROM (SELECT id FROM things ORDER BY id LIMIT 10)",
        "SELECT id FROM things UNION SELECT id FROM groups ORDER BY 1",
        "SELECT id FROM things EXCEPT SELECT id FROM things WHERE alive ORDER BY id",
        "SELECT (SELECT name FROM groups WHERE id = owner) AS g, count(*) FROM things GROUP BY g ORDER BY g",
        "VALUES (1, 'a'), (2, 'b')",
        "SELECT round(avg(ratio), 3), count(level), count(*), count(DISTINCT owner) FROM things",
    ]

    private static let unordered = [
        "SELECT id FROM things WHERE name = 'Anna'",
        "SELECT id FROM things WHERE name == 'anna' COLLATE NOCASE",
        "SELECT id FROM things WHERE name = 'Zo\u{EB}'",
        "SELECT id FROM things WHERE name = 'Zoe\u{308}'",
        "SELECT id FROM things WHERE name = 5", "SELECT id FROM things WHERE name = '05'",
        "SELECT id FROM things WHERE name = 5.0", "SELECT id FROM things WHERE name = ''",
        "SELECT id FROM things WHERE name IS NULL", "SELECT id FROM things WHERE name = NULL",
        "SELECT id FROM things WHERE name IS 'Anna'", "SELECT id FROM things WHERE name <> 'Anna'",
        "SELECT id FROM things WHERE name IN ('Anna', 'Bob \u{1F432}', NULL)",
        "SELECT id FROM things WHERE name NOT IN ('Anna', '')",
        "SELECT id FROM things WHERE name LIKE 'a%'", "SELECT id FROM things WHERE name GLOB 'A*'",
        "SELECT id FROM things WHERE name LIKE '!%!_x' ESCAPE '!'",
        "SELECT id FROM things WHERE level = 3", "SELECT id FROM things WHERE level = 3.0",
        "SELECT id FROM things WHERE level = '3'", "SELECT id FROM things WHERE level = '3.0'",
        "SELECT id FROM things WHERE level = ' 3 '", "SELECT id FROM things WHERE level = 'x'",
        "SELECT id FROM things WHERE level = x'33'", "SELECT id FROM things WHERE level = -0.0",
        "SELECT id FROM things WHERE level BETWEEN 2 AND 4",
        "SELECT id FROM things WHERE level > '4'",
        "SELECT id FROM things WHERE code = 5", "SELECT id FROM things WHERE code = '5'",
        "SELECT id FROM things WHERE code = 1", "SELECT id FROM things WHERE code = 1.5",
        "SELECT id FROM things WHERE code = '[1,2]'", "SELECT id FROM things WHERE code = 1000",
        "SELECT id FROM things WHERE code = '1e3'",
        "SELECT id FROM things WHERE code = '123456789012345678901234567890'",
        "SELECT id FROM things WHERE rank = 4", "SELECT id FROM things WHERE rank = '4'",
        "SELECT id FROM things WHERE rank = 4.0 OR label = 'L2'",
        "SELECT id FROM things WHERE label = 'L3' AND rank > 2",
        "SELECT id FROM things WHERE label IN ('L1', 'L2') AND level IN (1, 2, '3')",
        "SELECT id FROM things WHERE alive", "SELECT id FROM things WHERE NOT alive",
        "SELECT id FROM things WHERE alive = true", "SELECT id FROM things WHERE alive IS NOT true",
        "SELECT id FROM things WHERE owner = 'g3'", "SELECT id FROM things WHERE owner = 'none'",
        "SELECT id FROM things WHERE owner IS NULL", "SELECT id FROM things WHERE id = 't17'",
        "SELECT id FROM things WHERE id IN ('t1', 't2', 'x')",
        "SELECT id FROM things WHERE id = 17",
        "SELECT id FROM things WHERE id > 't9'",
        "SELECT t.id, g.name FROM things t JOIN groups g ON g.id = t.owner",
        "SELECT t.id, g.name FROM things t LEFT JOIN groups g ON g.id = t.owner",
        "SELECT t.id, g.name FROM groups g JOIN things t ON t.owner = g.id WHERE g.name = 'Group 2'",
        "SELECT a.id, b.id FROM things a JOIN things b ON a.name = b.name AND a.id < b.id WHERE a.level = 2",
        "SELECT a.id FROM things a WHERE EXISTS (SELECT 1 FROM things b WHERE b.level = a.level + 1 AND b.owner = a.owner)",
        "SELECT id FROM things WHERE owner IN (SELECT id FROM groups WHERE weight > 5)",
        "SELECT id FROM things WHERE level = (SELECT max(level) FROM things)",
        "SELECT t.id FROM things t NATURAL JOIN groups g",
        "SELECT count(*) FROM things, groups", "SELECT sum(rank) FILTER (WHERE alive) FROM things",
        "SELECT id FROM things WHERE (level, name) = (2, 'Anna')",
        "SELECT id FROM things WHERE json_extract(stats, '$.str') > 10",
        "SELECT id FROM things WHERE level = 3 OR name = 'Anna' OR id = 't5'",
    ]

    @Test func everyConstructGivesTheSameRows() throws {
        let world = try SQLWorld()
        var asked = 0
        for (statements, isOrdered) in [(Self.ordered, true), (Self.unordered, false)] {
            for sql in statements {
                if let difference = try world.difference(sql, isOrdered: isOrdered) {
                    Issue.record("\(difference)")
                }
                asked += 1
            }
        }
        #expect(asked == Self.ordered.count + Self.unordered.count && asked > 75)
    }

    @Test func mostOfTheConstructsFindSomething() throws {
        let world = try SQLWorld()
        let found = try Self.unordered.count { try !world.askPlain($0).isEmpty }
        #expect(found > 45)
    }

    @Test func parametersAreComparedAsTheirTypes() throws {
        let world = try SQLWorld()
        let values: [SQLValue] = [
            .text("Anna"), .text("5"), .integer(5), .real(3), .integer(3), .null, .blob([0x35]),
            .text("3"), .text("g3"), .text("t3"),
        ]
        for column in SQLWorld.columns {
            for value in values {
                let sql = "SELECT id FROM things WHERE \(column) = :value"
                let ours = try world.ask(sql, ["value": value]).map(\.description).sorted()
                let theirs = try world.askPlain(sql, ["value": value]).map(\.description).sorted()
                #expect(ours == theirs, "\(column) \(value)")
            }
        }
    }
}

/// Equality goes to an index, and what a statement does not need is not read.
@Suite struct SQLPlanTests {
    private func plan(_ world: SQLWorld, _ sql: String) throws -> String {
        try world.ask("EXPLAIN QUERY PLAN " + sql).map { $0.last?.text ?? "" }
            .joined(separator: " / ")
    }

    @Test(arguments: [
        ("SELECT * FROM things WHERE id = 't1'", "key id"),
        ("SELECT * FROM things WHERE coffer_key = 't1'", ":key"),
        ("SELECT * FROM things WHERE coffer_id = 'x'", ":id"),
        ("SELECT * FROM things WHERE name = 'Anna'", "index name"),
        ("SELECT * FROM things WHERE level = 3", "index level"),
        ("SELECT * FROM things WHERE owner = 'g1'", "reference owner"),
        ("SELECT * FROM things WHERE rank = 1", "plain rank"),
        ("SELECT * FROM groups g JOIN things t ON t.owner = g.id", "reference owner"),
        ("SELECT * FROM things t JOIN groups g ON t.owner = g.id WHERE t.id = 't1'", "key id"),
        ("SELECT * FROM things WHERE notes = 'x'", "scan"),
        ("SELECT * FROM things WHERE name = 'anna' COLLATE NOCASE", "scan"),
    ])
    func usesTheIndex(sql: String, index: String) throws {
        let world = try SQLWorld(rows: 60)
        #expect(try plan(world, sql).contains(index))
    }
}
