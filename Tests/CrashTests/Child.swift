import Glibc

/// A process that was started and not yet waited for.
final class Child {
    let id: pid_t
    private var status: Int32?

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - words: The program's path and its arguments.
    ///   - environment: Its whole environment.
    ///   - input: The file that is its standard input.
    ///   - output: The file that its standard output goes to.
    ///   - errors: The file that its standard error goes to.
    init(
        _ words: [String], environment: [String: String], input: String = "/dev/null",
        output: String, errors: String
    ) throws {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        let flags = O_WRONLY | O_CREAT | O_TRUNC
        unsafe posix_spawn_file_actions_addopen(&actions, 1, output, flags, 0o600)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, errors, flags, 0o600)
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // What the test runner ignores or holds back is not for the program to inherit.
        var signals = sigset_t()
        unsafe sigfillset(&signals)
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        unsafe posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        var variables = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            unsafe arguments.forEach { unsafe free($0) }
            unsafe variables.forEach { unsafe free($0) }
        }
        var started: pid_t = 0
        let code = unsafe posix_spawn(
            &started, words[0], &actions, &attributes, &arguments, &variables)
        guard code == 0 else { throw Trouble("\(words[0]) cannot be started (errno \(code))") }
        id = started
    }

    deinit {
        guard status == nil else { return }
        kill(id, SIGKILL)
        waitpid(id, nil, 0)
    }

    /// Sends a signal.
    func signal(_ number: Int32) { kill(id, number) }

    /// Whether it still runs.
    var isRunning: Bool { poll() == nil }

    /// Waits until it ends; what hangs for a minute is killed, and its end is a failure.
    func wait() throws -> Int32 {
        var rounds = 0
        while true {
            if let status = poll() { return status }
            rounds += 1
            guard rounds < 240_000 else { throw Trouble("a program does not come to an end") }
            usleep(250)
        }
    }

    private func poll() -> Int32? {
        if let status { return status }
        var word: Int32 = 0
        guard unsafe waitpid(id, &word, WNOHANG) == id else { return nil }
        // wait(2): the low seven bits are the signal, the next byte is the exit status.
        let signal = word & 0x7f
        status = signal == 0 ? (word >> 8) & 0xff : -signal
        return status
    }
}
