import Foundation

/// The project's own files, as they lie on the disk.
enum Project {
    /// The package's root, found from where this file stands.
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The names in a folder of the project, without those that begin with a dot.
    static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.path + "/" + folder)
            .filter { !$0.hasPrefix(".") }.sorted()
    }

    /// The paths of all files below a folder whose names end in one of `suffixes`.
    ///
    /// What a catalog of documentation shows is no part of its module.
    static func files(in folder: String, _ suffixes: [String]) -> [String] {
        let start = root.path + "/" + folder
        guard let found = FileManager.default.enumerator(atPath: start) else { return [] }
        return found.compactMap { $0 as? String }
            .filter { path in suffixes.contains { path.hasSuffix($0) } }
            .filter { !$0.hasSuffix(".swift") || !$0.contains(".docc/") }
            .map { folder + "/" + $0 }.sorted()
    }

    /// The lines of a file.
    static func lines(_ path: String) throws -> [Substring] {
        try text(path).split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// The text of a file.
    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// Whether there is something at a path, relative to the root.
    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.path + "/" + path)
    }
}
