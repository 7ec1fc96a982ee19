internal import CCofferBench
internal import Glibc

/// A database of another kind with the same rows.
@safe
internal final class Peer {
    internal enum Engine: CaseIterable {
        case plain
        case cipher

        internal var name: String { self == .plain ? "SQLite" : "SQLCipher" }
    }

    private let handle: OpaquePointer
    private let path: String

    /// A new database; nil where the engine is not installed.
    internal init?(_ engine: Engine, in folder: String) throws {
        path = folder + "/" + engine.name + ".sqlite"
        let opened =
            engine == .plain
            ? unsafe CCofferPeer_open(path, nil, nil, Int32(RecordSet.fields))
            : unsafe CCofferPeer_open(
                path, "libsqlcipher.so.0", "benchmark", Int32(RecordSet.fields))
        guard let handle = unsafe opened else {
            guard engine == .cipher else { throw BenchFailure(what: "no \(engine.name)") }
            return nil
        }
        unsafe self.handle = handle
    }

    deinit {
        unsafe CCofferPeer_close(handle)
        for end in ["", "-wal", "-shm"] { _ = unsafe unlink(path + end) }
    }

    internal func run(_ sql: String) throws {
        guard unsafe CCofferPeer_run(handle, sql) == 0 else { throw BenchFailure(what: sql) }
    }

    internal func insert(_ set: RecordSet, _ rows: Range<Int>) throws {
        let code = unsafe set.ids.withUnsafeBufferPointer { ids in
            unsafe set.texts.withUnsafeBytes { texts in
                unsafe CCofferPeer_insert(
                    handle, ids.baseAddress, texts.assumingMemoryBound(to: CChar.self).baseAddress,
                    Int32(RecordSet.size), Int32(rows.lowerBound), Int32(rows.upperBound))
            }
        }
        guard code == 0 else { throw BenchFailure(what: "\(path): an insert of \(rows) failed") }
    }

    internal func points(_ set: RecordSet, _ order: [Int32]) throws -> Int64 {
        unsafe set.ids.withUnsafeBufferPointer { ids in
            unsafe CCofferPeer_points(handle, ids.baseAddress, order, Int32(order.count))
        }
    }

    internal func scan(_ sql: String) throws -> Int64 { unsafe CCofferPeer_scan(handle, sql) }

    /// The size of the database with everything that was on its log.
    internal func size() throws -> Double {
        try run("PRAGMA wal_checkpoint(TRUNCATE)")
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw BenchFailure(what: "no \(path)") }
        return Double(status.st_size)
    }
}
