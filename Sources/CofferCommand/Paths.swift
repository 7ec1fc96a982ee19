internal import Glibc

/// Paths as text, and the few questions that are asked of the file system about them.
internal enum Paths {
    /// A name below a directory.
    internal static func join(_ directory: String, _ name: String) -> String {
        directory.hasSuffix("/") ? directory + name : directory + "/" + name
    }

    /// The last part, without slashes at the end.
    internal static func name(of path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? "/"
    }

    /// The part before the last; `.` for a bare name.
    internal static func parent(of path: String) -> String {
        var rest = path[...]
        while rest.count > 1, rest.hasSuffix("/") { rest.removeLast() }
        guard let slash = rest.lastIndex(of: "/") else { return "." }
        return slash == rest.startIndex ? "/" : String(rest[..<slash])
    }

    /// What lies under a path, links followed; nil where nothing does.
    internal static func status(_ path: String) -> stat? {
        var found = stat()
        return unsafe stat(path, &found) == 0 ? found : nil
    }

    /// Whether a path leads to a directory.
    internal static func isDirectory(_ path: String) -> Bool {
        status(path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
    }

    /// The path without links and dots; nil where it leads nowhere.
    internal static func resolved(_ path: String) -> String? {
        guard let found = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(found) }
        return unsafe String(validatingCString: found)
    }

    /// An absolute path for something that may not be there yet: what is there of it is resolved.
    internal static func absolute(_ path: String, in folder: String?) -> String {
        if let found = resolved(path) { return found }
        var trimmed = path
        while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
        let whole = trimmed.hasPrefix("/") ? trimmed : folder.map { join($0, trimmed) } ?? trimmed
        let above = parent(of: whole)
        guard above != whole, above != "." else { return whole }
        return join(absolute(above, in: folder), name(of: whole))
    }

    /// The names in a directory, sorted; none where it cannot be read.
    internal static func names(in directory: String) -> [String] {
        allNames(in: directory).names
    }

    /// The names in a directory, sorted, and how many more are no UTF-8.
    internal static func allNames(in directory: String) -> (names: [String], others: Int) {
        guard let stream = unsafe opendir(directory) else { return ([], 0) }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        var others = 0
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(validatingCString: $0)
                }
            }
            guard let name else {
                others += 1
                continue
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return (names.sorted(), others)
    }
}
