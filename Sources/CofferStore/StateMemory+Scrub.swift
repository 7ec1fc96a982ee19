internal import CofferDisk

extension StateMemory {
    /// Whether deleted bytes of the vault at this path still wait to be overwritten.
    internal func isScrubLeft() -> Bool {
        guard let file = scrubFile else { return false }
        return (try? LocalFileSystem().exists(file)) == true
            && content(file, limit: Self.pathLimit) == Array(path.utf8)
    }

    /// Takes note that bytes wait; a note that cannot be kept is no reason to fail: whoever closes
    /// the vault last empties the log.
    internal func noteScrub() {
        guard let file = scrubFile, path.utf8.count <= Self.pathLimit else { return }
        try? keep(Array(path.utf8), in: file)
    }

    /// Nothing waits any more.
    internal func forgetScrub() {
        guard let file = scrubFile, isScrubLeft() else { return }
        try? LocalFileSystem().unlink(file)
    }

    /// PATH_MAX of Linux.
    private static let pathLimit = 4_096
}
