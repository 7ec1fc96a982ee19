internal import CCofferSQLite
internal import Glibc
internal import Synchronization

/// How long a connection waits for another one's lock.
///
/// SQLite's own timeout adds up the sleeps it asked for; on a loaded machine that is much longer
/// than told. This one has a deadline on the monotonic clock, which is not moved by setting the
/// time, and ends early when the connection is interrupted.
internal final class BusyWait: Sendable {
    private let limit: UInt64
    private let deadline = Atomic<UInt64>(0)
    private let interruptions = Atomic<UInt64>(0)
    private let seen = Atomic<UInt64>(0)

    /// Waits for at most `timeout`; negative counts as zero, and a year is the most.
    internal init(_ timeout: Duration) {
        let year: Int64 = 31_536_000
        let parts = timeout.components
        guard parts.seconds < year else {
            limit = UInt64(year) * 1_000_000_000
            return
        }
        let nanoseconds = parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000
        limit = timeout <= .zero ? 0 : UInt64(clamping: nanoseconds)
    }

    /// Makes a wait that is going on give up.
    internal func interrupt() { interruptions.wrappingAdd(1, ordering: .relaxed) }

    /// Sleeps once; false when the time is over.
    internal func sleep(attempt: Int32) -> Bool {
        let now = Self.now()
        if attempt == 0 {
            deadline.store(now &+ limit, ordering: .relaxed)
            seen.store(interruptions.load(ordering: .relaxed), ordering: .relaxed)
        }
        let end = deadline.load(ordering: .relaxed)
        guard now < end,
            seen.load(ordering: .relaxed) == interruptions.load(ordering: .relaxed)
        else { return false }
        // 0.25 ms at first: between two short transactions of somebody who writes without a pause
        // the lock is free for a moment only. 32 ms once it is clearly a long one.
        let step = UInt64(250_000) << UInt64(min(max(attempt / 32, 0), 7))
        var pause = timespec(tv_sec: 0, tv_nsec: Int(min(step, end - now)))
        // A signal may end the sleep early, which only makes the next look come sooner.
        unsafe nanosleep(&pause, nil)
        return true
    }

    /// Lets `handle` wait this way; the caller keeps the object alive as long as the handle.
    internal func install(on handle: Handle) {
        unsafe sqlite3_busy_handler(
            handle.pointer,
            { context, attempt in
                guard let context = unsafe context else { return 0 }
                let wait = unsafe Unmanaged<BusyWait>.fromOpaque(context).takeUnretainedValue()
                return wait.sleep(attempt: attempt) ? 1 : 0
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    private static func now() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec)
    }
}
