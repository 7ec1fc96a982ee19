internal import Glibc

/// Lets one thread through at a time, and knows the one that is inside.
///
/// A thread that is inside and asks again is told so instead of waiting for itself: that is the
/// error-checking mutex of pthread_mutexattr_settype(3).
@safe
package final class Turnstile: @unchecked Sendable {
    // Sendable is what a mutex is for; the pointer itself never changes.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>

    /// What became of an attempt.
    package enum Entry: Sendable {
        /// This thread is inside now, and must leave.
        case entered
        /// This thread was inside before.
        case inside
        /// Another thread is inside; only when nobody was to wait.
        case taken
    }

    /// Makes one with nobody inside.
    package init() {
        unsafe mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        var attributes = pthread_mutexattr_t()
        unsafe pthread_mutexattr_init(&attributes)
        unsafe pthread_mutexattr_settype(&attributes, Int32(PTHREAD_MUTEX_ERRORCHECK))
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(mutex, &attributes)
        unsafe pthread_mutexattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    /// Waits for its turn and enters.
    package func enter() -> Entry {
        unsafe pthread_mutex_lock(mutex) == EDEADLK ? .inside : .entered
    }

    /// Enters unless another thread is inside.
    package func enterWithoutWaiting() -> Entry {
        // A mutex that checks errors says EBUSY to its owner, too; nobody who asks here is.
        unsafe pthread_mutex_trylock(mutex) == 0 ? .entered : .taken
    }

    /// Leaves; only after having entered.
    package func leave() { unsafe pthread_mutex_unlock(mutex) }
}
