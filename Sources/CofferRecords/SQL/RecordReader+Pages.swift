internal import CofferBytes
internal import CofferFormat
package import CofferSQLite

/// Some records of a collection, and where the next ones begin.
package struct RecordPage: Sendable {
    /// The records, in the order of their rows.
    package internal(set) var records: [Record] = []
    /// What ``RecordReader/page(of:where:parameters:after:)`` takes for the next page; nil at the
    /// end.
    package internal(set) var next: Int64?
}

extension RecordReader {
    /// The most records of a page, and the most rows that are looked at for one.
    package static let pageSize = 256
    private static let windowSize = 1_024

    /// The next records of a collection in the order of their rows, for readings that go on in
    /// later snapshots.
    ///
    /// Each record is verified; that none is missing, only a whole reading in one snapshot proves.
    /// With an expression that no index answers, a page is what it holds for among the next 1,024
    /// rows.
    ///
    /// - Parameter row: The row after which to go on; 0 at the beginning.
    /// - Throws: `RecordsError.damaged`, and `QueryError` as
    ///   ``matching(_:parameters:in:limits:each:)`` does.
    /// - Complexity: O(log n) and the rows of one page.
    package func page(
        of plan: CollectionPlan, where expression: String? = nil,
        parameters: [String: SQLScalar] = [:], after row: Int64
    ) throws -> RecordPage {
        guard let expression else { return try page(of: plan, after: row) }
        let last = try end(of: plan, after: row)
        let window = RowWindow(after: row, last: last ?? .max)
        let table = try CollectionTable(plan, self, window: window)
        let engine = try QueryEngine(self, page: table)
        // The collection's own name still means all of it in what the expression selects from.
        let head =
            "SELECT coffer_id, rowid FROM \"\(QueryEngine.pageName)\" AS "
            + "\(RuleChecker.quote(plan.name)) WHERE ("
        let sql = head + expression + "\n) AND rowid > \(row) ORDER BY rowid"
        var found: [(id: Identifier, row: Int64)] = []
        var order = RowOrder()
        var limits = QueryLimits()
        limits.nanoseconds = nil
        do {
            try engine.run(
                sql, parameters: parameters, limits: limits,
                columns: { _ in try Self.requireOne(expression) }
            ) { result in
                guard let id = Identifier(text: result.statement.text(0)) else {
                    throw QueryError.statement("it is no expression", offset: nil)
                }
                let row = result.statement.int64(1)
                guard order.ascends(to: row) else {
                    throw RecordsError.incomplete(collection: plan.name)
                }
                found.append((id, row))
                return table.hasReadWindow || found.count < Self.pageSize
            }
        } catch QueryError.statement(let message, let offset) {
            throw QueryError.statement(
                message, offset: offset.map { max(0, $0 - head.utf8.count) })
        }
        var page = RecordPage()
        if table.hasReadWindow {
            // What an index has found behind the window comes with its own.
            found.removeAll { $0.row > window.last }
            page.next = last
        } else if found.count == Self.pageSize {
            page.next = found.last?.row
        }
        page.records = try found.map { entry in
            guard let record = try get(entry.id, in: plan) else {
                throw RecordsError.incomplete(collection: plan.name)
            }
            return record
        }
        return page
    }

    private func page(of plan: CollectionPlan, after row: Int64) throws -> RecordPage {
        let rows = try connection.cached(plan.select + " WHERE rid > ?1 ORDER BY rid LIMIT ?2")
        try rows.bind(row, at: 1)
        try rows.bind(Int64(Self.pageSize), at: 2)
        var page = RecordPage()
        var order = RowOrder()
        while try rows.step() {
            let record = try open(rows, plan)
            guard order.ascends(to: record.rid) else {
                throw RecordsError.incomplete(collection: plan.name)
            }
            page.records.append(record)
        }
        if page.records.count == Self.pageSize { page.next = page.records.last?.rid }
        return page
    }

    /// The last row of a window; nil when it has all rows that are left.
    private func end(of plan: CollectionPlan, after row: Int64) throws -> Int64? {
        let rows = try connection.cached(
            "SELECT rid FROM c_\(plan.number) WHERE rid > ?1 ORDER BY rid LIMIT 1 OFFSET ?2")
        try rows.bind(row, at: 1)
        try rows.bind(Int64(Self.windowSize - 1), at: 2)
        return try rows.step() ? rows.int64(0) : nil
    }
}
