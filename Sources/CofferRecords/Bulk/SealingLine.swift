internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferStore

/// A second thread that prepares records and seals them, a chunk at a time and in order.
internal final class SealingLine<Item: Sendable>: @unchecked Sendable {
    // Sendable is true because what changes is reached under the monitor, and a chunk is in one
    // hand at a time: the line's until its stage is reached, its owner's after that.

    /// Records on their way.
    final class Chunk: @unchecked Sendable {
        // Sendable for the same reason as the line.

        /// What the records are made of.
        var items: [Item] = []
        /// The place of the first one among all.
        var first = 0
        /// What became of each.
        fileprivate(set) var prepared: [Result<PreparedRecord, any Error>] = []
        /// Those that are to be sealed, and for each its place among the items.
        let sealed = SealedChunk()
        var places: [Int] = []
        /// Why sealing ended.
        fileprivate(set) var failure: (any Error)?
        fileprivate var isDone = false
    }

    private enum Job {
        case prepare(Chunk)
        case seal(Chunk)
    }

    private let monitor = Monitor()
    private var jobs: [Job] = []
    private var isStopped = false
    private var isRunning = false
    private let prepare: @Sendable (Item) throws -> PreparedRecord
    private let randomness: Randomness
    private let counter: RowCounter
    private var sealer: RecordSealer

    init(
        _ plan: CollectionPlan, _ transaction: Transaction,
        prepare: @escaping @Sendable (Item) throws -> PreparedRecord
    ) throws {
        self.prepare = prepare
        randomness = transaction.randomness
        counter = RowCounter(transaction.frame, .records, collection: plan.number)
        sealer = try RecordSealer(vault: transaction.vault, collection: plan.number)
    }

    /// Starts the thread; without one the caller does all of the work.
    func start() {
        monitor.locked { isRunning = true }
        guard !WorkThread.start({ self.run() }) else { return }
        monitor.locked { isRunning = false }
    }

    /// Ends the thread, and waits for it.
    func stop() {
        monitor.locked {
            isStopped = true
            monitor.wakeAll()
            while isRunning { monitor.wait() }
        }
    }

    /// Has the items of a chunk prepared.
    func prepare(_ chunk: Chunk) { submit(.prepare(chunk), chunk) }

    /// Has the entries of a chunk sealed.
    func seal(_ chunk: Chunk) { submit(.seal(chunk), chunk) }

    /// Waits until a chunk is done.
    func await(_ chunk: Chunk) {
        monitor.locked { while !chunk.isDone { monitor.wait() } }
    }

    private func submit(_ job: Job, _ chunk: Chunk) {
        let isTaken = monitor.locked { () -> Bool in
            chunk.isDone = false
            guard isRunning else { return false }
            jobs.append(job)
            monitor.wakeAll()
            return true
        }
        if !isTaken { work(job) }
    }

    private func run() {
        while let job = next() { work(job) }
        monitor.locked {
            isRunning = false
            monitor.wakeAll()
        }
    }

    private func next() -> Job? {
        monitor.locked {
            while jobs.isEmpty, !isStopped { monitor.wait() }
            return isStopped ? nil : jobs.removeFirst()
        }
    }

    private func work(_ job: Job) {
        let chunk: Chunk
        switch job {
        case .prepare(let next):
            chunk = next
            // What this thread has made it lets go of, too: else both wait for the allocator.
            chunk.prepared.removeAll(keepingCapacity: true)
            chunk.sealed.clear()
            for item in chunk.items {
                chunk.prepared.append(Result { try prepare(item) })
            }
        case .seal(let next):
            chunk = next
            do {
                try chunk.sealed.seal(with: &sealer, counter: counter, randomness: randomness)
            } catch { chunk.failure = error }
        }
        monitor.locked {
            chunk.isDone = true
            monitor.wakeAll()
        }
    }
}
