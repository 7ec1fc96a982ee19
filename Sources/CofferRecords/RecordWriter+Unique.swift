internal import CofferBytes
internal import CofferFormat
internal import CofferSQLite
internal import CofferStore

extension RecordWriter {
    /// Refuses a record that has the unique value of another one whose index is still under a key
    /// that retires.
    ///
    /// SQLite compares indexes under one key only, and a value has another one under each.
    ///
    /// - Parameter row: The record's own row, which does not count.
    /// - Throws: `RecordsError.notUnique`.
    /// - Complexity: O(log n) for each unique field while the key of indexes is being changed;
    ///   else nothing.
    internal func refuseTwin(of record: PreparedRecord, row: Int64) throws {
        guard reader.names.hasRetiringIndex else { return }
        let plan = record.plan
        for (slot, position) in record.positions.enumerated() {
            let field = plan.definition.fields[position]
            guard field.isUnique, field.isIndexed, record.values.indices.contains(slot) else {
                continue
            }
            let column = Definition.Column(.index, field.column).name
            let indexes = reader.names.retiringIndexes(
                record.values[slot], field: field.number, in: plan.number)
            for (_, index) in indexes {
                let rows = try transaction.connection.cached(
                    "SELECT 1 FROM c_\(plan.number) WHERE \(column) = ?1 AND rid <> ?2")
                try rows.bind(blob: index, at: 1)
                try rows.bind(row, at: 2)
                guard try !rows.step() else {
                    throw RecordsError.notUnique(collection: plan.name, field: field.name)
                }
            }
        }
    }

    /// Says of a broken constraint what a person can do something about.
    internal func constraint(
        _ error: any Error, _ plan: CollectionPlan, _ id: Identifier
    ) -> any Error {
        guard let error = error as? SQLiteError, error.code == .constraintUnique else {
            return error
        }
        return notUnique(error, plan.definition)
            ?? RecordsError.exists(collection: plan.name, id: id)
    }

    /// The unique field whose values are not; nil where SQLite speaks of another column.
    internal func notUnique(_ error: SQLiteError, _ definition: Definition) -> RecordsError? {
        guard error.code == .constraintUnique else { return nil }
        let field = definition.fields.first { field in
            let letter: Definition.Column.Letter = field.isIndexed ? .index : .clear
            let column = Definition.Column(letter, field.column).name
            return field.isUnique
                && error.message.hasSuffix("c_\(definition.collection).\(column)")
        }
        return field.map { .notUnique(collection: definition.name, field: $0.name) }
    }
}
