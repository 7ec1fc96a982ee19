internal import Coffer
internal import CofferArguments
internal import Glibc

/// `coffer serve`: a child process that another program keeps.
internal enum ServeCommand {
    internal static func run(_ call: Call) throws -> ExitStatus {
        guard call.invocation.flag("stdio") else {
            throw Failure.usage("serve talks over standard input and output: say --stdio")
        }
        guard call.invocation.value("password-fd") != "0" else {
            throw Failure.usage("requests come from descriptor 0; give the password by another one")
        }
        let vault = try call.openLocked()
        let isKept = try vault.unlockFromCache()
        // Before our own descriptors can take a number that was meant for the password.
        let isEarly = call.invocation.value("password-fd") != nil
        if !isKept, isEarly { _ = try call.unlockAsGiven(vault) }
        let input = try requests()
        defer { close(input) }
        if !isKept, !isEarly { _ = try call.unlockAsGiven(vault) }
        let server = Server(
            call, vault, try FrameReader(input, limit: ServeLimits.frame),
            AnswerWriter(STDOUT_FILENO))
        if isKept { server.keptKey = KeptKey(renewal: 0) }
        try server.run()
        return .done
    }

    /// Takes standard input for requests alone: for everything else, such as the command that
    /// prints the password, it is empty from here on.
    private static func requests() throws(Failure) -> Int32 {
        let input = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
        let nothing = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard input >= 0, nothing >= 0, dup2(nothing, STDIN_FILENO) >= 0 else {
            throw .storage("standard input", .last)
        }
        close(nothing)
        return input
    }
}
