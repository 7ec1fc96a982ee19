extension FileSystem {
    /// Replaces the whole content of a file, or makes it, with mode 0600.
    ///
    /// After a power cut at any moment the file holds the old bytes or the new, never a mixture
    /// and never nothing; when this returns, the new.
    ///
    /// - Throws: What the disk answers. The old bytes are then still there, except that after a
    ///   failed synchronizing of the directory either may be.
    package func replace(_ path: String, with bytes: Span<UInt8>) throws(DiskError) {
        let pending = try PendingFile(path, on: self)
        try pending.write(bytes)
        try pending.commit(.replacing)
    }

    /// Replaces the whole content of a file, or makes it.
    package func replace(_ path: String, with bytes: [UInt8]) throws(DiskError) {
        try replace(path, with: bytes.span)
    }

    /// Makes a file that must not exist yet; nothing shows under its name before its commit.
    ///
    /// - Throws: ``DiskError/Kind/exists`` at once when the name is taken, so that no long work
    ///   is done in vain.
    package func createExclusive(
        _ path: String, isLarge: Bool = false
    ) throws(DiskError) -> PendingFile {
        guard try status(path) == nil else { throw DiskError(.open, path, .exists) }
        return try PendingFile(path, isLarge: isLarge, on: self)
    }

    /// Adds bytes at the end of a file, made with mode 0600 where it is missing, durably.
    ///
    /// A power cut may leave a part of the bytes, or zeros in their place: what is appended must
    /// tell by itself whether it is whole. After an error the file is cut back where possible.
    package func append(_ bytes: Span<UInt8>, to path: String) throws(DiskError) {
        let file = try openForAppending(path)
        let size = try file.status().size
        // Before the first byte, and not only by whoever made the file: a process killed in
        // between would leave a name to the next one that no power cut survives.
        if size == 0 { try synchronizeDirectory(DiskPath.parent(of: path)) }
        do throws(DiskError) {
            try file.write(bytes)
            try file.synchronize()
        } catch {
            // The first error is what counts; a torn end is what the format must bear anyway.
            try? file.truncate(to: size)
            throw error
        }
    }

    /// Adds bytes at the end of a file.
    package func append(_ bytes: [UInt8], to path: String) throws(DiskError) {
        try append(bytes.span, to: path)
    }

    /// Makes a directory with mode 0700, durably.
    ///
    /// - Throws: ``DiskError/Kind/exists`` when the name is taken.
    package func createDirectory(_ path: String) throws(DiskError) {
        try makeDirectory(path)
        try synchronizeDirectory(DiskPath.parent(of: path))
    }

    /// Makes a directory and those above it, with mode 0700 each, where they are missing.
    package func createDirectories(_ path: String) throws(DiskError) {
        if let found = try status(path) {
            // A link to a directory is fine above our own files; what is below tells.
            guard found.kind == .directory || found.kind == .symbolicLink else {
                throw DiskError(.makeDirectory, path, .exists)
            }
            return
        }
        let parent = DiskPath.parent(of: path)
        if parent != path { try createDirectories(parent) }
        do throws(DiskError) {
            try createDirectory(path)
        } catch {
            // Another process may have been faster.
            guard error.kind == .exists else { throw error }
        }
    }

    /// Removes a file, durably.
    ///
    /// - Throws: ``DiskError/Kind/notFound`` when there is none.
    package func remove(_ path: String) throws(DiskError) {
        try unlink(path)
        try synchronizeDirectory(DiskPath.parent(of: path))
    }

    /// Removes a file or a directory with all that is in it, durably; links are not followed.
    ///
    /// - Throws: ``DiskError/Kind/notFound`` when there is none.
    package func removeTree(_ path: String) throws(DiskError) {
        guard let found = try status(path) else { throw DiskError(.remove, path, .notFound) }
        try removeAll(path, found.kind)
        try synchronizeDirectory(DiskPath.parent(of: path))
    }

    /// Makes every file and name in a directory durable, deepest first, then its own name.
    package func synchronizeTree(_ path: String) throws(DiskError) {
        for name in try list(path) {
            let child = DiskPath.join(path, name)
            switch try status(child)?.kind {
            case .directory: try synchronizeTree(child)
            case .regular: try open(child, .append).synchronize()
            default: continue
            }
        }
        try synchronizeDirectory(path)
        try synchronizeDirectory(DiskPath.parent(of: path))
    }

    private func removeAll(_ path: String, _ kind: FileStatus.Kind) throws(DiskError) {
        guard kind == .directory else { return try unlink(path) }
        for name in try list(path) {
            let child = DiskPath.join(path, name)
            if let found = try status(child) { try removeAll(child, found.kind) }
        }
        try removeDirectory(path)
    }

    private func openForAppending(_ path: String) throws(DiskError) -> any DiskFile {
        do throws(DiskError) {
            return try open(path, .append)
        } catch {
            guard error.kind == .notFound else { throw error }
        }
        return try open(path, .create)
    }
}
