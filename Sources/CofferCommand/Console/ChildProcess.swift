internal import Glibc

/// A shell command that runs beside us.
internal enum ChildProcess {
    /// POSIX_SPAWN_SETSID of spawn.h, which the system's module leaves out.
    private static let setSession: Int32 = 0x80

    /// Starts `sh -c command words…`.
    ///
    /// - Parameters:
    ///   - words: `$0` and what follows it.
    ///   - streams: Which of our descriptors become which of the child's.
    ///   - isApart: Whether it is in a session of its own: no Ctrl-C of the terminal reaches it.
    /// - Throws: `storage` when it cannot be started.
    internal static func start(
        _ command: String, words: [String] = [], streams: [(ours: Int32, theirs: Int32)] = [],
        isApart: Bool = false, _ what: String
    ) throws(Failure) -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for stream in streams {
            unsafe posix_spawn_file_actions_adddup2(&actions, stream.ours, stream.theirs)
        }
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // A signal that is ignored here would stay ignored in the command.
        var restored = sigset_t()
        unsafe sigemptyset(&restored)
        for signal in [SIGPIPE, SIGXFSZ, SIGINT, SIGQUIT] {
            unsafe sigaddset(&restored, signal)
        }
        unsafe posix_spawnattr_setsigdefault(&attributes, &restored)
        var flags = POSIX_SPAWN_SETSIGDEF
        if isApart { flags |= setSession }
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
        let texts = ["sh", "-c", command] + words
        var arguments: [UnsafeMutablePointer<CChar>?] =
            unsafe texts.map { unsafe strdup($0) } + [nil]
        defer { unsafe arguments.forEach { unsafe free($0) } }
        var process: pid_t = 0
        let code = unsafe posix_spawn(
            &process, "/bin/sh", &actions, &attributes, &arguments, environ)
        guard code == 0 else { throw .storage(what, SystemError(number: code)) }
        return process
    }

    /// Waits for the end of a child; whether it says that all went well.
    internal static func wait(for process: pid_t, _ what: String) throws(Failure) -> Bool {
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { throw .storage(what, .last) }
        }
        return status == 0
    }

    /// A pipe that no child inherits by itself.
    internal static func pipe() throws(Failure) -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [0, 0]
        guard unsafe Glibc.pipe(&ends) == 0 else { throw .storage("a pipe", .last) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }
}
