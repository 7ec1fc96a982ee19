internal import Coffer
internal import CofferShims
internal import Glibc

/// Reads passwords and recovery keys into memory that is erased.
internal enum SecretReader {
    /// The longest password, in bytes.
    private static let sizeLimit = 1 << 20

    /// Reads everything up to the end, or up to the end of a line; one line end is dropped.
    ///
    /// - Throws: `invalid` for nothing, or more than 1 MiB; `storage` when reading fails.
    internal static func read(
        from descriptor: Int32, untilLineEnd: Bool = false
    ) throws(Failure) -> Secret {
        // Room for the longest password, its line end, and one byte more to see that it is too long.
        let capacity = sizeLimit + 3
        var isLocked: Int32 = 0
        guard let pages = unsafe CofferShims_secretPages(capacity, &isLocked) else {
            throw Failure("unexpected", "there is no memory for a password", .failed)
        }
        defer { unsafe CofferShims_releaseSecretPages(pages, capacity) }
        let bytes = unsafe UnsafeMutableRawBufferPointer(start: pages, count: capacity)
        var count = 0
        while count < capacity {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[count...])
            let taken = unsafe Glibc.read(descriptor, rest.baseAddress, rest.count)
            if taken < 0 {
                if errno == EINTR { continue }
                throw .storage("the password", .last)
            }
            count += taken
            let isLine = unsafe untilLineEnd && count > 0 && bytes[count - 1] == 10
            if taken == 0 || isLine { break }
        }
        if unsafe count > 0 && bytes[count - 1] == 10 {
            count -= 1
            if unsafe count > 0 && bytes[count - 1] == 13 { count -= 1 }
        }
        guard count <= sizeLimit else { throw .invalid("the password is longer than 1 MiB") }
        do throws(VaultError) {
            return try Secret(count: count) { span in
                for index in 0..<count { span[index] = unsafe bytes[index] }
            }
        } catch { throw Failure(error) }
    }

    /// Reads a file.
    internal static func read(file path: String) throws(Failure) -> Secret {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { throw .storage(path, .last) }
        defer { close(descriptor) }
        return try read(from: descriptor)
    }

    /// Reads a descriptor that the caller has opened for us.
    internal static func read(descriptor text: String) throws(Failure) -> Secret {
        guard let number = Int32(text), number >= 0, number != 1, number != 2 else {
            throw .usage("a descriptor is a number, 0 or above 2")
        }
        guard fcntl(number, F_GETFD) >= 0 else {
            throw .storage("descriptor \(number)", .last)
        }
        return try read(from: number)
    }

    /// Reads what a shell command prints.
    ///
    /// - Throws: `storage` when it cannot be run, or says by its exit status that it failed.
    internal static func read(command: String) throws(Failure) -> Secret {
        let (reading, writing) = try ChildProcess.pipe()
        defer { close(reading) }
        let process: pid_t
        do {
            defer { close(writing) }
            process = try ChildProcess.start(
                command, streams: [(writing, STDOUT_FILENO)], what)
        }
        let answer: Secret
        do throws(Failure) {
            answer = try read(from: reading)
        } catch {
            try wait(for: process)
            throw error
        }
        try wait(for: process)
        return answer
    }

    private static let what = "the password command"

    private static func wait(for process: pid_t) throws(Failure) {
        guard try ChildProcess.wait(for: process, what) else {
            throw Failure("storage", "the password command failed", .storage)
        }
    }
}
