/// A file system in memory for one test, unmounted at the end.
final class Mount: Sendable {
    let path: String
    private let scratch: Scratch

    /// Mounts a tmpfs of a size such as `64k`.
    init(size: String) throws {
        scratch = try Scratch()
        path = scratch.path + "/mnt"
        try Files.make(path)
        try run("mount", "-t", "tmpfs", "-o", "size=\(size),mode=700", "tmpfs", path)
    }

    deinit { try? run("umount", "-l", path) }

    func makeReadOnly() throws { try run("mount", "-o", "remount,ro", path) }

    func makeWritable() throws { try run("mount", "-o", "remount,rw", path) }

    private func run(_ words: String...) throws {
        let outcome = try scratch.run(["/usr/bin/env"] + words)
        guard outcome.status == 0 else { throw Trouble(outcome.errors) }
    }
}
