import Testing

@testable import CofferSQLite

/// What comes after a disk that failed once.
@Suite struct FailedWriteTests {
    private let scratch: Scratch
    private let tape = Tape()
    private let connection: Connection

    init() throws {
        scratch = try Scratch()
        _ = try vault(scratch.file())
        connection = try Connection(path: scratch.file(), vfs: tape.name)
        try connection.execute("INSERT INTO t VALUES (1, zeroblob(9))")
    }

    private func insert(_ key: Int) throws {
        try connection.write { try $0.execute("INSERT INTO t VALUES (\(key), zeroblob(9000))") }
    }

    private func rows(_ connection: Connection) throws -> Int64 {
        let statement = try connection.prepare("SELECT count(*) FROM t")
        return try statement.step() ? statement.int64(0) : -1
    }

    @Test func neverWritesAgainAfterAFailedSynchronizing() throws {
        tape.fail(after: 0, .once(.ioErrorSync), kinds: [2])
        #expect(code { try insert(2) } == .ioErrorSync)
        tape.heal()
        #expect(connection.writeFailure?.code == .ioErrorSync)
        #expect(code { try insert(3) } == .ioErrorSync, "No later success for the same data")
        #expect(code { try connection.execute("DELETE FROM t") } == .readOnly)
        #expect(code { try connection.checkpoint(.truncate) } == .ioErrorSync)
        #expect(try rows(connection) == 1, "Reading goes on")
        let fresh = try Connection(path: scratch.file())
        try fresh.write { try $0.execute("INSERT INTO t VALUES (4, NULL)") }
        #expect(try fresh.integrityCheck().isEmpty)
    }

    @Test(arguments: [ResultCode.ioErrorWrite, .ioErrorSync])
    func remembersAFailedCheckpoint(failure: ResultCode) throws {
        tape.fail(after: 0, .once(failure), kinds: failure == .ioErrorSync ? [2] : [0])
        #expect(code { try connection.checkpoint(.truncate) } == failure)
        tape.heal()
        #expect(code { try insert(2) } == failure)
    }

    @Test func remembersAFailureOfTheCheckpointBehindACommit() throws {
        tape.fail(after: 0, .once(.ioErrorSync), kinds: [2], in: "vault.sqlite")
        // More than a thousand pages: this commit is followed by a writing back of the log.
        try connection.write { try $0.execute("INSERT INTO t VALUES (2, zeroblob(9000000))") }
        #expect(connection.writeFailure?.code == .ioErrorSync)
        #expect(code { try insert(3) } == .ioErrorSync)
        #expect(try rows(connection) == 2)
    }

    @Test func neverWritesAgainAfterAFailedWriteInsideATransaction() throws {
        try connection.execute("PRAGMA cache_size=5")
        tape.fail(after: 3, .once(.ioErrorWrite), kinds: [0])
        let result = code {
            try connection.write { connection in
                for key in 100..<200 {
                    try connection.execute("INSERT INTO t VALUES (\(key), zeroblob(9000))")
                }
            }
        }
        #expect(result == .ioErrorWrite && connection.writeFailure?.code == .ioErrorWrite)
        #expect(code { try insert(2) } == .ioErrorWrite)
        #expect(try rows(connection) == 1)
    }

    @Test func goesOnAfterAFullDiskWasFreed() throws {
        tape.fail(after: 0, .always(.full), kinds: [0])
        #expect(code { try insert(2) } == .full)
        #expect(try rows(connection) == 1)
        tape.heal()
        try insert(2)
        #expect(try rows(connection) == 2 && connection.writeFailure == nil)
    }

    @Test func writesNothingOutsideATransactionThatSQLiteEnded() throws {
        // A small cache makes SQLite write pages before the commit, so that the disk can be full
        // in the middle.
        try connection.execute("PRAGMA cache_size=5")
        tape.fail(after: 3, .once(.full), kinds: [0])
        let result = code {
            try connection.write { connection in
                for key in 100..<200 {
                    // A caller that goes on after an error must not write half of its work.
                    try? connection.execute("INSERT INTO t VALUES (\(key), zeroblob(9000))")
                }
            }
        }
        #expect(result == .abort)
        #expect(try rows(connection) == 1)
        tape.heal()
        try insert(2)
        #expect(try rows(connection) == 2)
    }

    @Test func keepsReadingBesideAPageThatCannotBeRead() throws {
        for key in 2..<400 { try insert(key) }
        try connection.checkpoint(.truncate)
        let fresh = try Connection(path: scratch.file(), vfs: tape.name)
        try fresh.execute("SELECT k FROM t WHERE k = 1")
        tape.fail(after: 0, .once(.ioErrorRead), kinds: [4])
        #expect(code { try fresh.execute("SELECT v FROM t WHERE k = 300") } == .ioErrorRead)
        try fresh.execute("SELECT v FROM t WHERE k = 300")
        #expect(fresh.writeFailure == nil)
        try fresh.write { try $0.execute("DELETE FROM t WHERE k = 300") }
    }
}
