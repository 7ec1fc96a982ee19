package import CofferBytes
internal import CofferSQLite

extension RecordReader {
    /// Gives the ids of the records for which an SQL expression holds, until `each` says false.
    ///
    /// They come in the order of their rows. As with SQL's WHERE, NULL is no.
    ///
    /// - Throws: `QueryError` for what is no expression over the fields, with the place in the
    ///   expression; `RecordsError.damaged` and `.incomplete`, as a reading of all does.
    package func matching(
        _ expression: String, in plan: CollectionPlan, limits: QueryLimits,
        each: (Identifier) throws -> Bool
    ) throws {
        let head = "SELECT coffer_id FROM \(RuleChecker.quote(plan.name)) WHERE ("
        // The line end ends a comment, so that the bracket stays ours.
        let sql = head + expression + "\n) ORDER BY rowid"
        let engine = try QueryEngine(self)
        do {
            try engine.run(sql, limits: limits) { row in
                guard let id = Identifier(text: row.statement.text(0)) else {
                    throw QueryError.statement("it is no expression", offset: nil)
                }
                return try each(id)
            }
        } catch QueryError.statement(let message, let offset) {
            throw QueryError.statement(
                message, offset: offset.map { max(0, $0 - head.utf8.count) })
        }
    }
}
