internal import CofferShims
internal import Glibc

/// A file for an editor, in memory only, that goes whatever happens.
///
/// It lies in a folder of its own on a file system in memory, so that what an editor puts beside it
/// (swap files, backups) lies there too. A small shell waits on a pipe beside us and removes the
/// folder when the pipe closes: at our end, a kill included.
internal struct EditorFile: ~Copyable {
    /// The path of the file.
    internal let path: String
    private let folder: String
    private let lifeline: Int32
    private let janitor: pid_t

    /// What the janitor does.
    ///
    /// An editor that outlives us may still be writing: under another name the folder is out of
    /// its reach, and what it still gets in there (from inside) is waited for.
    private static let tidying = """
        cat >/dev/null
        mv -- "$0" "$0-"
        until rm -rf -- "$0" "$0-" || [ $((tries += 1)) -gt 600 ]; do sleep 0.1; done
        """

    /// Makes the file.
    ///
    /// - Throws: `storage` where no file system in memory takes it.
    internal init(_ ambient: Ambient, named name: String, _ content: [UInt8]) throws(Failure) {
        let folder = try Self.makeFolder(ambient)
        let (reading, writing) = try ChildProcess.pipe()
        defer { close(reading) }
        let process: pid_t
        do throws(Failure) {
            process = try ChildProcess.start(
                Self.tidying, words: [folder],
                streams: [(reading, STDIN_FILENO)], isApart: true, "the shell that tidies up")
            try Self.write(content, to: folder + "/" + name)
        } catch {
            close(writing)
            throw error
        }
        janitor = process
        lifeline = writing
        self.folder = folder
        path = folder + "/" + name
    }

    deinit {
        close(lifeline)
        _ = try? ChildProcess.wait(for: janitor, "")
        // The janitor has done it; where it could not, this does what it can.
        _ = unsafe unlink(path)
        _ = unsafe rmdir(folder)
    }

    private static func write(_ content: [UInt8], to path: String) throws(Failure) {
        let descriptor = unsafe open(
            path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .storage(path, .last) }
        defer { close(descriptor) }
        do {
            try unsafe content.withUnsafeBytes { try unsafe Console.writeAll($0, to: descriptor) }
        } catch { throw .storage(path, .last) }
    }

    /// Puts a text where the editor has left no file that can be read.
    internal func put(_ content: [UInt8]) throws(Failure) {
        // What cannot be unlinked is a folder; the janitor takes it too.
        if unsafe unlink(path) != 0 { _ = unsafe rename(path, path + "-") }
        try Self.write(content, to: path)
    }

    /// What is in the file now.
    ///
    /// What an editor may leave instead is not followed and not waited for: a link, a fifo.
    ///
    /// - Throws: `no-file`, `invalid` for what is no regular file, `storage`.
    internal func read() throws(Failure) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ELOOP || errno == ENXIO else { throw .storage(path, .last) }
            throw notRegular
        }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .storage(path, .last) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw notRegular }
        return try InputFile.read(descriptor, path)
    }

    private var notRegular: Failure {
        .invalid("\(path): the editor has left something that is no regular file")
    }

    private static func makeFolder(_ ambient: Ambient) throws(Failure) -> String {
        var places = ["/dev/shm", "/run/user/\(getuid())"]
        if let runtime = ambient["XDG_RUNTIME_DIR"], runtime.hasPrefix("/") {
            places.insert(runtime, at: 0)
        }
        for place in places where unsafe CofferShims_isInMemory(place) == 1 {
            var template = Array((place + "/coffer-edit-XXXXXX").utf8CString)
            let isMade = unsafe template.withUnsafeMutableBufferPointer {
                guard let start = $0.baseAddress else { return false }
                return unsafe mkdtemp(start) != nil
            }
            if isMade {
                let bytes = template.dropLast().map { UInt8(bitPattern: $0) }
                return String(decoding: bytes, as: UTF8.self)
            }
        }
        throw Failure(
            "storage",
            "no folder in memory (XDG_RUNTIME_DIR, /dev/shm) to edit in; use: coffer set",
            .storage)
    }
}
