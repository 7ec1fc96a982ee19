internal import CofferBytes
package import CofferFormat
internal import CofferSQLite
internal import CofferStore

/// Verifies every record of all collections, by two threads where that helps.
///
/// The second thread has a connection of its own on the same snapshot. It begins at once, so that
/// the first can look at something else before it asks for the first collection. Both take parts
/// of the collections in turn; no row number is in two of them or in none.
package final class RecordVerification {
    /// What was found in a collection.
    package struct Outcome: Sendable {
        /// Count and sum of its rows.
        package internal(set) var tally = VaultState.Tally()
        /// What does not verify, in the order of the rows, each a `RecordsError.damaged`.
        package internal(set) var problems: [RecordsError] = []
    }

    private let reader: RecordReader
    private let board: VerifyingBoard
    private let places: [UInt32: Range<Int>]
    private let first: VerifyingThread
    private let opensOnly: Bool
    private var companion: Companion?

    /// Prepares for the collections of a reading, and starts the second thread.
    ///
    /// Without a second connection, and where there is little to do, the first thread does it all.
    ///
    /// - Parameter opensOnly: Whether it is enough that every field opens, whatever it holds.
    package init(
        _ reader: RecordReader, _ plans: [CollectionPlan], opensOnly: Bool = false
    ) {
        self.reader = reader
        self.opensOnly = opensOnly
        first = VerifyingThread(reader, opensOnly: opensOnly)
        var parts: [VerifyingBoard.Part] = []
        var places: [UInt32: Range<Int>] = [:]
        for plan in plans {
            let start = parts.count
            parts += Self.ranges(plan, reader).map { VerifyingBoard.Part(plan: plan, range: $0) }
            places[plan.number] = start..<parts.count
        }
        self.places = places
        board = VerifyingBoard(parts)
        if parts.count > plans.count { startSecond() }
    }

    deinit { stop() }

    /// Ends the second thread, and waits for it.
    package func stop() {
        board.stop()
        if let companion { reader.store.giveBack(companion) }
        companion = nil
    }

    /// Verifies what is left of a collection.
    ///
    /// - Parameter looked: Hears how many records were looked at so far, of all collections.
    /// - Throws: What ended the reading of the collection early; damaged records do not.
    package func verify(
        _ plan: CollectionPlan, looked: (UInt64) -> Void
    ) throws -> Outcome {
        let wanted = places[plan.number] ?? 0..<0
        while case .verify(let index, let part) = board.turn(for: wanted) {
            looked(board.put(first.verify(part), index))
        }
        var outcome = Outcome()
        for findings in board.take(wanted) {
            if let failure = findings.failure { throw failure }
            outcome.tally.rows &+= findings.tally.rows
            outcome.tally.sum.add(findings.tally.sum)
            outcome.problems += findings.problems
        }
        return outcome
    }

    /// All row numbers there can be, cut where the rows of a collection are many.
    private static func ranges(
        _ plan: CollectionPlan, _ reader: RecordReader
    ) -> [ClosedRange<Int64>] {
        let everything = Int64.min...Int64.max
        // What cannot be read here cannot be read later, either, and is said then.
        guard let rows = try? reader.count(plan),
            let ends = try? reader.ends(plan),
            let parts = ScanParts(from: ends.lowerBound, to: ends.upperBound, rows: rows)
        else { return [everything] }
        let cuts = (1..<parts.count).compactMap { parts[$0]?.lowerBound }
        let starts = [everything.lowerBound] + cuts
        let lasts = cuts.map { $0 - 1 } + [everything.upperBound]
        return zip(starts, lasts).map { $0...$1 }
    }

    private func startSecond() {
        guard let companion = reader.store.borrowCompanion() else { return }
        self.companion = companion
        // One thread does it, too.
        guard let beside = try? RecordReader(beside: reader, companion) else { return }
        let handover = Handover(VerifyingThread(beside, opensOnly: opensOnly))
        let board = board
        board.beginSecond()
        let isRunning = WorkThread.start {
            Self.work(board, handover)
            board.endSecond()
        }
        if !isRunning { board.endSecond() }
    }

    /// What the second thread does.
    ///
    /// It holds nothing any more when it says that it is done: the first connection must be the
    /// last one to close.
    private static func work(_ board: VerifyingBoard, _ handover: Handover) {
        guard let second = handover.take() else { return }
        while let (index, part) = board.claimNext() {
            _ = board.put(second.verify(part), index)
        }
    }

    /// Gives the tools to the second thread, which alone has them then.
    private final class Handover: @unchecked Sendable {
        // Sendable is true because it is filled before the thread starts and emptied by it.
        private var thread: VerifyingThread?

        init(_ thread: VerifyingThread) { self.thread = thread }

        func take() -> VerifyingThread? {
            defer { thread = nil }
            return thread
        }
    }
}

extension RecordReader {
    /// The lowest and the highest row number of a collection; nil when it has no row.
    fileprivate func ends(_ plan: CollectionPlan) throws -> ClosedRange<Int64>? {
        // Two questions, because SQLite answers one of both from the ends of the table only.
        let table = "c_\(plan.number)"
        let ends = try connection.cached(
            "SELECT (SELECT min(rid) FROM \(table)), (SELECT max(rid) FROM \(table))")
        guard try ends.step(), !ends.isNull(0), ends.int64(0) <= ends.int64(1) else { return nil }
        return ends.int64(0)...ends.int64(1)
    }
}
