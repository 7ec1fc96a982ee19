internal import CofferFormat
internal import CofferRecords

extension WriteTransaction {
    /// Changes the same fields of every record for which a condition holds.
    ///
    /// - Parameters:
    ///   - collection: The collection's name.
    ///   - condition: An SQL expression over the fields, as in ``ListRequest``.
    ///   - assignments: What becomes of which fields.
    ///   - count: How many they must be; nil for any.
    /// - Returns: How many were changed; some may have been like that already.
    /// - Throws: ``VaultError/Code/versionConflict`` when they are not as many as expected, and what
    ///   ``set(_:_:_:ifVersion:)`` and ``ReadTransaction/count(_:where:)`` throw.
    public func set(
        _ collection: String, where condition: String, _ assignments: [Assignment],
        expecting count: Int? = nil
    ) throws(VaultError) -> Int {
        try writing { writer in
            let plan = try writer.plan(named: collection)
            let ids = try Matching(condition).ids(in: plan, writer.reader, expecting: count)
            var changed = 0
            for id in ids {
                guard let old = try writer.reader.get(id, in: plan) else {
                    throw RecordsError.noRecord(collection: collection)
                }
                let written = try writer.put(
                    try Self.applying(assignments, to: old.value, plan), in: plan, id: id,
                    existing: .revision(old.header.revision))
                if written.outcome == .updated { changed += 1 }
            }
            return changed
        }
    }

    /// Deletes every record for which a condition holds.
    ///
    /// - Parameters:
    ///   - collection: The collection's name.
    ///   - condition: An SQL expression over the fields, as in ``ListRequest``.
    ///   - count: How many they must be; nil for any.
    ///   - isForgetting: Whether no version of what goes is kept.
    /// - Returns: How many went, those in cascade included.
    /// - Throws: ``VaultError/Code/versionConflict`` when they are not as many as expected, and what
    ///   ``remove(_:_:isForgetting:)`` and ``ReadTransaction/count(_:where:)`` throw.
    public func remove(
        _ collection: String, where condition: String, expecting count: Int? = nil,
        isForgetting: Bool = false
    ) throws(VaultError) -> Int {
        try writing { writer in
            let plan = try writer.plan(named: collection)
            let ids = try Matching(condition).ids(in: plan, writer.reader, expecting: count)
            var removed = 0
            for id in ids {
                // It may have gone with one before it.
                guard try writer.reader.get(id, in: plan) != nil else { continue }
                removed += try writer.delete(id, in: plan, isForgetting: isForgetting)
            }
            return removed
        }
    }
}
