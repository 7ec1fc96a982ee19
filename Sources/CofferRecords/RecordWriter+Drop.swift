package import CofferBytes
internal import CofferFormat
internal import CofferSQLite
internal import CofferStore

extension RecordWriter {
    /// Takes out a record that this transaction has written and that cannot stay, without a
    /// tombstone and without asking who refers to it.
    package func drop(_ id: Identifier, in plan: CollectionPlan) throws {
        guard let record = try reader.get(id, in: plan) else { return }
        let seal = try rowSeal(record.rid, plan)
        let row = try transaction.connection.cached("DELETE FROM c_\(plan.number) WHERE rid = ?1")
        try row.bind(record.rid, at: 1)
        _ = try row.step()
        transaction.leave(
            .records, collection: plan.number, key: record.rid.bigEndianBytes, seal: seal)
    }
}
