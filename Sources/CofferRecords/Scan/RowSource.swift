internal import CofferBytes
internal import CofferFormat
internal import CofferSQLite
internal import CofferStore

/// What one thread needs to read and open rows of a collection.
internal final class RowSource: @unchecked Sendable {
    // Sendable is true because one thread at a time has it: the one that made it, and after that
    // the second one of its scan.

    private let plan: CollectionPlan
    private let opener: RecordReader.Opener
    private let keys: FieldKeys
    private let statement: Stepper
    private let counter: RowCounter?
    private let isCut: Bool
    private var hasBegun = false

    /// A statement; a class, because noncopyable values cannot be optional members of this one.
    private final class Stepper {
        let it: Statement
        init(_ statement: consuming Statement) { it = statement }
    }

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
        self.opener = opener
        self.keys = keys
        self.isCut = isCut
        let range = isCut ? " WHERE rid BETWEEN ?1 AND ?2" : ""
        statement = Stepper(try connection.cached(plan.select + range + " ORDER BY rid"))
        counter = isCounted ? RowCounter(frame, .records, collection: plan.number) : nil
    }

    /// Count and sum of what was read.
    var tally: VaultState.Tally { counter?.tally ?? VaultState.Tally() }

    /// Reads one part into a batch; what goes wrong stands in the batch.
    func read(_ range: ClosedRange<Int64>, into batch: RowBatch) {
        statement.it.reset()
        do {
            try statement.it.bind(range.lowerBound, at: 1)
            try statement.it.bind(range.upperBound, at: 2)
        } catch {
            batch.failure = error
            return
        }
        _ = opener.it.fill(
            batch, statement.it, limit: .max, range: range, plan: plan, keys: keys,
            counter: counter)
        statement.it.reset()
    }

    /// Reads the next rows into a batch, where nothing is cut.
    ///
    /// - Parameter last: The last row before them.
    /// - Returns: Whether there may be more.
    func readOn(after last: Int64?, limit: Int, into batch: RowBatch) -> Bool {
        if !hasBegun { statement.it.reset() }
        hasBegun = true
        let start = last.map { $0 == .max ? $0 : $0 + 1 } ?? .min
        return opener.it.fill(
            batch, statement.it, limit: limit, range: start...(.max), plan: plan, keys: keys,
            counter: counter)
    }
}
