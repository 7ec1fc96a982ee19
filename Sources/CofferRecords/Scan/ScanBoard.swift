internal import CofferBytes

/// What the two threads of a scan tell each other.
internal final class ScanBoard: @unchecked Sendable {
    // Sendable is true because everything that changes is only reached under the monitor.

    /// At most this many batches are there at a time; memory stays bounded.
    private static let batchLimit = 8

    /// What the thread that wants the rows does next.
    enum Turn {
        /// Hand out this batch: it is the next part.
        case deliver(RowBatch)
        /// Read a part.
        case read(RowBatch, part: Int)
        /// There is no part left.
        case end
    }

    private let monitor = Monitor()
    private let parts: Int
    private var nextPart = 0
    private var delivered = 0
    private var ready: [Int: RowBatch] = [:]
    private var idle: [RowBatch] = []
    private var made = 0
    private var isStopped = false
    private var isSecondAtWork = false
    private var wanted: [Int]
    private let fields: Int

    init(parts: Int, wanting wanted: [Int], of fields: Int) {
        self.parts = parts
        self.wanted = wanted
        self.fields = fields
    }

    /// Says which fields are to be opened from now on.
    func want(_ fields: [Int]) { monitor.locked { wanted = fields } }

    /// Says that a second thread begins; it says itself when it ends.
    func beginSecond() { monitor.locked { isSecondAtWork = true } }

    /// Says that the second thread ends.
    func endSecond() {
        monitor.locked {
            isSecondAtWork = false
            monitor.wakeAll()
        }
    }

    /// Tells the second thread to end, and waits for it.
    func stop() {
        monitor.locked {
            isStopped = true
            monitor.wakeAll()
            while isSecondAtWork { monitor.wait() }
        }
    }

    /// The next turn of the thread that wants the rows, which is done with `batch`.
    func turn(after batch: RowBatch?) -> Turn {
        monitor.locked {
            if let batch { idle.append(batch) }
            while true {
                if let next = ready.removeValue(forKey: delivered) {
                    delivered += 1
                    monitor.wakeAll()
                    return .deliver(next)
                }
                if delivered >= parts { return .end }
                // While the other one has the next part in hand, the one after it can be read.
                if let (batch, part) = claim() { return .read(batch, part: part) }
                monitor.wait()
            }
        }
    }

    /// Takes a part that the thread which wants the rows has read.
    func put(_ batch: RowBatch) {
        monitor.locked { ready[batch.it.part] = batch }
    }

    /// The next part for the second thread, which has read `batch`; nil when it is to end.
    func next(after batch: RowBatch?) -> (RowBatch, part: Int)? {
        monitor.locked {
            if let batch {
                ready[batch.it.part] = batch
                // Only who wants this very part waits.
                if batch.it.part == delivered { monitor.wakeAll() }
            }
            while !isStopped, nextPart < parts {
                if let (batch, part) = claim() { return (batch, part) }
                monitor.wait()
            }
            return nil
        }
    }

    private func claim() -> (RowBatch, Int)? {
        guard nextPart < parts else { return nil }
        guard let batch = idle.popLast() ?? make() else { return nil }
        batch.it.begin(part: nextPart, wanting: wanted, of: fields)
        nextPart += 1
        return (batch, nextPart - 1)
    }

    private func make() -> RowBatch? {
        guard made < Self.batchLimit else { return nil }
        made += 1
        return RowBatch()
    }
}
