internal import CofferBytes
internal import CofferFormat
internal import CofferSQLite
internal import CofferStore

/// A reading of all rows of a collection in their order, by two threads where that helps.
///
/// The second thread has a connection of its own on the same snapshot. Both take parts of the
/// collection in turn, open headers and the fields that are wanted, and add up what they saw; the
/// last part handed out, the sums together must be those of the sealed state.
///
/// Which fields are wanted is found out: a field that was asked for in at least half of the rows
/// of a batch is opened ahead from then on, any other when it is asked for.
internal final class RowScan {
    private let reader: RecordReader
    private let plan: CollectionPlan
    private let opener: RecordReader.Opener
    private let isProving: Bool
    private let isLearning: Bool
    /// The fields that are opened ahead.
    private(set) var wanted: [Int]
    private var board: ScanBoard?
    private var parts: ScanParts?
    private var source: RowSource?
    private var second: RowSource?
    private var companion: Companion?
    /// The batch at hand.
    private var batch = RowBatch()
    private var row = -1
    /// For each field of the definition, in how many rows of the batch it was asked for.
    private var asked: [Int]
    private var last: Int64?
    /// A field that was not opened ahead.
    private var reread = RawBuffer(capacity: 64)
    /// Whether the end was reached and nothing is missing.
    private(set) var isProved = false
    private var isStarted = false
    private var isDone = false
    private var isLastBatch = false
    /// A row read again for a field that was not opened ahead.
    private var again: Again?

    /// The statement and the row that an opener stands at.
    private final class Again {
        let statement: Statement
        var rid: Int64?
        init(_ statement: consuming Statement) { self.statement = statement }
    }

    /// Prepares a reading.
    ///
    /// - Parameters:
    ///   - opener: Nobody else's until ``stop()``.
    ///   - wanted: The fields that may be asked for, by their places in the definition.
    ///   - isProving: Whether the end is to prove that no row is missing.
    ///   - isLearning: Whether it is to be found out which of the fields are worth opening ahead.
    init(
        _ plan: CollectionPlan, _ reader: RecordReader, _ opener: RecordReader.Opener,
        wanting wanted: [Int], isProving: Bool, isLearning: Bool
    ) {
        self.isLearning = isLearning
        self.plan = plan
        self.reader = reader
        self.opener = opener
        self.wanted = wanted
        self.isProving = isProving
        asked = [Int](repeating: 0, count: plan.definition.fields.count)
    }

    deinit { stop() }

    /// Ends the reading, wherever it is.
    func stop() {
        board?.stop()
        board = nil
        second = nil
        if let companion { reader.store.giveBack(companion) }
        companion = nil
        isDone = true
    }

    /// Goes to the next row; false at the end.
    ///
    /// - Throws: `RecordsError.damaged`, `RecordsError.incomplete`, also for what is missing at
    ///   the end; the rows before were true.
    func next() throws -> Bool {
        row += 1
        while row >= batch.it.count {
            if let failure = batch.it.failure {
                stop()
                throw failure
            }
            guard !isDone, try nextBatch() else { return false }
            row = 0
        }
        return true
    }

    private func nextBatch() throws -> Bool {
        if !isStarted {
            try start()
        } else if isLearning {
            learn()
        }
        // What is read now is opened by the opener that may stand at a row read again.
        again?.rid = nil
        return try board.map { try nextPart($0) } ?? readOn()
    }

    private func start() throws {
        isStarted = true
        let rows = try reader.count(plan)
        // Two questions, because SQLite answers one of both from the ends of the table only.
        let table = "c_\(plan.number)"
        let ends = try reader.connection.cached(
            "SELECT (SELECT min(rid) FROM \(table)), (SELECT max(rid) FROM \(table))")
        if rows > 0, try ends.step(), !ends.isNull(0) {
            parts = ScanParts(from: ends.int64(0), to: ends.int64(1), rows: rows)
        }
        if let parts {
            board = ScanBoard(
                parts: parts.count, wanting: wanted, of: plan.definition.fields.count)
        }
        source = try makeSource(reader.connection, opener, reader.keys)
    }

    private func makeSource(
        _ connection: Connection, _ opener: RecordReader.Opener, _ keys: FieldKeys
    ) throws -> RowSource {
        try RowSource(
            plan, connection, opener, keys, reader.frame, isCut: parts != nil,
            isCounted: isProving)
    }

    /// The next rows of a collection that is read in one go.
    private func readOn() throws -> Bool {
        guard !isLastBatch, let source else { return try end() }
        let limit = last == nil ? ScanParts.firstSize : ScanParts.size
        batch.it.begin(part: 0, wanting: wanted, of: asked.count)
        isLastBatch = !source.readOn(after: last, limit: limit, into: batch)
        if batch.it.count > 0 { last = batch.it.row(batch.it.count - 1).rid }
        return batch.it.count > 0 || batch.it.failure != nil ? true : try end()
    }

    private func nextPart(_ board: ScanBoard) throws -> Bool {
        var done: RowBatch? = batch
        while true {
            switch board.turn(after: done) {
            case .deliver(let next):
                batch = next
                if next.it.part == 1 { startSecond(board) }
                return true
            case .read(let next, let part):
                done = nil
                if let range = parts?[part] { source?.read(range, into: next) }
                board.put(next)
            case .end:
                return try end()
            }
        }
    }

    /// After the first parts: who wanted only a few rows has them by then.
    private func startSecond(_ board: ScanBoard) {
        guard let parts, let companion = reader.store.borrowCompanion() else { return }
        self.companion = companion
        do {
            let opener = try reader.makeOpener(plan)
            let keys = try FieldKeys(reader.frame, companion.connection)
            let source = try makeSource(companion.connection, opener, keys)
            second = source
            board.beginSecond()
            let handover = Handover(source)
            let isRunning = WorkThread.start {
                Self.read(parts, board, handover)
                board.endSecond()
            }
            if !isRunning { board.endSecond() }
        } catch {
            // One thread does it, too.
            second = nil
        }
    }

    /// What the second thread does.
    ///
    /// It holds nothing any more when it says that it is done: the first connection must be the
    /// last one to close.
    private static func read(_ parts: ScanParts, _ board: ScanBoard, _ handover: Handover) {
        guard let source = handover.take() else { return }
        var done: RowBatch?
        while let (batch, part) = board.next(after: done) {
            if let range = parts[part] { source.read(range, into: batch) }
            done = batch
        }
    }

    /// Gives a source to the second thread, which alone has it then besides the scan.
    private final class Handover: @unchecked Sendable {
        // Sendable is true because it is filled before the thread starts and emptied by it.
        private var source: RowSource?

        init(_ source: RowSource) { self.source = source }

        func take() -> RowSource? {
            defer { source = nil }
            return source
        }
    }

    private func end() throws -> Bool {
        // The second thread must have added up its last row.
        board?.stop()
        guard isProving, !isDone, let source else {
            stop()
            return false
        }
        var tally = source.tally
        if let other = second?.tally {
            tally.rows &+= other.rows
            tally.sum.add(other.sum)
        }
        stop()
        guard try reader.tally(plan) == tally else {
            throw RecordsError.incomplete(collection: plan.name)
        }
        isProved = true
        return false
    }

    private func learn() {
        let now = asked.indices.filter { asked[$0] * 2 >= batch.it.count && asked[$0] > 0 }
        for index in asked.indices { asked[index] = 0 }
        guard batch.it.count > 0, now != wanted else { return }
        wanted = now
        board?.want(now)
    }
}

extension RowScan {
    /// What is known of the row at hand beside its fields.
    var head: OpenedRows.Row { batch.it.row(row) }

    /// What the row at hand holds in a field; nil when it is absent.
    ///
    /// The bytes are there until the next row, or until another field has to be read again.
    ///
    /// - Parameter position: The field's place in the definition.
    /// - Throws: `RecordsError.damaged`.
    @unsafe
    func borrow(_ position: Int) throws -> (content: FieldContent, bytes: UnsafeRawBufferPointer)? {
        if isLearning { asked[position] += 1 }
        switch unsafe batch.it.find(row, position) {
        case .opened(let content, let bytes): return unsafe (content, bytes)
        case .absent: return nil
        case .closed: break
        }
        var found: FieldContent?
        try lendAgain(position) { content, bytes in
            found = content
            reread.truncate(to: 0)
            unsafe bytes.withUnsafeBufferPointer {
                unsafe reread.append(UnsafeRawBufferPointer($0))
            }
        }
        return unsafe found.map { unsafe ($0, reread.bytes) }
    }

    /// Lends what the row at hand holds in a field; nothing when it is absent.
    ///
    /// - Throws: `RecordsError.damaged`.
    func lend(_ position: Int, to receiver: (FieldContent, Span<UInt8>) -> Void) throws {
        guard let (content, bytes) = try unsafe borrow(position) else { return }
        receiver(content, unsafe Span<UInt8>(_unsafeBytes: bytes))
    }

    /// Opens the row at hand again, for what was not opened ahead.
    func withOpened<Result>(
        _ body: (inout RecordOpener, borrowing Statement) throws -> Result
    ) throws -> Result {
        let again = try self.again ?? makeAgain()
        let rid = head.rid
        do {
            if again.rid != rid {
                again.rid = nil
                again.statement.reset()
                try again.statement.bind(rid, at: 1)
                guard try again.statement.step() else {
                    throw RecordsError.incomplete(collection: plan.name)
                }
                try opener.it.begin(again.statement, plan: plan) { number, scope in
                    try reader.keys.key(number, scope)
                }
                again.rid = rid
            }
            return try body(&opener.it, again.statement)
        } catch RecordOpener.Failure.damaged(let what) {
            throw reader.damaged(plan, rid, head.id, what)
        }
    }
}

extension RowScan {
    private func makeAgain() throws -> Again {
        let made = Again(try reader.connection.cached(plan.select + " WHERE rid = ?1"))
        again = made
        return made
    }

    private func lendAgain(
        _ position: Int, to receiver: (FieldContent, Span<UInt8>) -> Void
    ) throws {
        try withOpened { opener, statement in
            try opener.lend(position: position, statement, plan: plan, to: receiver)
        }
    }
}
