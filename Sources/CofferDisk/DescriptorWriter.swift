internal import Glibc

/// Bytes to a descriptor that may be a file, a pipe or a terminal, gathered into large pieces.
///
/// - Important: What is not flushed when the value goes is lost: only ``flush()`` can tell that
///   it failed. A closed pipe is an error here (EPIPE) only where SIGPIPE is ignored.
package struct DescriptorWriter: ~Copyable {
    private let descriptor: Int32
    private let name: String
    private var buffer: [UInt8] = []

    /// Writes to a descriptor that somebody else closes, such as standard output.
    package init(borrowing descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
        buffer.reserveCapacity(Self.capacity)
    }

    /// Adds bytes; now and then they go out.
    package mutating func write(_ bytes: Span<UInt8>) throws(DiskError) {
        if buffer.count + bytes.count > Self.capacity { try flush() }
        guard bytes.count < Self.capacity else { return try send(bytes) }
        unsafe bytes.withUnsafeBufferPointer { unsafe buffer.append(contentsOf: $0) }
    }

    /// Adds bytes.
    package mutating func write(_ bytes: [UInt8]) throws(DiskError) { try write(bytes.span) }

    /// Adds text.
    package mutating func write(_ text: String) throws(DiskError) {
        try write(text.utf8.span)
    }

    /// Sends what is gathered.
    ///
    /// - Throws: ``DiskError/Kind/full``, ``DiskError/Kind/other`` with EPIPE, and others. What
    ///   went out before it cannot be called back: the output is not whole.
    package mutating func flush() throws(DiskError) {
        defer { buffer.removeAll(keepingCapacity: true) }
        try send(buffer.span)
    }

    private func send(_ bytes: Span<UInt8>) throws(DiskError) {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.extracting(done...).withUnsafeBufferPointer { rest in
                unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
            }
            if count > 0 {
                done += count
            } else if count == 0 {
                throw DiskError(.write, name, .io)
            } else if errno == EAGAIN {
                // Somebody set the shared terminal or pipe to non-blocking; wait for room.
                var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                unsafe Glibc.poll(&poll, 1, -1)
            } else if errno != EINTR {
                throw DiskError(.write, name, errno: errno)
            }
        }
    }

    private static let capacity = 64 << 10
}
