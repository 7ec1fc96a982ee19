internal import CofferFormat

extension RecordReader {
    /// Gives every record of a collection that holds all of the query, in the order of the rows,
    /// until `each` says false.
    ///
    /// - Throws: As ``scan(_:each:)``.
    /// - Complexity: Opens every record.
    package func search(
        _ query: SearchQuery, in plan: CollectionPlan, looked: () -> Void,
        each: (SearchHit) throws -> Bool
    ) throws {
        try scan(plan) { record in
            looked()
            var finding = SearchFinding(query)
            for member in record.members {
                let isKey = member.name == plan.keyName
                finding.look(member.value, JSONPointer.text([member.name]), isKey: isKey)
            }
            guard let hit = finding.hit(record, in: plan.name) else { return true }
            return try each(hit)
        }
    }
}
