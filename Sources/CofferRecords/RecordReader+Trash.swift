internal import CofferBytes
internal import CofferFormat

extension RecordReader {
    /// The last version of each deleted record that can still be put back, the newest deletion
    /// last.
    ///
    /// - Throws: As ``scanHistory(_:each:)``.
    /// - Complexity: Reads the whole history of the collection.
    package func trash(_ plan: CollectionPlan) throws -> [OldVersion] {
        var last: [Identifier: OldVersion] = [:]
        try scanHistory(plan) { version in
            last[version.record.id] = version.note.reason == .deleted ? version : nil
            return true
        }
        return try last.values.filter { try !exists($0.record.id, in: plan) }
            .sorted { $0.number < $1.number }
    }
}
