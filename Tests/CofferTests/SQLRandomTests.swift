import Testing

@testable import Coffer

/// Makes statements of SQL, always the same ones.
private struct SQLMaker {
    private var state: UInt64

    init(seed: UInt64) { state = seed | 1 }

    private mutating func number(_ below: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 33) % below
    }

    private mutating func pick(_ choices: [String]) -> String { choices[number(choices.count)] }

    private mutating func literal() -> String {
        pick([
            "1", "2", "3", "5", "0", "-1", "2.5", "'Anna'", "'anna'", "'5'", "'g3'", "'t7'", "''",
            "NULL", "'L2'", "'Zo\u{EB}'", "true", "'[1,2]'", "1000", "1.5",
        ])
    }

    private mutating func column(_ alias: String) -> String {
        alias == "g"
            ? "g." + pick(["id", "name", "weight"]) : "\(alias)." + pick(SQLWorld.columns)
    }

    private mutating func value(_ alias: String, _ depth: Int) -> String {
        switch number(depth > 0 ? 9 : 3) {
        case 0: literal()
        case 1, 2: column(alias)
        case 3:
            "\(value(alias, depth - 1)) \(pick(["+", "-", "*", "||"])) \(value(alias, depth - 1))"
        case 4: "ifnull(\(value(alias, depth - 1)), \(literal()))"
        case 5: "length(\(column(alias)))"
        case 6: "CASE WHEN \(test(alias, depth - 1)) THEN \(literal()) ELSE \(column(alias)) END"
        case 7: "typeof(\(column(alias)))"
        default: "coalesce(\(column(alias)), \(value(alias, depth - 1)))"
        }
    }

    private mutating func test(_ alias: String, _ depth: Int) -> String {
        // Most comparisons with a random value hold for nothing.
        if depth >= 2, number(2) == 0 {
            return "(\(test(alias, depth - 1)) OR \(alias).level > \(number(5)))"
        }
        return switch number(depth > 0 ? 11 : 4) {
        case 0, 1: "\(column(alias)) = \(literal())"
        case 2:
            "\(column(alias)) \(pick(["<", ">", "<=", ">=", "<>", "IS", "IS NOT"])) \(literal())"
        case 3: "\(column(alias)) IN (\(literal()), \(literal()), \(literal()))"
        case 4: "(\(test(alias, depth - 1)) AND \(test(alias, depth - 1)))"
        case 5: "(\(test(alias, depth - 1)) OR \(test(alias, depth - 1)))"
        case 6: "NOT (\(test(alias, depth - 1)))"
        case 7: "\(column(alias)) LIKE \(pick(["'a%'", "'%1%'", "'_'", "'note 1%'"]))"
        case 8: "\(column(alias)) BETWEEN \(literal()) AND \(literal())"
        case 9: "\(alias).id IN (SELECT x.id FROM things x WHERE \(test("x", depth - 1)))"
        default: "\(value(alias, depth - 1)) = \(value(alias, depth - 1))"
        }
    }

    /// A statement whose rows may come in any order.
    mutating func statement() -> String {
        switch number(10) {
        case 0, 1: return "SELECT t.id, \(value("t", 2)) FROM things t WHERE \(test("t", 3))"
        case 2:
            let join = pick(["JOIN", "LEFT JOIN"])
            return "SELECT t.id, g.name, \(value("t", 1)) FROM things t \(join) groups g "
                + "ON t.owner = g.id AND \(test(pick(["t", "g"]), 1)) WHERE \(test("t", 2))"
        case 3:
            return
                "SELECT a.id, b.id FROM things a JOIN things b ON a.\(pick(["name", "level", "rank", "label", "code"])) "
                + "= b.\(pick(["name", "level", "rank", "label", "code"])) WHERE \(test("a", 1)) AND \(test("b", 1))"
        case 4:
            let group = column("t")
            return
                "SELECT \(group), count(*), sum(t.level), min(\(column("t"))), max(\(column("t"))) "
                + "FROM things t WHERE \(test("t", 2)) GROUP BY \(group) HAVING count(*) > \(number(3))"
        case 5:
            return "SELECT t.id, count(*) OVER (PARTITION BY \(column("t"))), "
                + "sum(t.level) OVER (PARTITION BY t.owner ORDER BY t.ratio, t.id) FROM things t WHERE \(test("t", 1))"
        case 6:
            return
                "WITH c AS (SELECT t.id AS i, \(value("t", 1)) AS v FROM things t WHERE \(test("t", 2))) "
                + "SELECT v, count(*) FROM c GROUP BY v"
        case 7:
            return "SELECT DISTINCT \(value("t", 1)) FROM things t WHERE \(test("t", 2)) "
                + "\(pick(["UNION", "UNION ALL", "EXCEPT", "INTERSECT"])) SELECT \(column("g")) FROM groups g WHERE \(test("g", 1))"
        case 8:
            return
                "SELECT t.id, json_extract(t.stats, '$.str'), (SELECT count(*) FROM things x WHERE x.owner = t.owner "
                + "AND \(test("x", 1))) FROM things t WHERE \(test("t", 1))"
        default:
            return
                "SELECT * FROM (SELECT t.id, \(value("t", 1)) AS v FROM things t WHERE \(test("t", 2)) "
                + "ORDER BY t.ratio, t.id LIMIT \(number(50)) OFFSET \(number(5))) AS s WHERE s.v IS NOT NULL"
        }
    }
}

/// Statements that nobody thought of.
@Suite struct SQLRandomTests {
    @Test(arguments: 0..<5)
    func fiveHundredStatementsGiveTheSameRows(part: Int) throws {
        let world = try SQLWorld(rows: 120)
        var maker = SQLMaker(seed: 0xC0FFE7 &+ UInt64(part) &* 0x9E37_79B9_7F4A_7C15)
        var found = 0
        for _ in 0..<100 {
            let sql = maker.statement()
            if let difference = try world.difference(sql, isOrdered: false) {
                Issue.record("\(difference)")
            }
            if let rows = try? world.askPlain(sql), !rows.isEmpty { found += 1 }
        }
        #expect(found > 30, "Most statements should find something")
    }
}
