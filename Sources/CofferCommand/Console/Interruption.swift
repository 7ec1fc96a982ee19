internal import Glibc

/// What a signal must put in order before the process ends: the terminal's echo, and a file or
/// folder that is not whole.
///
/// Everything else needs no care: a vault is whole after a kill at any moment.
internal enum Interruption {
    /// A terminal whose settings were changed.
    @safe
    fileprivate struct ChangedTerminal {
        var descriptor: Int32
        var settings: termios
    }

    // Read by the handler: written only while signals are held back.
    nonisolated(unsafe) fileprivate static var terminal: ChangedTerminal?
    nonisolated(unsafe) fileprivate static var unfinished:
        UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>?

    /// Lets Ctrl-C and its like put things in order and end the process.
    ///
    /// The status is 128 and the signal's number. A closed pipe and a file at its limit are no
    /// signals but errors of the write.
    internal static func install() {
        unsafe terminal = nil
        unsafe unfinished = nil
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            // What the parent wants ignored (nohup(1)) stays ignored.
            let before = signal(number, SIG_IGN)
            let isIgnored = unsafe unsafeBitCast(before, to: Int.self) == 1
            if !isIgnored { signal(number, endNow) }
        }
        // A parent that starts us from a thread which takes no signals has not meant us.
        var ours = sigset_t()
        unsafe sigemptyset(&ours)
        for number in [SIGINT, SIGTERM, SIGHUP] { unsafe sigaddset(&ours, number) }
        unsafe sigprocmask(SIG_UNBLOCK, &ours, nil)
    }

    /// Names the file that a signal removes; nil when it is whole or gone.
    internal static func removesAtSignal(_ path: String?) {
        removesAtSignal(path.map { [$0] } ?? [])
    }

    /// Names the files and folders that a signal removes, in this order; none when all is whole or
    /// gone.
    internal static func removesAtSignal(_ paths: [String]) {
        withoutSignals {
            if let old = unsafe unfinished {
                for index in old.indices { unsafe free(old[index]) }
                unsafe old.deallocate()
            }
            unsafe unfinished = nil
            guard !paths.isEmpty else { return }
            let copies = UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>.allocate(
                capacity: paths.count)
            for (index, path) in paths.enumerated() {
                unsafe copies.initializeElement(at: index, to: strdup(path))
            }
            unsafe unfinished = copies
        }
    }

    /// Turns a terminal's echo off while `body` runs, and on again whatever happens.
    internal static func withoutEcho<Result: ~Copyable>(
        on descriptor: Int32, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var settings = termios()
        guard unsafe tcgetattr(descriptor, &settings) == 0 else {
            throw .storage("the terminal", .last)
        }
        let before = settings
        settings.c_lflag &= ~tcflag_t(ECHO)
        settings.c_lflag |= tcflag_t(ECHONL | ICANON | ISIG)
        withoutSignals {
            unsafe terminal = ChangedTerminal(descriptor: descriptor, settings: before)
        }
        defer {
            var before = before
            unsafe tcsetattr(descriptor, TCSAFLUSH, &before)
            withoutSignals { unsafe terminal = nil }
        }
        guard unsafe tcsetattr(descriptor, TCSAFLUSH, &settings) == 0 else {
            throw .storage("the terminal", .last)
        }
        return try body()
    }

    private static func withoutSignals(_ body: () -> Void) {
        var all = sigset_t()
        var before = sigset_t()
        unsafe sigfillset(&all)
        unsafe sigprocmask(SIG_BLOCK, &all, &before)
        body()
        unsafe sigprocmask(SIG_SETMASK, &before, nil)
    }
}

/// Only calls that signal-safety(7) lists.
private func endNow(_ number: Int32) {
    if var terminal = unsafe Interruption.terminal {
        unsafe tcsetattr(terminal.descriptor, TCSANOW, &terminal.settings)
    }
    if let paths = unsafe Interruption.unfinished {
        for index in paths.indices {
            guard let path = unsafe paths[index] else { continue }
            if unsafe unlink(path) != 0 { unsafe rmdir(path) }
        }
    }
    _exit(128 + number)
}
