import CCofferSQLite
import Testing

@testable import CofferSQLite

/// What a database made by somebody else could try.
@Suite struct HostileDatabaseTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// Runs `sql` the way another program would: through SQLite with its own defaults.
    private func plant(_ sql: String) {
        var pointer: OpaquePointer?
        unsafe sqlite3_open(scratch.file(), &pointer)
        let code = unsafe sqlite3_exec(pointer, sql, nil, nil, nil)
        #expect(code == SQLITE_OK)
        unsafe sqlite3_close(pointer)
    }

    @Test func runsNoTrigger() throws {
        plant(
            """
            CREATE TABLE t (a); CREATE TABLE log (b);
            CREATE TRIGGER spy AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); END
            """)
        let connection = try Connection(path: scratch.file())
        try connection.execute("INSERT INTO t VALUES (1)")
        let log = try connection.prepare("SELECT count(*) FROM log")
        #expect(try log.step())
        #expect(log.int64(0) == 0)
        #expect(try connection.schemaRows().map(\.type) == ["table", "table", "trigger"])
    }

    @Test func readsNoView() throws {
        plant("CREATE TABLE t (a); CREATE VIEW v AS SELECT * FROM t")
        let connection = try Connection(path: scratch.file())
        #expect(code { try connection.execute("SELECT * FROM v") }?.primary == .error)
    }

    @Test func keepsTheSchemaOutOfReach() throws {
        plant("CREATE TABLE t (a)")
        let connection = try Connection(path: scratch.file())
        try connection.execute("PRAGMA writable_schema=ON")
        #expect(code { try connection.execute("DELETE FROM sqlite_schema") }?.primary == .error)
        try connection.execute("PRAGMA journal_mode=OFF")
        #expect(try connection.schemaRows().count == 1)
    }

    @Test(arguments: [
        "SELECT load_extension('x')", "ATTACH ':memory:' AS other", "SELECT \"no such column\"",
        "SELECT * FROM no_such_table", "SELECT 1 FROM t WHERE x LIKE '\(many("a", 1_001))'",
        "SELECT \(many("abs(", 201))1\(many(")", 201))", "SELECT \(many("1,", 2_001))1",
        "SELECT 1 \(many(" UNION ALL SELECT 1", 21))", "SELECT zeroblob((128 << 20) + 1)",
        "SELECT ?8193", "SELECT printf('%s',\(many("1,", 32))1)",
        "INSERT INTO t VALUES (zeroblob(135000000))",
    ])
    func refuses(sql: String) throws {
        plant("CREATE TABLE t (x); INSERT INTO t VALUES ('a')")
        let connection = try Connection(path: scratch.file())
        let refused = code { try connection.execute(sql) }?.primary
        #expect(refused == .error || refused == .tooBig)
    }

    @Test func refusesAStatementAboveTheLimit() throws {
        let connection = try Connection(inMemory: .init())
        let sql = "SELECT '" + many("a", 1 << 20) + "'"
        #expect(code { _ = try connection.prepare(sql) } == .tooBig)
    }

    @Test func findsDamageAndDanglingKeys() throws {
        plant(
            """
            PRAGMA page_size=1024; PRAGMA foreign_keys=OFF;
            CREATE TABLE p (k INTEGER PRIMARY KEY); CREATE TABLE c (k INTEGER PRIMARY KEY, p REFERENCES p);
            CREATE INDEX i ON c (p);
            WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 500)
            INSERT INTO c SELECT x, x FROM n;
            INSERT INTO p SELECT k FROM c WHERE k <> 5
            """)
        do {
            let connection = try Connection(path: scratch.file())
            let expected = ForeignKeyViolation(table: "c", rowid: 5, parent: "p", index: 0)
            #expect(try connection.foreignKeyCheck() == [expected])
            #expect(try connection.integrityCheck() == [])
        }
        var bytes = try #require(Image.read(scratch.file()))
        for page in 3..<6 { bytes[page * 1_024 + 3] ^= 0x5A }
        try Image(["": bytes]).write(to: scratch.file())
        let connection = try Connection(path: scratch.file())
        #expect(try !connection.integrityCheck().isEmpty)
        #expect(try connection.integrityCheck(limit: 1).count <= 2)
    }

    @Test func compactsAndEmptiesTheLog() throws {
        let connection = try vault(scratch.file())
        for key in 0..<50 {
            try connection.execute("INSERT INTO t VALUES (\(key), zeroblob(20000))")
        }
        try connection.execute("DELETE FROM t WHERE k > 1")
        let before = try connection.pageCount()
        #expect(try connection.freePageCount() > 0)
        try connection.vacuum()
        #expect(try connection.pageCount() < before / 4)
        #expect(code { try connection.execute("ATTACH ':memory:' AS a") } == .error)
        let result = try connection.checkpoint(.truncate)
        #expect(!result.busy && result.log == 0)
        #expect(Image.read(scratch.file() + "-wal")?.count == 0)
        let reader = try Connection(path: scratch.file(), busyTimeout: .zero)
        try reader.read { _ in
            try connection.execute("INSERT INTO t VALUES (99, NULL)")
            #expect(try connection.checkpoint(.truncate).busy)
        }
        #expect(code { try connection.write { try $0.vacuum() } } == .misuse)
    }
}

private func many(_ text: String, _ count: Int) -> String {
    String(repeating: text, count: count)
}
