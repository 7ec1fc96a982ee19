internal import Coffer
internal import CofferShims
internal import Glibc

/// Reads lines of bounded length from a descriptor, and waits for them no longer than it may.
///
/// A line may hold a password or records: the memory that it lies in is locked where that is
/// possible, left out of core dumps, and erased behind each line.
@safe
internal final class FrameReader {
    /// What has come.
    internal enum Event: Equatable {
        /// A line, to be read by ``withFrame(_:)`` before the next one.
        case frame
        /// A line that is longer than the limit; it was passed over.
        case tooLong
        /// Nothing within the time.
        case nothing
        /// No more lines.
        case end
    }

    private static let smallest = 65_536

    private let descriptor: Int32
    private let limit: Int
    private var memory: UnsafeMutableRawPointer
    private var capacity = FrameReader.smallest
    /// Bytes that were read and not used up yet.
    private var filled = 0..<0
    /// Up to where there is no line end.
    private var searched = 0
    /// How long the line is that ``withFrame(_:)`` lends; it begins with what is filled.
    private var frameCount = 0
    private var isPassingOver = false
    private var isAtEnd = false

    /// Reads lines of at most `limit` bytes.
    ///
    /// - Throws: `unexpected` when there is no memory.
    internal init(_ descriptor: Int32, limit: Int) throws(Failure) {
        self.descriptor = descriptor
        self.limit = limit
        unsafe memory = try Self.allocate(Self.smallest)
    }

    deinit { unsafe CofferShims_releaseSecretPages(memory, capacity) }

    private static func allocate(_ count: Int) throws(Failure) -> UnsafeMutableRawPointer {
        var isLocked: Int32 = 0
        guard let pages = unsafe CofferShims_secretPages(count, &isLocked) else {
            throw Failure("unexpected", "there is no memory for a request", .failed)
        }
        return unsafe pages
    }

    /// Waits for the next line until a time of the monotonic clock, for ever where that is nil.
    ///
    /// The last line needs no line end; lines of white space alone are passed over.
    ///
    /// - Throws: `storage` when reading fails, `unexpected` when there is no memory.
    internal func next(until deadline: Int64?) throws(Failure) -> Event {
        drop()
        while true {
            if let event = found() { return event }
            if isAtEnd {
                guard isPassingOver else { return .end }
                isPassingOver = false
                return .tooLong
            }
            guard try isReady(until: deadline) else { return .nothing }
            try read()
        }
    }

    /// Lends the line that ``next(until:)`` has found, also for writing over it.
    internal func withFrame<Result>(
        _ body: (UnsafeMutableRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try unsafe body(
            UnsafeMutableRawBufferPointer(start: memory + filled.lowerBound, count: frameCount))
    }

    /// Erases the line that was lent, and gives back memory that only it needed.
    private func drop() {
        if frameCount > 0 { use(up: frameCount) }
        frameCount = 0
        guard filled.isEmpty, capacity > Self.smallest,
            let small = try? unsafe Self.allocate(
                Self.smallest)
        else { return }
        unsafe CofferShims_releaseSecretPages(memory, capacity)
        unsafe memory = small
        capacity = Self.smallest
    }

    private func use(up count: Int) {
        unsafe CofferShims_erase(memory + filled.lowerBound, count)
        let rest = (filled.lowerBound + count)..<filled.upperBound
        filled = rest.isEmpty ? 0..<0 : rest
        searched = max(searched, filled.lowerBound)
        if filled.isEmpty { searched = 0 }
    }

    /// What stands in memory already.
    private func found() -> Event? {
        while true {
            let start = unsafe memory + searched
            let line = unsafe memchr(start, 10, filled.upperBound - searched)
            guard let line = unsafe line else {
                searched = filled.upperBound
                if isPassingOver || filled.count > limit {
                    isPassingOver = true
                    if !filled.isEmpty { use(up: filled.count) }
                }
                guard isAtEnd, !filled.isEmpty else { return nil }
                if isBlank(filled.count) {
                    use(up: filled.count)
                    return nil
                }
                frameCount = filled.count
                return .frame
            }
            let count = unsafe line - (memory + filled.lowerBound)
            searched = filled.lowerBound + count + 1
            if isPassingOver || count > limit {
                isPassingOver = false
                use(up: count + 1)
                return .tooLong
            }
            guard isBlank(count) else {
                frameCount = count + 1
                return .frame
            }
            use(up: count + 1)
        }
    }

    /// Whether the line of `count` bytes is white space; JSON's, and nothing else.
    private func isBlank(_ count: Int) -> Bool {
        let bytes = unsafe UnsafeRawBufferPointer(start: memory + filled.lowerBound, count: count)
        return unsafe bytes.allSatisfy { $0 == 32 || $0 == 9 || $0 == 13 }
    }

    private func isReady(until deadline: Int64?) throws(Failure) -> Bool {
        while true {
            var wait: Int32 = -1
            if let deadline { wait = Int32(clamping: max(0, deadline - Ambient.monotonic())) }
            var place = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let count = unsafe poll(&place, 1, wait)
            if count > 0 { return true }
            if count == 0 { return false }
            guard errno == EINTR else { throw .storage("standard input", .last) }
        }
    }

    private func read() throws(Failure) {
        if filled.upperBound == capacity { try makeRoom() }
        let count = unsafe Glibc.read(
            descriptor, memory + filled.upperBound, capacity - filled.upperBound)
        if count < 0 {
            guard errno == EINTR || errno == EAGAIN else {
                throw .storage("standard input", .last)
            }
            return
        }
        if count == 0 { isAtEnd = true }
        filled = filled.lowerBound..<(filled.upperBound + count)
    }

    /// Moves what is filled to the front, or into more memory.
    private func makeRoom() throws(Failure) {
        let start = filled.lowerBound
        let count = filled.count
        if start > 0 {
            unsafe memmove(memory, memory + start, count)
            unsafe CofferShims_erase(memory + count, start)
        } else {
            // One byte more than the limit tells that a line is too long.
            let larger = min(capacity * 2, limit + Self.smallest)
            let pages = try unsafe Self.allocate(larger)
            unsafe memcpy(pages, memory, count)
            unsafe CofferShims_releaseSecretPages(memory, capacity)
            unsafe memory = pages
            capacity = larger
        }
        filled = 0..<count
        searched -= start
    }
}
