internal import Glibc

/// When it was last looked whether the database's file is still the one under its path.
internal struct PlaceWatch {
    /// Nanoseconds from one look to the next: nobody notices the time, nor the cost.
    private static let interval: UInt64 = 100_000_000

    private var last: UInt64?

    /// Whether it is time to look again.
    internal func isDue(at now: UInt64) -> Bool {
        guard let last else { return true }
        return now &- last >= Self.interval
    }

    /// Notes a look.
    internal mutating func note(_ now: UInt64) { last = now }

    /// The monotonic clock as of the last tick: clock_gettime(2) has it for a few nanoseconds.
    internal static func now() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec)
    }
}
