internal import CofferShims

/// A mutex that the thread sanitizer understands, unlike the standard library's on Linux.
///
/// It protects nothing by itself: its owner touches the state in question between `lock` and
/// `unlock` only, and says so where it declares itself sendable.
@safe
package final class Lock: Sendable {
    nonisolated(unsafe) private let handle: UnsafeMutableRawPointer

    /// Makes a free mutex.
    ///
    /// - Precondition: The system has memory left.
    package init() {
        guard let handle = unsafe CofferShims_makeLock() else {
            preconditionFailure("Out of memory for a lock")
        }
        unsafe self.handle = unsafe handle
    }

    deinit { unsafe CofferShims_freeLock(handle) }

    /// Waits for the mutex, which the same thread must not hold already.
    package func lock() { unsafe CofferShims_lock(handle) }

    /// Gives the mutex back, on the thread that took it.
    package func unlock() { unsafe CofferShims_unlock(handle) }
}
