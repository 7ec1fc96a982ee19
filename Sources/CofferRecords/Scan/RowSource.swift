internal import CofferBytes
internal import CofferFormat
internal import CofferSQLite
internal import CofferStore

/// What one thread needs to read and open rows of a collection.
internal final class RowSource: @unchecked Sendable {
    // Sendable is true because one thread at a time has it: the one that made it, and after that
    // the second one of its scan.

    private let plan: CollectionPlan
    private let connection: Connection
    private let opener: RecordReader.Opener
    private let keys: FieldKeys
    private let counter: RowCounter?
    private let isCut: Bool
    private var hasBegun = false
    private var full: Stepper?
    private var whole: Stepper?
    /// The statement for some fields only, and which those are.
    private var narrow: (stepper: Stepper, shape: RowShape)?
    /// Whether the rows of this collection are alike enough to leave columns out.
    private var isNarrowing = true

    /// Prepares to read.
    ///
    /// - Parameters:
    ///   - isCut: Whether parts are asked for; otherwise all rows come in one go.
    ///   - isCounted: Whether rows are counted and added up.
    init(
        _ plan: CollectionPlan, _ connection: Connection, _ opener: RecordReader.Opener,
        _ keys: FieldKeys, _ frame: Frame, isCut: Bool, isCounted: Bool
    ) throws {
        self.plan = plan
        self.connection = connection
        self.opener = opener
        self.keys = keys
        self.isCut = isCut
        counter = isCounted ? RowCounter(frame, .records, collection: plan.number) : nil
    }

    /// Count and sum of what was read.
    var tally: VaultState.Tally { counter?.tally ?? VaultState.Tally() }

    /// Reads one part into a batch; what goes wrong stands in the batch.
    func read(_ range: ClosedRange<Int64>, into batch: RowBatch) {
        do {
            let (stepper, shape) = try stepper(batch.it.wanted)
            stepper.it.reset()
            try stepper.it.bind(range.lowerBound, at: 1)
            try stepper.it.bind(range.upperBound, at: 2)
            _ = fill(batch, stepper, range, limit: .max, shape)
            stepper.it.reset()
        } catch { batch.it.failure = error }
        if batch.it.others > batch.it.count / 4 { isNarrowing = false }
    }

    /// Reads the next rows into a batch, where nothing is cut.
    ///
    /// - Parameter last: The last row before them.
    /// - Returns: Whether there may be more.
    func readOn(after last: Int64?, limit: Int, into batch: RowBatch) -> Bool {
        do {
            let stepper = try full ?? makeFull()
            if !hasBegun { stepper.it.reset() }
            hasBegun = true
            let start = last.map { $0 == .max ? $0 : $0 + 1 } ?? .min
            return fill(batch, stepper, start...(.max), limit: limit, nil)
        } catch { batch.it.failure = error }
        return false
    }

    private func fill(
        _ batch: RowBatch, _ stepper: Stepper, _ range: ClosedRange<Int64>, limit: Int,
        _ shape: RowShape?
    ) -> Bool {
        opener.it.fill(
            &batch.it, stepper.it,
            RecordOpener.Filling(
                plan: plan, keys: keys, counter: counter, range: range, limit: limit,
                shape: shape, whole: { [unowned self] in try withWhole($0, $1) }))
    }
}

extension RowSource {
    /// The statement for the fields that are wanted.
    private func stepper(_ wanted: [Int]) throws -> (Stepper, RowShape?) {
        // A column left out saves little; below this the statement for all is as good.
        guard isNarrowing, wanted.count + 2 < plan.fieldNumbers.count else {
            return (try full ?? makeFull(), nil)
        }
        if let narrow, narrow.shape.positions == wanted { return (narrow.stepper, narrow.shape) }
        let made = Stepper(try connection.cached(plan.select(only: wanted) + suffix))
        let shape = RowShape(plan, only: wanted)
        narrow = (made, shape)
        return (made, shape)
    }

    private var suffix: String {
        (isCut ? " WHERE rid BETWEEN ?1 AND ?2" : "") + " ORDER BY rid"
    }

    private func makeFull() throws -> Stepper {
        let made = Stepper(try connection.cached(plan.select + suffix))
        full = made
        return made
    }

    private func withWhole(
        _ rid: Int64, _ body: (borrowing Statement) throws -> Void
    ) throws {
        let stepper =
            try whole ?? Stepper(try connection.cached(plan.select + " WHERE rid = ?1"))
        whole = stepper
        stepper.it.reset()
        try stepper.it.bind(rid, at: 1)
        guard try stepper.it.step() else {
            throw RecordsError.incomplete(collection: plan.name)
        }
        try body(stepper.it)
        stepper.it.reset()
    }
}
