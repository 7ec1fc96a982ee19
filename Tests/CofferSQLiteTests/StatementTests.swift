import Testing

@testable import CofferSQLite

@Suite struct StatementTests {
    private let connection: Connection

    init() throws { connection = try Connection(inMemory: .init()) }

    @Test func givesBackWhatWasBound() throws {
        let statement = try connection.prepare("SELECT ?, ?, ?, ?, ?, ?, ?")
        try statement.bind(Int64.min, at: 1)
        try statement.bind(0.1, at: 2)
        try statement.bind(text: "Grüße\u{0}🜁", at: 3)
        try statement.bind(blob: [0, 255, 1], at: 4)
        try statement.bind(text: "", at: 5)
        try statement.bind(blob: [], at: 6)
        try statement.bindNull(at: 7)
        #expect(try statement.step())
        #expect(statement.int64(0) == .min)
        #expect(statement.double(1) == 0.1)
        #expect(statement.text(2) == "Grüße\u{0}🜁")
        #expect(statement.bytes(3) == [0, 255, 1])
        let sum = unsafe statement.withBytes(3) { bytes in unsafe bytes.reduce(0) { $0 + Int($1) } }
        #expect(sum == 256)
        #expect(
            (0..<7).map { statement.columnType($0) }
                == [.integer, .real, .text, .blob, .text, .blob, .null])
        #expect(
            statement.text(4) == "" && statement.bytes(5) == [] && statement.columnType(6) == .null)
        #expect(try !statement.step())
    }

    @Test func readsNothingOutsideOfTheRow() throws {
        let statement = try connection.prepare("SELECT 7")
        #expect(statement.columnType(0) == .null, "No row yet")
        #expect(try statement.step())
        for index in [-1, 1, 5_000, Int.max, Int.min] {
            #expect(statement.columnType(index) == .null)
            #expect(statement.int64(index) == 0)
            #expect(statement.bytes(index) == [])
            #expect(statement.text(index) == "")
            #expect(statement.columnName(index) == "")
        }
    }

    @Test(arguments: [0, -1, 2, Int.max, Int.min])
    func refusesAParameterThatIsNotThere(index: Int) throws {
        let statement = try connection.prepare("SELECT ?")
        #expect(code { try statement.bind(1, at: index) } == .range)
    }

    @Test func keepsNoBindingBetweenUsesOfAKeptStatement() throws {
        for _ in 0..<2 {
            let statement = try connection.cached("SELECT ?")
            #expect(try statement.step())
            #expect(statement.columnType(0) == .null)
            statement.reset()
            try statement.bind(1, at: 1)
        }
    }

    @Test func lendsTheSameTextTwiceAtOnce() throws {
        let outer = try connection.cached("SELECT 1")
        #expect(try outer.step())
        do {
            let inner = try connection.cached("SELECT 1")
            #expect(try inner.step())
            #expect(try !inner.step())
        }
        #expect(outer.int64(0) == 1)
    }

    @Test(arguments: [
        "SELECT 1; SELECT 2", "", "  ;", "-- nothing", "SELECT 1 \u{0}; DROP TABLE x",
    ])
    func takesExactlyOneStatement(sql: String) {
        #expect(code { _ = try connection.prepare(sql) } == .misuse)
    }

    @Test func runsSeveralStatementsAndRefusesAHiddenRest() throws {
        try connection.execute("CREATE TABLE a (x); INSERT INTO a VALUES (1);  -- done\n")
        #expect(connection.changes == 1 && connection.lastInsertRowID == 1)
        #expect(code { try connection.execute("SELECT 1;\u{0} SELECT 2") } == .misuse)
    }

    @Test func namesTheStatementAndNeverTheValue() throws {
        try connection.execute("CREATE TABLE a (x TEXT UNIQUE, CHECK (length(x) < 9))")
        for text in ["secret", "secret", "another secret"] {
            let statement = try connection.prepare("INSERT INTO a VALUES (?1)")
            do {
                try statement.bind(text: text, at: 1)
                try statement.run()
            } catch {
                #expect(error.sql == "INSERT INTO a VALUES (?1)")
                #expect(error.code.primary == .constraint)
                #expect(!"\(error)".contains("secret"))
            }
        }
        #expect(try connection.prepare("SELECT x FROM a").step())
    }

    @Test func tellsWhichConstraintRefused() throws {
        try connection.execute("CREATE TABLE a (x INTEGER PRIMARY KEY, y UNIQUE, z NOT NULL)")
        try connection.execute("INSERT INTO a VALUES (1, 2, 3)")
        let cases: [(String, ResultCode)] = [
            ("1, 9, 3", .constraintPrimaryKey), ("2, 2, 3", .constraintUnique),
            ("2, 9, NULL", .constraintNotNull),
        ]
        for (values, expected) in cases {
            #expect(code { try connection.execute("INSERT INTO a VALUES (\(values))") } == expected)
        }
    }
}

/// The code of the error that `body` throws; nil when it throws none or another kind.
func code(_ body: () throws -> Void) -> ResultCode? {
    do {
        try body()
        return nil
    } catch {
        return (error as? SQLiteError)?.code
    }
}
