internal import CCofferSQLite
internal import Glibc

/// Ends statements that take too long or too much memory.
package final class Watch {
    /// What was exceeded.
    package enum Excess: Sendable {
        /// The time.
        case time
        /// The memory.
        case memory
    }

    /// What was exceeded; nil while nothing was.
    package private(set) var excess: Excess?
    private let deadline: UInt64
    private let memory: Int64
    private var calls: UInt32 = 0

    /// Instructions of SQLite's machine between two looks; each may allocate one value.
    private static let interval: Int32 = 200

    /// Starts to watch.
    ///
    /// - Parameters:
    ///   - nanoseconds: The time from now; nil for any.
    ///   - memory: What SQLite, which counts for the whole process, may take beyond what it has
    ///     now, in bytes; nil for any.
    package init(nanoseconds: UInt64?, memory: Int64?) {
        let now = Self.now()
        deadline =
            nanoseconds.map { now.addingReportingOverflow($0) }
            .map { $0.overflow ? .max : $0.partialValue } ?? .max
        self.memory =
            memory.map { sqlite3_memory_used().addingReportingOverflow($0) }
            .map { $0.overflow ? .max : $0.partialValue } ?? .max
    }

    private func looksOn() -> Bool {
        calls &+= 1
        if sqlite3_memory_used() > memory { excess = .memory }
        // A clock is dearer than a counter.
        if deadline != .max, calls & 7 == 0, Self.now() > deadline { excess = .time }
        return excess == nil
    }

    /// Whether the time is over, for work that SQLite does not do itself.
    package func isLate() -> Bool {
        guard Self.now() > deadline else { return false }
        excess = .time
        return true
    }

    /// Watches the statements of `connection` from now on, instead of another watch.
    package func install(on connection: Connection) {
        connection.companions.append(self)
        unsafe sqlite3_progress_handler(
            connection.handle.pointer, Self.interval,
            { context in
                guard let context = unsafe context else { return 1 }
                let watch = unsafe Unmanaged<Watch>.fromOpaque(context).takeUnretainedValue()
                return watch.looksOn() ? 0 : 1
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    private static func now() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec)
    }
}
