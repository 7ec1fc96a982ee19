internal import Glibc

/// Reads a source on a thread of its own, a few batches ahead of whoever takes the records.
package enum ReadAhead {
    /// The most events in a batch.
    private static let batchSize = 512
    /// A batch ends with the record that reaches this many bytes of the source.
    private static let batchBytes = 256 << 10

    /// What the reading thread is given.
    private class Work: @unchecked Sendable {
        // Sendable is true because the reading thread alone uses it.
        func run() {}
    }

    private final class Reading<Item: Sendable>: Work, @unchecked Sendable {
        // Sendable is true because the source is used by the reading thread alone.
        let source: RecordSource
        let queue: EventQueue<Item>
        let prepare: @Sendable (RecordEvent) -> Item

        init(
            _ source: RecordSource, _ queue: EventQueue<Item>,
            _ prepare: @escaping @Sendable (RecordEvent) -> Item
        ) {
            self.source = source
            self.queue = queue
            self.prepare = prepare
        }

        override func run() {
            let pending = Pending<Item>()
            do {
                try source.read { event in
                    pending.items.append(self.prepare(event))
                    guard
                        pending.items.count >= ReadAhead.batchSize
                            || event.bytesConsumed - pending.start >= ReadAhead.batchBytes
                    else { return true }
                    pending.start = event.bytesConsumed
                    defer { pending.items = [] }
                    return self.queue.put(pending.items)
                }
                if !pending.items.isEmpty { _ = queue.put(pending.items) }
                queue.finish(nil)
            } catch {
                // What was read before the fault is still handed over.
                if !pending.items.isEmpty { _ = queue.put(pending.items) }
                queue.finish(error)
            }
        }
    }

    private final class Pending<Item> {
        var items: [Item] = []
        /// Where in the source the batch begins.
        var start = 0
    }

    /// Gives what `prepare` makes of each event of `source`, in order.
    ///
    /// - Parameters:
    ///   - prepare: Runs on the reading thread.
    ///   - body: Runs on the caller's thread.
    /// - Throws: What the source throws after the events before it, and what `body` throws, which
    ///   ends the reading.
    package static func read<Item: Sendable>(
        _ source: RecordSource, prepare: @escaping @Sendable (RecordEvent) -> Item,
        _ body: (Item) throws -> Void
    ) throws {
        let queue = EventQueue<Item>()
        let work = unsafe Unmanaged<Work>.passRetained(Reading(source, queue, prepare))
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
            unsafe work.release()
            return try readAlone(source) { try body(prepare($0)) }
        }
        _ = pthread_detach(thread)
        do {
            var last: [Item] = []
            while let batch = try queue.next(after: &last) {
                for item in batch { try body(item) }
                last = batch
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
