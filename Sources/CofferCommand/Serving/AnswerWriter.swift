internal import Coffer
internal import Glibc

/// Writes answers to a descriptor, and waits for their reader no longer than it may.
internal final class AnswerWriter {
    /// What a pipe takes at once when it says that it takes anything: PIPE_BUF of pipe(7).
    private static let step = 4_096

    private let descriptor: Int32
    /// What is not written yet; the first piece up to `offset` is.
    private var pending: [[UInt8]] = []
    private var offset = 0

    /// Writes to `descriptor`.
    internal init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Writes the pieces of an answer.
    ///
    /// - Parameter deadline: A time of the monotonic clock; nil to wait as long as it takes.
    /// - Returns: Whether all is written; else ``finish()`` writes the rest.
    /// - Throws: `closedPipe` when the reader has gone, `storage` when writing fails.
    internal func write(
        _ pieces: [[UInt8]], until deadline: Int64? = nil
    ) throws(Failure) -> Bool {
        pending += pieces
        while let piece = pending.first {
            while offset < piece.count {
                if let deadline, try !isReady(until: deadline) { return false }
                try step(piece, deadline == nil ? .max : Self.step)
            }
            pending.removeFirst()
            offset = 0
        }
        return true
    }

    /// Writes what is left of an answer.
    internal func finish() throws(Failure) { _ = try write([]) }

    private func step(_ piece: [UInt8], _ most: Int) throws(Failure) {
        let count = unsafe piece.withUnsafeBytes { bytes in
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[offset...])
            return unsafe Glibc.write(descriptor, rest.baseAddress, min(rest.count, most))
        }
        if count >= 0 {
            offset += count
            return
        }
        switch errno {
        case EINTR: return
        // Somebody has told the descriptor, which others may share, not to wait.
        case EAGAIN: _ = try isReady(until: nil)
        case EPIPE: throw .closedPipe
        default: throw .storage("standard output", .last)
        }
    }

    private func isReady(until deadline: Int64?) throws(Failure) -> Bool {
        while true {
            var wait: Int32 = -1
            if let deadline { wait = Int32(clamping: max(0, deadline - Ambient.monotonic())) }
            var place = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            let count = unsafe poll(&place, 1, wait)
            if count > 0 { return true }
            if count == 0 { return false }
            guard errno == EINTR else { throw .storage("standard output", .last) }
        }
    }
}
