internal import CofferBytes
internal import CofferRecords

/// The records for which a condition holds.
internal struct Matching {
    private let condition: String

    /// Looks for an SQL expression over the fields.
    internal init(_ condition: String) { self.condition = condition }

    /// Their ids in the order of the rows.
    ///
    /// - Parameter count: How many they must be; nil for any.
    internal func ids(
        in plan: CollectionPlan, _ reader: RecordReader, expecting count: Int? = nil
    ) throws -> [Identifier] {
        var ids: [Identifier] = []
        var limits = QueryLimits()
        limits.nanoseconds = nil
        do {
            try reader.matching(condition, in: plan, limits: limits) { id in
                ids.append(id)
                return true
            }
        } catch let error as QueryError { throw VaultError(condition: error, condition) }
        if let count, count != ids.count {
            throw VaultError(
                .versionConflict,
                "the condition holds for \(ids.count) records by now, not \(count); try again")
        }
        return ids
    }
}
