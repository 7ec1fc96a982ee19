internal import Coffer
internal import Glibc

/// Standard output and standard error, and what is known of the terminal behind them.
internal final class Console {
    /// Whether only results and errors are printed.
    internal var isQuiet = false
    /// Whether more is said than is needed.
    internal var isVerbose = false
    /// Whether results and errors are JSON.
    internal var isJSON = false
    /// Whether standard output is a terminal.
    internal let isOutputTerminal: Bool
    /// Whether standard error is a terminal.
    internal let isErrorTerminal: Bool
    /// Whether colours may be used on standard error.
    internal let hasColor: Bool
    /// Why results could not be written; also where a library has wrapped it on the way.
    internal private(set) var failure: Failure?
    /// What is in the vault by now, whatever becomes of the results; nil before a write.
    internal var stored: String?
    private var pending: [UInt8] = []

    private static let bufferSize = 65_536

    /// The console of this process.
    internal init(_ ambient: Ambient) {
        isOutputTerminal = isatty(STDOUT_FILENO) == 1
        isErrorTerminal = isatty(STDERR_FILENO) == 1
        // <https://no-color.org>: any value that is not empty.
        let refused = ambient["NO_COLOR"].map { !$0.isEmpty } ?? false
        hasColor = isErrorTerminal && !refused && ambient["TERM"] != "dumb"
    }

    /// The columns of the terminal, or what stands in for them.
    internal func width(_ ambient: Ambient) -> Int {
        var size = winsize()
        for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
            if unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
                return Int(size.ws_col)
            }
        }
        return ambient["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? 80
    }
}

extension Console {
    /// Adds text to the results.
    ///
    /// - Throws: `closedPipe` when the reader has gone, `storage` when the disk behind it fails.
    internal func write(_ text: String) throws(Failure) {
        pending += Array(text.utf8)
        if pending.count >= Self.bufferSize { try flush() }
    }

    /// Adds bytes to the results.
    internal func write(_ bytes: [UInt8]) throws(Failure) {
        pending += bytes
        if pending.count >= Self.bufferSize { try flush() }
    }

    /// Adds a line to the results.
    internal func line(_ text: String) throws(Failure) { try write(text + "\n") }

    /// Prints one JSON value on one line.
    internal func print(_ value: JSONOutput) throws(Failure) {
        try line(isOutputTerminal ? Visible.json(value.json) : value.json)
    }

    /// Prints a secret past the buffer, so that no copy of it stays behind here.
    internal func write(secret: borrowing Secret) throws(Failure) {
        try flush()
        do {
            try secret.withBytes { bytes in
                try unsafe bytes.withUnsafeBytes { try unsafe Self.writeAll($0, to: STDOUT_FILENO) }
            }
        } catch { throw failed(error) }
    }

    /// Writes out what waits.
    internal func flush() throws(Failure) {
        guard !pending.isEmpty else { return }
        defer { pending.removeAll(keepingCapacity: true) }
        do {
            try unsafe pending.withUnsafeBytes { try unsafe Self.writeAll($0, to: STDOUT_FILENO) }
        } catch { throw failed(error) }
    }

    /// Drops what waits; for a command that has failed.
    internal func discard() { pending.removeAll() }

    private func failed(_ error: any Error) -> Failure {
        let failure: Failure
        if let error = error as? SystemError {
            failure =
                error.number == EPIPE
                ? .closedPipe
                : .storage("standard output", error)
                    .adding(stored.map { "what was done is stored all the same (\($0))" })
        } else {
            failure = .from(error)
        }
        self.failure = failure
        return failure
    }

    /// Writes all bytes to a descriptor, however often it takes a part.
    internal static func writeAll(
        _ bytes: UnsafeRawBufferPointer, to descriptor: Int32
    ) throws(SystemError) {
        var offset = 0
        while offset < bytes.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[offset...])
            let count = unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemError.last
            }
            offset += count
        }
    }
}

extension Console {
    /// Says something on standard error, unless told to be quiet.
    internal func note(_ text: String) {
        if !isQuiet { say(text) }
    }

    /// Says something that only those who asked for more want to know.
    internal func detail(_ text: String) {
        if isVerbose, !isQuiet { say(text) }
    }

    /// Warns; also where nothing else is said.
    internal func warn(_ text: String) {
        say((hasColor ? "\u{1B}[33mwarning:\u{1B}[0m " : "warning: ") + Visible.line(text))
    }

    /// Tells an error in one line, or as JSON.
    internal func tell(_ failure: Failure) {
        guard !isJSON else {
            let error = JSONOutput.object([("error", .object(failure.members))])
            return say(isErrorTerminal ? Visible.json(error.json) : error.json)
        }
        say((hasColor ? "\u{1B}[31mcoffer:\u{1B}[0m " : "coffer: ") + Visible.line(failure.line))
    }

    /// Writes a line to standard error; a failure there has nobody to be told to.
    private func say(_ text: String) { error(text + "\n") }

    /// Writes to standard error as it is.
    internal func error(_ text: String) {
        var text = text
        try? text.withUTF8 { bytes in
            try unsafe Self.writeAll(UnsafeRawBufferPointer(bytes), to: STDERR_FILENO)
        }
    }
}
