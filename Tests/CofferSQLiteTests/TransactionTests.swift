import Foundation
import Synchronization
import Testing

@testable import CofferSQLite

@Suite struct TransactionTests {
    private let scratch: Scratch
    private let connection: Connection

    init() throws {
        scratch = try Scratch()
        connection = try vault(scratch.file())
    }

    private struct Refusal: Error {}

    private func count(_ connection: Connection? = nil) throws -> Int64 {
        let statement = try (connection ?? self.connection).cached("SELECT count(*) FROM t")
        return try statement.step() ? statement.int64(0) : -1
    }

    @Test func undoesEverythingWhenTheBodyFails() throws {
        #expect(throws: Refusal.self) {
            try connection.write { connection in
                try connection.execute("INSERT INTO t VALUES (1, NULL); CREATE TABLE u (x)")
                throw Refusal()
            }
        }
        #expect(try count() == 0 && !connection.inTransaction)
        #expect(try connection.schemaRows().map(\.name) == ["t"])
        let answer = try connection.write { connection in
            try connection.execute("INSERT INTO t VALUES (1, NULL)")
            return connection.changes
        }
        #expect(try answer == 1 && count() == 1)
    }

    @Test func undoesEverythingWhenTheCommitFails() throws {
        try connection.execute(
            """
            CREATE TABLE child (x INTEGER PRIMARY KEY,
                parent INTEGER REFERENCES t DEFERRABLE INITIALLY DEFERRED)
            """)
        let refused = code {
            try connection.write { try $0.execute("INSERT INTO child VALUES (1, 77)") }
        }
        #expect(refused == .constraintForeignKey)
        #expect(!connection.inTransaction && connection.writeFailure == nil)
        try connection.write { connection in
            try connection.execute("INSERT INTO child VALUES (1, 77)")
            try connection.execute("INSERT INTO t VALUES (77, NULL)")
        }
        #expect(try connection.foreignKeyCheck().isEmpty)
    }

    @Test func refusesToNest() throws {
        try connection.write { connection in
            #expect(code { try connection.write { _ in } } == .misuse)
            #expect(code { try connection.read { _ in } } == .misuse)
            #expect(connection.inTransaction)
        }
        #expect(code { try connection.commit() } == .misuse)
        connection.rollback()
    }

    @Test func undoesOnlyTheSavepoint() throws {
        try connection.write { connection in
            try connection.execute("INSERT INTO t VALUES (1, NULL)")
            #expect(throws: Refusal.self) {
                try connection.savepoint { connection in
                    try connection.execute("INSERT INTO t VALUES (2, NULL)")
                    try connection.savepoint { try $0.execute("INSERT INTO t VALUES (3, NULL)") }
                    throw Refusal()
                }
            }
            try connection.savepoint { try $0.execute("INSERT INTO t VALUES (4, NULL)") }
        }
        let rows = try connection.prepare("SELECT group_concat(k) FROM t")
        #expect(try rows.step())
        #expect(rows.text(0) == "1,4")
        #expect(code { try connection.savepoint { _ in } } == .misuse)
    }

    @Test func readsOneSnapshot() throws {
        let other = try Connection(path: scratch.file())
        try other.read { reader in
            try connection.execute("INSERT INTO t VALUES (1, NULL)")
            #expect(try count(reader) == 0)
        }
        #expect(try count(other) == 1)
        let before = try other.dataVersion()
        try connection.execute("INSERT INTO t VALUES (2, NULL)")
        #expect(try other.dataVersion() != before)
    }

    @Test func waitsForALockNoLongerThanTold() throws {
        let other = try Connection(path: scratch.file(), busyTimeout: .milliseconds(150))
        try connection.begin(.write)
        let clock = ContinuousClock()
        let time = clock.measure {
            #expect(code { try other.write { _ in } }?.primary == .busy)
        }
        #expect(time >= .milliseconds(150) && time < .seconds(3))
        connection.rollback()
        try other.write { try $0.execute("INSERT INTO t VALUES (1, NULL)") }
    }

    /// Interrupts a connection again and again while `body` runs.
    ///
    /// When it begins to wait is not known here. A thread of its own does it, because the waiting
    /// blocks those of the tasks.
    private func interrupting(_ connection: Connection, _ body: () -> Void) {
        let isDone = Flag()
        Thread.detachNewThread {
            while !isDone.value.load(ordering: .relaxed) {
                connection.interrupt()
                usleep(10_000)
            }
        }
        body()
        isDone.value.store(true, ordering: .relaxed)
    }

    private final class Flag: Sendable { let value = Atomic(false) }

    @Test func givesUpWaitingWhenInterrupted() throws {
        let other = try Connection(path: scratch.file(), busyTimeout: .seconds(60))
        try connection.begin(.write)
        interrupting(other) { #expect(code { try other.write { _ in } }?.primary == .busy) }
        connection.rollback()
    }

    @Test func stopsALongStatementWhenInterrupted() throws {
        interrupting(connection) {
            let endless = """
                WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)
                SELECT count(*) FROM c
                """
            #expect(code { try connection.execute(endless) } == .interrupt)
        }
    }

    @Test func countsExactlyWithManyWriters() async throws {
        try connection.execute("INSERT INTO t VALUES (1, 0)")
        let path = scratch.file()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let own = try Connection(path: path, busyTimeout: .seconds(60))
                    for _ in 0..<100 {
                        try own.write { try $0.execute("UPDATE t SET v = v + 1 WHERE k = 1") }
                    }
                }
            }
            try await group.waitForAll()
        }
        let sum = try connection.prepare("SELECT v FROM t")
        #expect(try sum.step())
        #expect(sum.int64(0) == 400)
    }

    @Test func refusesToWriteToAFileThatWasReplaced() throws {
        #expect(!connection.hasMoved)
        #expect(unsafe rename(scratch.file(), scratch.file("elsewhere")) == 0)
        #expect(code { try connection.write { _ in } } == .readOnlyMoved)
        #expect(try count() == 0, "Reading goes on")
        #expect(unsafe rename(scratch.file("elsewhere"), scratch.file()) == 0)
        try connection.write { _ in }
    }
}
