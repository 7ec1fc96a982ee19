internal import Coffer
internal import Glibc

/// What is to be added: the ordinary files that paths lead to, with the names that they get.
internal struct SourceWalk {
    /// One file.
    internal struct Found {
        /// Its path.
        internal let path: String
        /// Its name in the vault.
        internal let name: String
        /// How many bytes it has.
        internal let size: UInt64
    }

    /// The files, sorted within each folder.
    internal private(set) var files: [Found] = []
    /// What is neither file nor folder, or could not be read, and why.
    internal private(set) var refused: [(path: String, reason: String)] = []
    private let follows: Bool
    private let vault: String?
    private var above: Set<[UInt64]> = []

    /// Looks at everything below some paths.
    ///
    /// - Parameters:
    ///   - under: The folder of the vault that all of it goes below.
    ///   - follows: Whether symbolic links are followed.
    ///   - vault: The vault's own folder, which is no source.
    internal init(
        _ paths: [String], under: String?, follows: Bool, besides vault: String
    ) throws(Failure) {
        self.follows = follows
        self.vault = Paths.resolved(vault)
        let prefix = under.map { $0.hasSuffix("/") ? $0 : $0 + "/" } ?? ""
        for path in paths {
            guard let resolved = Paths.resolved(path) else {
                throw .storage(path, SystemError(number: ENOENT))
            }
            // A path that is named may lead through links; that it is one is another matter.
            let whole =
                Paths.join(Paths.resolved(Paths.parent(of: path)) ?? "/", Paths.name(of: path))
            let name = Paths.name(of: path)
            let place = name == "." || name == ".." || follows ? resolved : whole
            let shown = name == "." || name == ".." ? Paths.name(of: resolved) : name
            visit(place, prefix + (shown == "/" ? "" : shown))
        }
    }

    private mutating func visit(_ path: String, _ name: String) {
        var found = stat()
        let result = unsafe follows ? stat(path, &found) : lstat(path, &found)
        if path == vault { return refused.append((path, "it is the vault itself")) }
        guard result == 0 else {
            return refused.append((path, SystemError(number: errno).text))
        }
        switch found.st_mode & S_IFMT {
        case S_IFREG:
            files.append(Found(path: path, name: name, size: UInt64(clamping: found.st_size)))
        case S_IFDIR:
            let key = [UInt64(found.st_dev), UInt64(found.st_ino)]
            guard above.insert(key).inserted else {
                return refused.append((path, "it leads back to a folder above"))
            }
            if unsafe access(path, R_OK | X_OK) != 0 {
                refused.append((path, SystemError(number: errno).text))
            }
            let (names, others) = Paths.allNames(in: path)
            if others > 0 {
                refused.append(
                    (path, "\(Quantity.of(others, "name", "names")) in it that are no UTF-8"))
            }
            for child in names {
                visit(Paths.join(path, child), name.isEmpty ? child : name + "/" + child)
            }
            above.remove(key)
        case S_IFLNK:
            refused.append((path, "it is a symbolic link; --follow adds what it leads to"))
        default: refused.append((path, "it is neither a file nor a folder"))
        }
    }
}
