internal import CofferBytes
internal import CofferFormat

/// Which parts of the collections are verified, and what was found in them.
internal final class VerifyingBoard: @unchecked Sendable {
    // Sendable is true because everything that changes is only reached under the monitor.

    /// Some rows of a collection.
    struct Part: Sendable {
        let plan: CollectionPlan
        let range: ClosedRange<Int64>
    }

    /// What was found in a part.
    struct Findings: Sendable {
        /// Count and sum of the rows.
        var tally = VaultState.Tally()
        /// What does not verify, in the order of the rows.
        var problems: [RecordsError] = []
        /// What ended it early.
        var failure: (any Error)?
    }

    /// What the thread that wants a collection does next.
    enum Turn {
        /// Verify a part, perhaps of a later collection.
        case verify(Int, Part)
        /// All parts of the collection are done.
        case done
    }

    private let monitor = Monitor()
    private let parts: [Part]
    private var found: [Findings?]
    private var next = 0
    private var looked: UInt64 = 0
    private var isStopped = false
    private var isSecondAtWork = false

    init(_ parts: [Part]) {
        self.parts = parts
        found = Array(repeating: nil, count: parts.count)
    }

    /// The next turn of the thread that wants some parts.
    func turn(for wanted: Range<Int>) -> Turn {
        monitor.locked {
            while true {
                if wanted.allSatisfy({ found[$0] != nil }) { return .done }
                if let (index, part) = claim() { return .verify(index, part) }
                monitor.wait()
            }
        }
    }

    /// Takes what was found in a part.
    ///
    /// - Returns: How many rows were looked at so far.
    func put(_ findings: Findings, _ index: Int) -> UInt64 {
        monitor.locked {
            found[index] = findings
            looked &+= findings.tally.rows
            monitor.wakeAll()
            return looked
        }
    }

    /// The next part for the second thread; nil when it is to end.
    func claimNext() -> (Int, Part)? {
        monitor.locked { isStopped ? nil : claim() }
    }

    /// Gives what was found in parts that are done.
    func take(_ wanted: Range<Int>) -> [Findings] {
        monitor.locked {
            defer { for index in wanted { found[index] = Findings() } }
            return wanted.compactMap { found[$0] }
        }
    }

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
            while isSecondAtWork { monitor.wait() }
        }
    }

    private func claim() -> (Int, Part)? {
        guard next < parts.count else { return nil }
        defer { next += 1 }
        return (next, parts[next])
    }
}
