import Glibc
import Testing

@testable import CofferSQLite

@Suite struct OpeningTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func open(_ path: String, _ mode: Connection.Mode = .readWrite) -> SQLiteError? {
        do throws(SQLiteError) {
            _ = try Connection(path: path, mode: mode)
            return nil
        } catch {
            return error
        }
    }

    private func mode(_ name: String) -> UInt32? {
        var status = stat()
        return unsafe lstat(scratch.file(name), &status) == 0 ? status.st_mode & 0o777 : nil
    }

    @Test func makesFilesForTheirOwnerAlone() throws {
        let connection = try vault(scratch.file())
        for suffix in ["", "-wal", "-shm"] { #expect(mode("vault.sqlite" + suffix) == 0o600) }
        #expect(try connection.pageSize() == 8_192)
        #expect(try connection.usesWriteAheadLog())
    }

    @Test func leavesNoLogBehind() throws {
        do { _ = try vault(scratch.file()) }
        #expect(mode("vault.sqlite") == 0o600)
        #expect(mode("vault.sqlite-wal") == nil && mode("vault.sqlite-shm") == nil)
    }

    @Test func neverMakesOverWhatIsThere() throws {
        do { _ = try vault(scratch.file()) }
        #expect(open(scratch.file(), .create)?.systemError == EEXIST)
        #expect(open(scratch.file("other"))?.systemError == ENOENT)
        #expect(mode("other") == nil, "Opening makes nothing")
    }

    @Test(arguments: [":memory:", "file:a?mode=memory", "file:a?vfs=none", "a?immutable=1", "%41"])
    func takesEveryNameLiterally(name: String) throws {
        do {
            let connection = try vault(scratch.file(name))
            try connection.execute("INSERT INTO t VALUES (1, NULL)")
        }
        #expect(mode(name) == 0o600)
        #expect(open(scratch.file(name), .readOnly) == nil)
    }

    @Test func refusesWhatIsNoOrdinaryFile() throws {
        do { _ = try vault(scratch.file()) }
        unsafe mkfifo(scratch.file("fifo"), 0o600)
        unsafe symlink(scratch.file(), scratch.file("link"))
        unsafe symlink("/nowhere", scratch.file("dangling"))
        unsafe mkdir(scratch.file("directory"), 0o700)
        unsafe link(scratch.file(), scratch.file("hard"))
        let cases: [(String, ResultCode)] = [
            (scratch.file("fifo"), .cantOpen), ("/dev/null", .cantOpen), ("/dev/zero", .cantOpen),
            (scratch.file("link"), .cantOpenSymbolicLink),
            (scratch.file("dangling"), .cantOpenSymbolicLink),
            (scratch.file("directory"), .cantOpenDirectory),
            (scratch.file("hard"), .cantOpen), (scratch.file("a\u{0}b"), .cantOpen),
            (scratch.file("no/where"), .cantOpen), (scratch.file("directory/"), .cantOpen),
            ("", .cantOpen), ("/", .cantOpen),
            (scratch.file(String(repeating: "x", count: 300)), .cantOpen),
        ]
        for (path, expected) in cases {
            let error = open(path)
            #expect(error?.code == expected, "\(path)")
            #expect(error?.systemError != 0, "\(path)")
        }
        #expect(open(scratch.file("dangling"), .create)?.systemError == EEXIST)
    }

    @Test func reachesTheFileThroughALinkedDirectory() throws {
        unsafe mkdir(scratch.file("real"), 0o700)
        unsafe symlink(scratch.file("real"), scratch.file("alias"))
        do { _ = try vault(scratch.file("real/v")) }
        let one = try Connection(path: scratch.file("real/v"))
        let two = try Connection(path: scratch.file("alias/v"), busyTimeout: .zero)
        try one.begin(.write)
        #expect(code { try two.write { _ in } }?.primary == .busy, "One file, one lock")
    }

    @Test func refusesGarbage() throws {
        do { _ = try vault(scratch.file()) }
        let whole = try #require(Image.read(scratch.file()))
        for (name, bytes) in [
            ("random", (0..<9_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }),
            ("header", Array(whole.prefix(100)) + [UInt8](repeating: 255, count: 8_092)),
            ("text", Array("This is not a database at all, it is a letter.".utf8)),
        ] {
            try Image(["": bytes]).write(to: scratch.file(name))
            let error = open(scratch.file(name))?.code.primary
            #expect(error == .notADatabase || error == .corrupt, "\(name)")
        }
    }

    /// Truncated at every length, and every byte of the first page changed: an error or a
    /// connection, never a crash and never a hang.
    @Test func survivesEveryDamageToTheFirstPage() throws {
        do {
            let connection = try vault(scratch.file())
            try connection.execute("INSERT INTO t VALUES (1, zeroblob(100))")
        }
        let whole = try #require(Image.read(scratch.file()))
        var opened = 0
        var refused = 0
        for index in 0..<8_192 where index < 400 || index % 16 == 0 || index > 7_900 {
            for bytes in [
                Array(whole.prefix(index)),
                Array(whole[..<index]) + [whole[index] ^ 0x81] + Array(whole[(index + 1)...]),
            ] {
                let path = scratch.file("damaged")
                try Image(["": bytes]).write(to: path)
                do {
                    let connection = try Connection(path: path, mode: .readOnly)
                    _ = try? connection.integrityCheck()
                    _ = try? connection.schemaRows()
                    try? connection.execute("SELECT sum(length(v)) FROM t")
                    opened += 1
                } catch {
                    refused += 1
                }
                Image.remove(path)
            }
        }
        #expect(opened > 100 && refused > 100)
    }

    @Test func bringsItsOwnSettings() throws {
        let path = scratch.file()
        do {
            let connection = try vault(path)
            try connection.execute("PRAGMA default_cache_size=1; PRAGMA user_version=7")
            try connection.setApplicationID(0x436F_6672)
        }
        let connection = try Connection(path: path)
        #expect(try connection.userVersion() == 7)
        #expect(try connection.applicationID() == 0x436F_6672)
        let expected: [(String, String)] = [
            ("synchronous", "2"), ("secure_delete", "1"), ("foreign_keys", "1"),
            ("temp_store", "2"), ("trusted_schema", "0"), ("cell_size_check", "1"),
            ("mmap_size", "0"), ("writable_schema", "0"), ("journal_mode", "wal"),
        ]
        for (name, value) in expected {
            let statement = try connection.prepare("PRAGMA \(name)")
            // mmap_size answers with no row where the VFS maps nothing.
            let found = try statement.step() ? statement.text(0) : "0"
            #expect(found == value, "\(name)")
        }
    }
}
