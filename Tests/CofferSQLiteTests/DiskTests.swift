import Foundation
import Testing

@testable import CofferSQLite

/// Disks that are full or cannot be written, in earnest.
@Suite struct DiskTests {
    private static func rows(_ connection: Connection) throws -> Int64 {
        let statement = try connection.prepare("SELECT count(*), sum(length(v)) FROM t")
        return try statement.step() ? statement.int64(0) : -1
    }

    /// What is beside the database when the disk turns read-only.
    enum Beside: CaseIterable, Sendable { case nothing, log, logAndIndex }

    @Test(.enabled(if: Mount.isPossible), arguments: Beside.allCases)
    func readsFromAReadOnlyFileSystem(beside: Beside) throws {
        let mount = try Mount("-t", "tmpfs", "-o", "size=8M", "tmpfs")
        let path = mount.file("a b%?#.sqlite")
        do {
            let connection = try vault(path)
            try connection.execute("INSERT INTO t VALUES (1, zeroblob(99))")
            try connection.checkpoint(.truncate)
            try connection.execute("INSERT INTO t VALUES (2, zeroblob(99))")
            for suffix in ["", "-wal", "-shm"] where beside != .nothing {
                try FileManager.default.copyItem(
                    atPath: path + suffix, toPath: path + "2" + suffix)
            }
        }
        let copy = beside == .nothing ? path : path + "2"
        if beside == .log { try FileManager.default.removeItem(atPath: copy + "-shm") }
        try mount.makeReadOnly()
        let connection = try Connection(path: copy, mode: .readOnly)
        #expect(try Self.rows(connection) == 2)
        #expect(try connection.read { try Self.rows($0) } == 2)
        #expect(code { try connection.execute("DELETE FROM t") } == .readOnly)
        #expect(code { try connection.write { try $0.execute("DELETE FROM t") } } == .readOnly)
        #expect(code { _ = try Connection(path: copy, mode: .readWrite) } == .readOnly)
    }

    @Test(.enabled(if: Mount.isPossible))
    func worksOnAFullDiskAndAfterIt() throws {
        let mount = try Mount("-t", "tmpfs", "-o", "size=4M", "tmpfs")
        do {
            let connection = try vault(mount.file())
            for key in 1...20 {
                try connection.execute("INSERT INTO t VALUES (\(key), zeroblob(9000))")
            }
        }
        mount.fill()
        do {
            for mode in [Connection.Mode.readOnly, .readWrite] {
                let connection = try Connection(path: mount.file(), mode: mode)
                #expect(try Self.rows(connection) == 20)
            }
            let connection = try Connection(path: mount.file())
            for _ in 0..<2 {
                let refused = code {
                    try connection.write { try $0.execute("UPDATE t SET v = zeroblob(9001)") }
                }
                #expect(refused == .full)
            }
            #expect(try Self.rows(connection) == 20)
            try FileManager.default.removeItem(atPath: mount.file("filler"))
            try connection.write { try $0.execute("INSERT INTO t VALUES (21, NULL)") }
        }
        let connection = try Connection(path: mount.file())
        #expect(try Self.rows(connection) == 21 && connection.integrityCheck().isEmpty)
    }

    /// With blocks smaller than a page the index of the log would end the process with SIGBUS.
    @Test(.enabled(if: Mount.hasExt4))
    func opensOnAFullDiskWithSmallBlocks() async {
        await #expect(processExitsWith: .success) {
            do {
                let mount = try Mount(ext4Blocks: 1_024)
                do {
                    let connection = try vault(mount.file())
                    try connection.execute("INSERT INTO t VALUES (1, zeroblob(9000))")
                }
                mount.fill()
                for mode in [Connection.Mode.readOnly, .readWrite] {
                    let connection = try Connection(path: mount.file(), mode: mode)
                    guard try DiskTests.rows(connection) == 1 else { exit(2) }
                }
            } catch {
                exit(3)
            }
            exit(0)
        }
    }

    @Test func leavesTheDatabaseWholeAtTheFileSizeLimit() async {
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            do {
                let scratch = try Scratch()
                let connection = try vault(scratch.file())
                try connection.execute("INSERT INTO t VALUES (1, zeroblob(9000))")
                var limit = rlimit(rlim_cur: 400_000, rlim_max: 400_000)
                unsafe setrlimit(__rlimit_resource_t(1), &limit)
                let refused = code {
                    try connection.write {
                        try $0.execute("INSERT INTO t VALUES (2, zeroblob(900000))")
                    }
                }?.primary
                guard refused == .full || refused == .ioError else { exit(2) }
                guard try DiskTests.rows(connection) == 1 else { exit(4) }
                let fresh = try Connection(path: scratch.file())
                guard try fresh.integrityCheck().isEmpty else { exit(5) }
                try fresh.write { try $0.execute("INSERT INTO t VALUES (3, zeroblob(9))") }
            } catch {
                exit(3)
            }
            exit(0)
        }
    }
}
