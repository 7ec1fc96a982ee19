package import CofferBytes
internal import CofferCrypto
internal import CofferDisk
package import CofferFormat
package import CofferRecords
internal import CofferSQLite
internal import CofferStore

/// Moves every record, older version and deletion under new keys, the blind indexes under a new one,
/// or the chunks of files, while others read and write.
///
/// It holds no place: what is left to do is what names a retiring key, so it goes on after any
/// end of the program. A key goes only when everything was counted again and nothing is under it.
package struct KeyRotation {
    /// What was done.
    package struct Outcome: Sendable {
        /// Which job did it.
        package fileprivate(set) var job: Identifier?
        /// How many rows were sealed anew, since it was started or resumed.
        package fileprivate(set) var moved: UInt64 = 0
        /// How many rows were there to be looked at.
        package fileprivate(set) var total: UInt64 = 0
        /// What did not open, or is missing, and was passed over: where it is.
        package fileprivate(set) var damaged: [String] = []
        /// Whether nothing is left under the keys of before, and they are gone.
        package fileprivate(set) var isOver = false
        /// Whether what was replaced is in no file of the vault any more.
        package fileprivate(set) var isScrubbed = false
    }

    /// How many rows are moved in one transaction at most: others wait for it, some 30 ms.
    package static let batch = 2_048
    /// How many bytes of the log may wait for a reader of an older state; then this waits, too.
    package static let logLimit: Int64 = 256 << 20

    private let records: Records
    private let kind: JobPlan.Kind
    private let batch: Int
    private let logLimit: Int64
    private let progress: (UInt64, UInt64) throws -> Void
    private var outcome = Outcome()
    private var seen: UInt64 = 0

    /// A rotation of keys of an unlocked vault.
    ///
    /// - Parameters:
    ///   - kind: Which keys are changed.
    ///   - batch: How many rows are moved in one transaction at most.
    ///   - logLimit: How many bytes of the log may wait for a reader.
    ///   - progress: Is given the rows looked at so far, and how many there are; what it
    ///     throws pauses the rotation, which goes on at the next run.
    package init(
        _ records: Records, _ kind: JobPlan.Kind, batch: Int = Self.batch,
        logLimit: Int64 = Self.logLimit,
        progress: @escaping (UInt64, UInt64) throws -> Void
    ) {
        self.records = records
        self.kind = kind
        self.batch = batch
        self.logLimit = logLimit
        self.progress = progress
    }

    /// The rotation that is under way; nil without one.
    ///
    /// - Throws: `StoreError.damaged` where its plan does not verify.
    package static func underWay(_ records: Records) throws -> JobPlan? {
        try records.store.read { try records.store.job($0) }
    }

    /// Starts the rotation, or goes on with the one that is under way.
    ///
    /// - Parameters:
    ///   - skipsDamaged: Whether what does not open, or is missing, is passed over; all keys of
    ///     before stay then, and the job ends.
    ///   - prepare: Is called before a new rotation changes anything.
    /// - Throws: `StoreError.jobUnderWay` while keys of another kind are changed;
    ///   `StoreError.noJob` for all keys where none is under way, which only
    ///   ``begin(skipsDamaged:prepare:change:)`` starts;
    ///   `StoreError.damaged`, `RecordsError.damaged`: nothing goes then; `SQLiteError`; what
    ///   `progress` and `prepare` throw.
    /// - Complexity: linear in the size of the vault, which is read three times.
    package mutating func run(
        skipsDamaged: Bool, prepare: () throws -> Void
    ) throws -> Outcome {
        var plan: JobPlan
        if let known = try Self.underWay(records) {
            guard known.kind == kind else { throw StoreError.jobUnderWay }
            plan = try allowing(skipsDamaged, known)
        } else {
            guard kind != .all else { throw StoreError.noJob }
            try prove(passing: skipsDamaged)
            try prepare()
            plan = try start(skipsDamaged)
        }
        outcome.job = plan.id
        if plan.phase == .moving {
            try moveAll(plan)
            guard try finish(&plan) else { return outcome }
        }
        outcome.isOver = true
        // Packs go when nobody can read a state that names them, which is what scrubbing proves.
        outcome.isScrubbed =
            try records.store.scrub()
            && (!kind.movesChunks || ChunkRotation(records, skipsDamaged: false).removePacks())
        if outcome.isScrubbed {
            try records.store.write { transaction in
                transaction.isSilent = true
                try transaction.removeJob()
            }
        }
        return outcome
    }

    /// The plan of a rotation that goes on, which passes over what is damaged from now on where
    /// that is asked: a row may have been damaged since it began.
    private func allowing(_ skipsDamaged: Bool, _ known: JobPlan) throws -> JobPlan {
        guard skipsDamaged, !known.skipsDamaged else { return known }
        var plan = known
        plan.skipsDamaged = true
        try records.store.write { transaction in
            transaction.isSilent = true
            try transaction.putJob(plan)
        }
        return plan
    }

    /// Starts a change of all keys: everything is read, and `change` does the rest in one
    /// transaction, with the plan of the job that goes on with it.
    ///
    /// - Throws: As ``run(skipsDamaged:prepare:)``, and what `change` throws.
    package func begin(
        skipsDamaged: Bool, prepare: () throws -> Void, change: (JobPlan) throws -> Void
    ) throws {
        guard try Self.underWay(records) == nil else { throw StoreError.jobUnderWay }
        try prove(passing: skipsDamaged)
        try prepare()
        let store = records.store
        try change(
            JobPlan(
                kind: kind, id: try store.environment.randomness.identifier(),
                skipsDamaged: skipsDamaged, started: store.environment.now()))
    }

    /// Reads everything; what does not open ends the rotation before it begins, or before keys go.
    ///
    /// - Parameter isLast: Whether chunks must open under the new key alone.
    /// - Returns: What was found; where anything is wrong, that was passed over.
    @discardableResult
    private func prove(passing: Bool, isLast: Bool = false) throws -> CheckReport {
        let report = try VaultCheck(
            records, opensOnly: true, files: kind.movesChunks ? .all : .rows,
            isUnderActive: isLast && kind.movesChunks
        ).run()
        let wrong = report.findings.filter {
            $0.severity != .info && !(passing && Self.isPassed($0))
        }
        if let first = wrong.first { throw StoreError.damaged("\(first.code), \(first.place)") }
        return report
    }

    /// Whether it can be passed over: everything but the frame, without which nothing can be
    /// believed, and what SQLite itself cannot read.
    ///
    /// A sum that differs goes on differing by as much, whatever is moved; so does a number of
    /// rows.
    private static func isPassed(_ finding: CheckReport.Finding) -> Bool {
        !["frame", "database"].contains(finding.code)
    }

    private func start(_ skipsDamaged: Bool) throws -> JobPlan {
        try records.store.write { transaction in
            if let other = try records.store.job(transaction.frame) {
                guard other.kind == kind else { throw StoreError.jobUnderWay }
                return other
            }
            transaction.isSilent = true
            let plan = JobPlan(
                kind: kind, id: try transaction.randomness.identifier(),
                skipsDamaged: skipsDamaged, started: transaction.now)
            try transaction.renewKeys(for: kind.renewed, skips: skipsDamaged)
            try transaction.putJob(plan)
            try transaction.audit("rotate-\(kind.word)", [Self.detail(plan)])
            return plan
        }
    }

    private static func detail(_ plan: JobPlan) -> AuditEntry.Detail {
        AuditEntry.Detail("job", plan.id.description)
    }

    private mutating func moveAll(_ plan: JobPlan) throws {
        if kind.movesChunks { try moveChunks(plan) }
        guard kind != .chunks else { return }
        let sofar = outcome.total
        let tables: Set<RowTable> =
            kind == .index ? [.records, .history] : [.records, .history, .tombstone]
        let (collections, rows, end) = try records.read { reader in
            let state = try reader.state()
            let rows = state.bodies.filter { tables.contains($0.key.table) }
            return (
                try reader.allPlans().map(\.number), rows.values.reduce(0) { $0 &+ $1.rows },
                state.sequence
            )
        }
        outcome.total = sofar + rows
        for collection in collections {
            for isHistory in [false, true] {
                try move(collection, isHistory: isHistory, plan)
            }
        }
        guard kind != .index else { return }
        var last: Int64? = .min
        while let after = last {
            let (moved, next) = try records.store.write { transaction in
                transaction.isSilent = true
                return try transaction.moveTombstones(
                    after: after, through: end, limit: self.batch, skips: plan.skipsDamaged)
            }
            try step(moved, next == nil ? 0 : UInt64(self.batch))
            last = next
        }
    }

    private mutating func moveChunks(_ plan: JobPlan) throws {
        var rotation = ChunkRotation(records, skipsDamaged: plan.skipsDamaged)
        outcome.total = try rotation.count()
        try rotation.run { try step($0, $1) }
        outcome.damaged += rotation.damaged
    }

    private mutating func move(
        _ collection: UInt32, isHistory: Bool, _ plan: JobPlan
    ) throws {
        let skips = plan.skipsDamaged
        var last: Int64? = .min
        var end: Int64?
        while let after = last {
            let batch = try records.write { writer -> RowMover.Outcome in
                writer.transaction.isSilent = true
                // The definition may be another one by now.
                guard
                    let plan = try writer.reader.allPlans().first(where: {
                        $0.number == collection
                    }), !isHistory || writer.transaction.state.hasHistory(in: collection)
                else { return RowMover.Outcome() }
                let mover = try RowMover(writer, plan, isHistory: isHistory, kind)
                // Others may write as fast as this moves; what they write needs no moving.
                if end == nil { end = try mover.end() }
                guard let end else { return RowMover.Outcome() }
                return try mover.move(
                    after: after, through: end, limit: self.batch, skipsDamaged: skips)
            }
            outcome.damaged += batch.damaged.map { CheckReport.place(of: $0) }
            try step(batch.moved, batch.last == nil ? 0 : UInt64(self.batch))
            last = batch.last
        }
    }

    private mutating func step(_ moved: UInt64, _ looked: UInt64) throws {
        outcome.moved += moved
        seen = min(outcome.total, seen + looked)
        try progress(seen, outcome.total)
        // The file never gets smaller meanwhile, so a large one says little: what of it waits does.
        let log = records.store.path + "/" + Store.databaseName + "-wal"
        guard let size = try LocalFileSystem().status(log)?.size, size > logLimit else { return }
        while try records.store.connection.pendingLog() > logLimit {
            Connection.pause()
            try progress(seen, outcome.total)
        }
    }

    /// Lets the keys of before go, when nothing is under them.
    ///
    /// - Returns: Whether they are gone; otherwise something was passed over.
    private mutating func finish(_ plan: inout JobPlan) throws -> Bool {
        let report = try prove(passing: plan.skipsDamaged, isLast: true)
        let isWhole = report.isSound
        // The report has what was met on the way, and what nobody had to look at.
        if !isWhole { outcome.damaged = report.damages }
        var next = plan
        next.phase = .scrubbing
        let isOver = try records.write { writer in
            let transaction = writer.transaction
            transaction.isSilent = true
            // What does not open may be under any key, whatever it says itself.
            guard isWhole else {
                // They stay, and so does what is said of them; the job has done what it can.
                try transaction.removeJob()
                return false
            }
            var census = KeyCensus(writer.reader, records.store)
            let left = try census.run().contains { count in
                count.facts.state == .retiring && kind.dropped.contains(count.facts.purpose)
                    && count.records + count.versions + count.entries + count.chunks
                        + count.packs > 0
            }
            guard !left else {
                try transaction.removeJob()
                return false
            }
            try transaction.dropRetiringKeys(
                for: kind.dropped, isArchiving: try !writer.reader.knownBundles().isEmpty)
            try transaction.putJob(next)
            try transaction.audit("rotate-\(kind.word)-done", [Self.detail(plan)])
            return true
        }
        plan = next
        return isOver
    }
}

extension JobPlan.Kind {
    /// What commands and the audit log call it.
    package var word: String {
        switch self {
        case .data: "data"
        case .index: "index"
        case .all: "all"
        case .chunks: "chunks"
        }
    }

    /// The purposes whose active keys are replaced.
    fileprivate var renewed: Set<KeyRow.Purpose> {
        switch self {
        case .data: [.records, .subject]
        case .index: [.index]
        case .chunks: [.chunk]
        // What has begun it has replaced them.
        case .all: []
        }
    }

    /// The purposes whose retiring keys go at the end.
    package var dropped: Set<KeyRow.Purpose> {
        switch self {
        // What a new root left under keys of the catalog is moved as well.
        case .data: [.records, .subject, .catalog]
        case .index: [.index]
        case .chunks: [.chunk]
        case .all: [.records, .subject, .catalog, .index, .chunk]
        }
    }
}
