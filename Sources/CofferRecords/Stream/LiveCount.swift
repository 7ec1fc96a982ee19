internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferSQLite
internal import CofferStore

/// Counts and sums what the vault of a reading holds, on a second thread where there can be one.
///
/// That thread has a connection of its own on the same snapshot. It reads the numbers of rows and
/// nothing else.
internal final class LiveCount {
    /// The numbers that the history of each collection has.
    let kept: [UInt32: StreamRanges]
    private let reader: RecordReader
    private let work: Work
    private let board = Board()
    private var companion: Companion?

    /// Looks at the numbers of the histories.
    ///
    /// - Parameters:
    ///   - key: The bundle's MAC key.
    ///   - audits: How many audit entries count.
    init(
        _ reader: RecordReader, _ plans: [CollectionPlan], _ state: VaultState, key: MACKey,
        audits: UInt64
    ) throws {
        self.reader = reader
        var kept: [UInt32: StreamRanges] = [:]
        for plan in plans { kept[plan.number] = try reader.keptHistory(plan, state) }
        self.kept = kept
        work = Work(plans: plans, state: state, kept: kept, key: key, audits: audits)
    }

    deinit { stop() }

    /// Begins on a second thread, unless it has begun or there can be none.
    func start() {
        guard companion == nil, let companion = reader.store.borrowCompanion() else { return }
        self.companion = companion
        board.start(work, companion.connection)
    }

    /// Waits for the second thread.
    func stop() {
        board.stop()
        if let companion { reader.store.giveBack(companion) }
        companion = nil
    }

    /// Counts and the live code; counts here what no thread has counted.
    ///
    /// - Throws: `RecordsError.incomplete`, `StoreError.damaged` where rows are missing that the
    ///   state counts; `SQLiteError`.
    func finish() throws -> StreamEnd {
        stop()
        return try board.found?.get() ?? work.run(reader.connection)
    }
}

extension LiveCount {
    /// What both threads know.
    private final class Board: @unchecked Sendable {
        // Sendable is true because everything that changes is touched under `monitor`, or before
        // the thread starts and after it has ended.

        private let monitor = Monitor()
        private var job: (work: Work, connection: Connection)?
        private var isRunning = false
        private(set) var found: Result<StreamEnd, any Error>?

        func start(_ work: Work, _ connection: Connection) {
            job = (work, connection)
            isRunning = true
            if !WorkThread.start({ self.run() }) { isRunning = false }
        }

        func stop() {
            monitor.locked { while isRunning { monitor.wait() } }
            job = nil
        }

        /// What the second thread does.
        ///
        /// It holds nothing any more when it says that it is done: the first connection must be
        /// the last one to close.
        private func run() {
            let found = Result { try job.map { try $0.work.run($0.connection) } }
            monitor.locked {
                if case .failure(let error) = found { self.found = .failure(error) }
                if case .success(let end?) = found { self.found = .success(end) }
                job = nil
                isRunning = false
                monitor.wakeAll()
            }
        }
    }

    /// What is to be counted.
    private struct Work {
        let plans: [CollectionPlan]
        let state: VaultState
        let kept: [UInt32: StreamRanges]
        let key: MACKey
        let audits: UInt64

        private func rows(_ table: RowTable, _ collection: UInt32 = 0) -> UInt64 {
            state.bodies[VaultState.Body(table, collection: collection)]?.rows ?? 0
        }

        func run(_ connection: Connection) throws -> StreamEnd {
            var end = StreamEnd()
            var code = LiveCode()
            for plan in plans {
                try connection.eachNumber("SELECT seq FROM c_\(plan.number) ORDER BY seq") {
                    code.add($0)
                }
                let count = code.end(.records, plan.number)
                guard count == rows(.records, plan.number) else {
                    throw RecordsError.incomplete(collection: plan.name)
                }
                end.live.records &+= count
            }
            for plan in plans {
                for range in kept[plan.number]?.ranges ?? [] {
                    for number in range { code.add(number) }
                }
                let count = code.end(.history, plan.number)
                guard count == rows(.history, plan.number) else {
                    throw RecordsError.incomplete(collection: plan.name)
                }
                end.live.history &+= count
            }
            try connection.eachNumber("SELECT seq FROM tomb ORDER BY seq") { code.add($0) }
            end.live.tombstones = code.end(.tombstones, 0)
            guard end.live.tombstones == rows(.tombstone) else {
                throw StoreError.damaged("the deletions")
            }
            try connection.eachNumber("SELECT count(*) FROM audit") {
                guard $0 == state.nextAudit else { throw StoreError.damaged("the audit log") }
            }
            for number in 0..<audits { code.add(number) }
            end.live.audit = code.end(.audit, 0)
            end.liveCode = code.finish(key)
            return end
        }
    }
}
