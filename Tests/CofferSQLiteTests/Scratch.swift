import Glibc
import Testing

@testable import CofferSQLite

/// A directory of its own for one test, removed at the end.
final class Scratch: Sendable {
    let path: String

    init() throws {
        // In memory where that can be had: hundreds of synchronized databases are made here.
        let base = unsafe access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp"
        var template = Array((base + "/coffer-sqlite-XXXXXX").utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw SQLiteError(.cantOpen, "no scratch") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Scratch.remove(path) }

    func file(_ name: String = "vault.sqlite") -> String { path + "/" + name }

    static func remove(_ path: String) {
        if let directory = unsafe opendir(path) {
            while let entry = unsafe readdir(directory) {
                let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                    unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) {
                        unsafe String(cString: $0)
                    }
                }
                if name != "." && name != ".." { remove(path + "/" + name) }
            }
            unsafe closedir(directory)
            unsafe rmdir(path)
        } else {
            unsafe unlink(path)
        }
    }
}

/// A new database with the settings of a vault and a table `t(k INTEGER PRIMARY KEY, v BLOB)`.
func vault(_ path: String, vfs: String? = nil) throws -> Connection {
    let connection = try Connection(path: path, mode: .create, vfs: vfs)
    try connection.setPageSize(8_192)
    try connection.useWriteAheadLog()
    try connection.execute("CREATE TABLE t (k INTEGER PRIMARY KEY, v BLOB)")
    return connection
}
