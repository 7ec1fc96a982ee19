internal import Glibc

/// Hands what one thread reads to another, in batches, with an end to how far it runs ahead.
///
/// Reading a file and sealing its records take about as long, so that two cores share an import.
@safe
internal final class EventQueue<Item: Sendable>: @unchecked Sendable {
    // Sendable is true because everything that changes is only reached under the mutex.

    /// At most this many batches wait; memory stays bounded whatever the file's size.
    private var capacity: Int { 8 }

    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private var batches: [[Item]] = []
    /// Batches that were used up; the reader lets go of them, because memory that one thread
    /// takes and the other frees makes both wait for the allocator's lock.
    private var used: [[Item]] = []
    private var failure: (any Error)?
    private var isFinished = false
    private var isAbandoned = false

    internal init() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe changed = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe changed.initialize(to: pthread_cond_t())
        _ = unsafe pthread_mutex_init(mutex, nil)
        _ = unsafe pthread_cond_init(changed, nil)
    }

    deinit {
        _ = unsafe pthread_cond_destroy(changed)
        _ = unsafe pthread_mutex_destroy(mutex)
        unsafe changed.deallocate()
        unsafe mutex.deallocate()
    }

    /// Puts a batch in, waiting for room; false when nobody wants any more.
    internal func put(_ batch: [Item]) -> Bool {
        var old: [[Item]] = []
        let isWanted = locked {
            while batches.count >= capacity, !isAbandoned {
                _ = unsafe pthread_cond_wait(changed, mutex)
            }
            swap(&old, &used)
            guard !isAbandoned else { return false }
            batches.append(batch)
            _ = unsafe pthread_cond_broadcast(changed)
            return true
        }
        return isWanted
    }

    /// Says that no batch will follow, and why if something went wrong.
    internal func finish(_ error: (any Error)?) {
        locked {
            failure = error
            isFinished = true
            _ = unsafe pthread_cond_broadcast(changed)
        }
    }

    /// Gives back the last batch and takes the next one, waiting for it; nil at the end.
    ///
    /// - Throws: What ended the reading early.
    internal func next(after last: inout [Item]) throws -> [Item]? {
        let (batch, error): ([Item]?, (any Error)?) = locked {
            used.append(last)
            last = []
            while batches.isEmpty, !isFinished { _ = unsafe pthread_cond_wait(changed, mutex) }
            guard !batches.isEmpty else { return (nil, failure) }
            let batch = batches.removeFirst()
            // A reader that waits goes on when there is room for several: waking it is not free.
            if batches.count <= capacity / 2 { _ = unsafe pthread_cond_broadcast(changed) }
            return (batch, nil)
        }
        if let error { throw error }
        return batch
    }

    /// Says that nobody wants any more, and waits until the reader has noticed.
    internal func abandon() {
        locked {
            isAbandoned = true
            batches = []
            _ = unsafe pthread_cond_broadcast(changed)
            while !isFinished { _ = unsafe pthread_cond_wait(changed, mutex) }
        }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        _ = unsafe pthread_mutex_lock(mutex)
        defer { _ = unsafe pthread_mutex_unlock(mutex) }
        return body()
    }
}
