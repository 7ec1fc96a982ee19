internal import Coffer
internal import CofferSQLite
internal import Glibc

/// Questions in SQL against the same questions to plain SQLite with the same rows and indexes:
/// eight fields and 1,000 bytes a row.
internal final class SQLBench {
    private static let groups = 1_000
    private let rows: Int
    private let vault: BenchVault
    private let plain: Connection
    private let folder: String

    internal static func run(rows: Int, rounds: Int) throws {
        defer { _ = unsafe rmdir("/tmp/coffer-bench-\(getpid())") }
        try ask(try SQLBench(rows: rows), rounds)
    }

    private static func ask(_ bench: SQLBench, _ rounds: Int) throws {
        for question in bench.questions() {
            var ours: [Time] = []
            var theirs: [Time] = []
            for _ in 0..<rounds {
                theirs.append(try bench.timed { try bench.askPlain(question) })
                ours.append(try bench.timed { try bench.askVault(question) })
            }
            Report.pair(
                question.name, ours.map(\.wall), theirs.map(\.wall), unit: "ms",
                peer: "plain SQLite")
            // What other programs do on the machine is not in here, but both cores are.
            Report.pair(
                "    of a processor", ours.map(\.processor), theirs.map(\.processor),
                unit: "ms", peer: "plain SQLite")
        }
    }

    /// How long something took, in milliseconds.
    private struct Time {
        let wall: Double
        let processor: Double
    }

    /// A question, asked several times with other values.
    private struct Question {
        let name: String
        let sql: String
        var values: [SQLScalar] = []
    }

    private func questions() -> [Question] {
        let some = (0..<500).map { ($0 * 7_919) % rows }
        return [
            Question(name: "scan, all fields", sql: "SELECT * FROM things"),
            Question(name: "scan, one text field", sql: "SELECT name FROM things"),
            Question(name: "scan, sum of a number", sql: "SELECT sum(level) FROM things"),
            Question(name: "count", sql: "SELECT count(*) FROM things"),
            Question(
                name: "group and sort",
                sql: "SELECT owner, count(*), avg(ratio) FROM things GROUP BY owner ORDER BY 2"),
            Question(
                name: "join, a tenth",
                sql:
                    "SELECT count(*), sum(level) FROM groups JOIN things ON things.owner = groups.id "
                    + "WHERE groups.id < 'g0100'"),
            Question(
                name: "500 points by key", sql: "SELECT * FROM things WHERE id = :value",
                values: some.map { .text(Self.key($0)) }),
            Question(
                name: "500 equalities on an index", sql: "SELECT * FROM things WHERE name = :value",
                values: some.map { .text(Self.name($0)) }),
        ]
    }

    private init(rows: Int) throws {
        self.rows = rows
        folder = "/tmp/coffer-bench-\(getpid())"
        _ = unsafe mkdir(folder, 0o700)
        let schemas = [
            SchemaSource(
                name: "groups",
                json: Array(
                    #"{"required":["id"],"properties":{"id":{"type":"string"},"name":{"type":"string"}}}"#
                        .utf8)),
            SchemaSource(
                name: "things",
                json: Array(
                    #"{"required":["id"],"properties":{"id":{"type":"string"},"name":{"type":"string","coffer:index":true},"level":{"type":"integer"},"ratio":{"type":"number"},"alive":{"type":"boolean"},"owner":{"type":"string","coffer:references":"groups"},"notes":{"type":"string"},"story":{"type":"string"}}}"#
                        .utf8)),
        ]
        vault = try BenchVault(at: folder + "/bench.coffer", schemas: schemas)
        plain = try Connection(path: folder + "/plain.sqlite", mode: .create)
        try plain.setPageSize(4_096)
        try plain.useWriteAheadLog()
        try plain.execute(
            """
            CREATE TABLE groups(uid BLOB UNIQUE, id TEXT UNIQUE, name TEXT);
            CREATE TABLE things(id TEXT UNIQUE, name TEXT, level INTEGER, ratio REAL, \
            alive INTEGER, owner TEXT, notes TEXT, story TEXT);
            CREATE INDEX things_name ON things(name); CREATE INDEX things_owner ON things(owner)
            """)
        try fill()
    }

    deinit {
        for name in ["plain.sqlite", "plain.sqlite-wal", "plain.sqlite-shm"] {
            _ = unsafe unlink(folder + "/" + name)
        }
    }

    private static func key(_ row: Int) -> String { padded("r", row, 7) }

    private static func name(_ row: Int) -> String {
        "name of \(padded("", row * 31 % 999_983, 9))"
    }

    private static func padded(_ letter: String, _ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return letter + String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Text that does not compress well.
    private static func text(_ row: Int, _ count: Int) -> String {
        var state = UInt64(row) &* 0x9E37_79B9_7F4A_7C15 | 1
        let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -".utf8)
        var bytes: [UInt8] = []
        for _ in 0..<count {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            bytes.append(letters[Int(state & 63)])
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func fill() throws {
        try plain.begin(.write)
        var lines = ""
        do {
            let statement = try plain.prepare("INSERT INTO groups(id, name) VALUES(?1, ?2)")
            for number in 0..<Self.groups {
                let key = Self.padded("g", number, 4)
                try statement.bind(text: key, at: 1)
                try statement.bind(text: "group \(number)", at: 2)
                try statement.run()
                lines += #"{"id":"\#(key)","name":"group \#(number)"}"# + "\n"
            }
        }
        _ = try vault.vault.put("groups", ndjson: Array(lines.utf8))
        for start in stride(from: 0, to: rows, by: 10_000) {
            try fillThings(start..<min(rows, start + 10_000))
        }
        try plain.commit()
        _ = try plain.checkpoint(.truncate)
    }

    private func fillThings(_ numbers: Range<Int>) throws {
        var lines = ""
        let statement = try plain.cached(
            "INSERT INTO things VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
        for row in numbers {
            let key = Self.key(row)
            let owner = Self.padded("g", row % Self.groups, 4)
            let notes = Self.text(row, 420)
            let story = Self.text(row + 1_000_000, 460)
            let ratio = Double(row) + 0.25
            let texts = [(1, key), (2, Self.name(row)), (6, owner), (7, notes), (8, story)]
            for (index, text) in texts { try statement.bind(text: text, at: index) }
            try statement.bind(row % 20, at: 3)
            try statement.bind(ratio, at: 4)
            try statement.bind(row % 2, at: 5)
            try statement.run()
            lines +=
                #"{"id":"\#(key)","name":"\#(Self.name(row))","level":\#(row % 20),"ratio":\#(ratio),"#
                + #""alive":\#(row % 2 == 1),"owner":"\#(owner)","notes":"\#(notes)","story":"\#(story)"}"#
                + "\n"
        }
        _ = try vault.vault.put("things", ndjson: Array(lines.utf8))
    }

    private func timed(_ body: () throws -> Int) throws -> Time {
        let start = Report.now()
        let busy = Self.processorTime()
        guard try body() > 0 else { throw BenchFailure(what: "a question found nothing") }
        return Time(
            wall: (Report.now() - start) / 1e6, processor: (Self.processorTime() - busy) / 1e6)
    }

    private static func processorTime() -> Double {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }

    private func askVault(_ question: Question) throws -> Int {
        var count = 0
        for value in question.values.isEmpty ? [.null] : question.values {
            var parameters: [String: SQLValue] = [:]
            if case .text(let text) = value { parameters["value"] = .text(text) }
            try vault.vault.query(question.sql, parameters: parameters) { row in
                for index in row.columns.indices where row[index] != .null { count += 1 }
                return true
            }
        }
        return count
    }

    private func askPlain(_ question: Question) throws -> Int {
        var count = 0
        for value in question.values.isEmpty ? [.null] : question.values {
            let statement = try plain.prepare(question.sql)
            if !question.values.isEmpty { try statement.bind(value, at: 1) }
            let columns = statement.columnCount
            while try statement.step() {
                for index in 0..<columns where statement.scalar(index) != .null { count += 1 }
            }
        }
        return count
    }
}
