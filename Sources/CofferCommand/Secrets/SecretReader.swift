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
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else { throw .storage("a pipe", .last) }
        let (reading, writing) = (ends[0], ends[1])
        defer { close(reading) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let process: pid_t
        do {
            defer { close(writing) }
            process = try start(command, writingTo: writing)
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

    private static func start(_ command: String, writingTo output: Int32) throws(Failure) -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // A signal that is ignored here would stay ignored in the command.
        var restored = sigset_t()
        unsafe sigemptyset(&restored)
        unsafe sigaddset(&restored, SIGPIPE)
        unsafe sigaddset(&restored, SIGXFSZ)
        unsafe posix_spawnattr_setsigdefault(&attributes, &restored)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
        let texts = ["sh", "-c", command]
        var words: [UnsafeMutablePointer<CChar>?] = unsafe texts.map { unsafe strdup($0) } + [nil]
        defer { unsafe words.forEach { unsafe free($0) } }
        var process: pid_t = 0
        let code = unsafe posix_spawn(
            &process, "/bin/sh", &actions, &attributes, &words, environ)
        guard code == 0 else {
            throw .storage("the password command", SystemError(number: code))
        }
        return process
    }

    private static func wait(for process: pid_t) throws(Failure) {
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { throw .storage("the password command", .last) }
        }
        guard status == 0 else {
            throw Failure("storage", "the password command failed", .storage)
        }
    }
}
