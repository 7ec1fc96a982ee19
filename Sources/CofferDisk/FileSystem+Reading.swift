extension FileSystem {
    /// The whole content of an ordinary file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - limit: The most bytes that the caller can use; more is refused before it is read.
    ///   - followsLinks: Whether the last part may be a symbolic link.
    /// - Throws: ``DiskError/Kind/tooLarge``, ``DiskError/Kind/notRegular``,
    ///   ``DiskError/Kind/notFound``, and what the disk answers.
    package func read(
        _ path: String, limit: Int, followsLinks: Bool = false
    ) throws(DiskError) -> [UInt8] {
        let file = try open(path, followsLinks ? .readFollowing : .read)
        let size = try file.status().size
        guard size <= limit else { throw DiskError(.read, path, .tooLarge) }
        // One byte more than it has, so that a file that grows meanwhile is noticed; then on in
        // pieces until one comes short. The files of /proc all say that they are empty.
        var asked = Int(clamping: min(size, 1 << 30)) + 1
        var bytes = try file.read(count: asked, at: 0)
        var piece = bytes.count
        while piece == asked, bytes.count <= limit {
            asked = 1 << 20
            let more = try file.read(count: asked, at: Int64(bytes.count))
            piece = more.count
            bytes += more
        }
        guard bytes.count <= limit else { throw DiskError(.read, path, .tooLarge) }
        return bytes
    }

    /// Whether there is anything under a path, a dangling link included.
    package func exists(_ path: String) throws(DiskError) -> Bool {
        try status(path) != nil
    }
}
