internal import Glibc

/// Reads a source on a thread of its own, a few batches ahead of whoever takes the records.
package enum ReadAhead {
    /// Records in a batch.
    private static let batchSize = 64

    /// What the reading thread is given.
    private final class Work: @unchecked Sendable {
        // Sendable is true because the source is used by the reading thread alone.
        let source: RecordSource
        let queue: EventQueue

        init(_ source: RecordSource, _ queue: EventQueue) {
            self.source = source
            self.queue = queue
        }

        func run() {
            let pending = Pending()
            do {
                try source.read { event in
                    pending.events.append(event)
                    guard pending.events.count >= ReadAhead.batchSize else { return true }
                    defer { pending.events.removeAll(keepingCapacity: true) }
                    return self.queue.put(pending.events)
                }
                if !pending.events.isEmpty { _ = queue.put(pending.events) }
                queue.finish(nil)
            } catch {
                // What was read before the fault is still handed over.
                if !pending.events.isEmpty { _ = queue.put(pending.events) }
                queue.finish(error)
            }
        }
    }

    private final class Pending {
        var events: [RecordEvent] = []
    }

    /// Gives each event of `source` in order.
    ///
    /// - Throws: What the source throws after the events before it, and what `body` throws, which
    ///   ends the reading.
    package static func read(
        _ source: RecordSource, _ body: (RecordEvent) throws -> Void
    ) throws {
        let queue = EventQueue()
        let work = unsafe Unmanaged.passRetained(Work(source, queue))
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, unsafe work.toOpaque())
        guard code == 0 else {
            // Without a second thread the first one reads.
            return try readAlone(unsafe work.takeRetainedValue().source, body)
        }
        _ = pthread_detach(thread)
        do {
            while let batch = try queue.next() {
                for event in batch { try body(event) }
            }
        } catch {
            queue.abandon()
            throw error
        }
    }

    private static func readAlone(
        _ source: RecordSource, _ body: (RecordEvent) throws -> Void
    ) throws {
        var failure: (any Error)?
        _ = try withoutActuallyEscaping(body) { body in
            try source.read { event in
                do {
                    try body(event)
                    return true
                } catch {
                    failure = error
                    return false
                }
            }
        }
        if let failure { throw failure }
    }
}
