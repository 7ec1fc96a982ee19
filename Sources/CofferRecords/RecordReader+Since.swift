internal import CofferFormat
internal import CofferSQLite
internal import CofferStore

extension RecordReader {
    /// Gives the records of a collection that were changed after a number of the feed.
    ///
    /// Whoever has read everything at that number has everything then, without reading it anew.
    ///
    /// - Throws: `RecordsError.damaged` for a record that does not verify.
    package func scan(
        _ plan: CollectionPlan, changedAfter sequence: UInt64, each: (Record) throws -> Void
    ) throws {
        let rows = try connection.prepare(plan.select + " WHERE seq > ?1 ORDER BY seq")
        try rows.bind(Int64(clamping: sequence), at: 1)
        while try rows.step() { try each(try open(rows, plan)) }
    }

    /// Gives the older versions of a collection from a number on.
    ///
    /// - Throws: `RecordsError.damaged` for a version that does not verify.
    package func scanHistory(
        _ plan: CollectionPlan, from number: UInt64, each: (OldVersion) throws -> Void
    ) throws {
        guard try state().hasHistory(in: plan.number) else { return }
        let rows = try connection.prepare(plan.selectHistory + " WHERE hid >= ?1 ORDER BY hid")
        try rows.bind(Int64(clamping: number), at: 1)
        while try rows.step() { try each(try openHistory(rows, plan)) }
    }
}
