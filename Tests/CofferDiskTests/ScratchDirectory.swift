import CofferDisk
import Glibc

/// A directory of its own for one test, removed at the end.
final class ScratchDirectory: Sendable {
    let path: String

    init() throws {
        let base = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        var template = Array((base + "/coffer-disk-XXXXXX").utf8CString)
        guard unsafe mkdtemp(&template) != nil else {
            throw DiskError(.makeDirectory, base, errno: errno)
        }
        path = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? LocalFileSystem().removeTree(path) }

    func file(_ name: String) -> String { path + "/" + name }
}
