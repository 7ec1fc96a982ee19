internal import CofferShims

/// A mutex and a condition to wait for under it.
///
/// It protects nothing by itself: its owner touches the state in question between `lock` and
/// `unlock` only, and says so where it declares itself sendable.
@safe
package final class Monitor: Sendable {
    nonisolated(unsafe) private let mutex: UnsafeMutableRawPointer
    nonisolated(unsafe) private let signal: UnsafeMutableRawPointer

    /// Makes a free one.
    ///
    /// - Precondition: The system has memory left.
    package init() {
        guard let mutex = unsafe CofferShims_makeLock(),
            let signal = unsafe CofferShims_makeSignal()
        else { preconditionFailure("Out of memory for a lock") }
        unsafe self.mutex = unsafe mutex
        unsafe self.signal = unsafe signal
    }

    deinit {
        unsafe CofferShims_freeSignal(signal)
        unsafe CofferShims_freeLock(mutex)
    }

    /// Runs `body` under the mutex, which the same thread must not hold already.
    package func locked<Result>(_ body: () throws -> Result) rethrows -> Result {
        unsafe CofferShims_lock(mutex)
        defer { unsafe CofferShims_unlock(mutex) }
        return try body()
    }

    /// Gives the mutex back until somebody calls ``wakeAll()``, inside ``locked(_:)`` only.
    ///
    /// It may also return without; look again at what was waited for.
    package func wait() { unsafe CofferShims_await(signal, mutex) }

    /// Lets everybody go on who waits.
    package func wakeAll() { unsafe CofferShims_wakeAll(signal) }
}
