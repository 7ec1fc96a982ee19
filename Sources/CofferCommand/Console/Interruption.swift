internal import Glibc
internal import Synchronization

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
    /// The address of paths that end with a null; 0 for none.
    ///
    /// The handler may run while another thread names the next.
    fileprivate static let unfinished = Atomic<UInt>(0)
    /// Whether the handler is at work: what it may read is not freed any more.
    fileprivate static let isEnding = Atomic<Bool>(false)

    fileprivate typealias Paths = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

    /// Lets Ctrl-C and its like put things in order and end the process.
    ///
    /// The status is 128 and the signal's number. A closed pipe and a file at its limit are no
    /// signals but errors of the write.
    internal static func install() {
        unsafe terminal = nil
        unfinished.store(0, ordering: .sequentiallyConsistent)
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
        var new: Paths?
        if !paths.isEmpty {
            let copies = Paths.allocate(capacity: paths.count + 1)
            for (index, path) in paths.enumerated() {
                unsafe (copies + index).initialize(to: strdup(path))
            }
            unsafe (copies + paths.count).initialize(to: nil)
            unsafe new = copies
        }
        let before = unfinished.exchange(
            UInt(bitPattern: new), ordering: .sequentiallyConsistent)
        // The handler ends the process, and may still read what was there.
        while isEnding.load(ordering: .sequentiallyConsistent) { pause() }
        guard let old = unsafe Paths(bitPattern: before) else { return }
        var index = 0
        while let path = unsafe old[index] {
            unsafe free(path)
            index += 1
        }
        unsafe old.deallocate()
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
    Interruption.isEnding.store(true, ordering: .sequentiallyConsistent)
    let address = Interruption.unfinished.load(ordering: .sequentiallyConsistent)
    if let paths = unsafe Interruption.Paths(bitPattern: address) {
        var index = 0
        while let path = unsafe paths[index] {
            if unsafe unlink(path) != 0 { unsafe rmdir(path) }
            index += 1
        }
    }
    _exit(128 + number)
}
