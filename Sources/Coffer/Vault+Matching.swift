internal import CofferBytes
internal import CofferFormat
internal import CofferRecords
internal import CofferStore

extension Vault {
    /// The number of records for which a condition holds.
    ///
    /// - Parameter condition: An SQL expression over the fields, as in ``ListRequest``.
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/invalid`` for what is no
    ///   expression, ``VaultError/Code/damaged``.
    public func count(
        _ collection: String, where condition: String
    ) throws(VaultError) -> Int {
        try judging(condition) {
            try records.read { reader in
                try Self.ids(condition, in: try reader.plan(named: collection), reader).count
            }
        }
    }

    /// Changes the same fields of every record for which a condition holds, all or none.
    ///
    /// - Parameter count: How many they must be; nil for any.
    /// - Returns: How many were changed; some may have been like that already.
    /// - Throws: ``VaultError/Code/versionConflict`` when they are not as many as expected, and what
    ///   ``set(_:_:_:ifVersion:)`` and ``count(_:where:)`` throw; then nothing is changed.
    public func set(
        _ collection: String, where condition: String, _ assignments: [Assignment],
        expecting count: Int? = nil
    ) throws(VaultError) -> Int {
        try judging(condition) {
            try records.write { writer in
                let plan = try writer.plan(named: collection)
                let ids = try Self.ids(condition, in: plan, writer.reader, expecting: count)
                var changed = 0
                for id in ids {
                    guard let old = try writer.reader.get(id, in: plan) else {
                        throw RecordsError.noRecord(collection: collection)
                    }
                    var record = old.value
                    for assignment in assignments {
                        record = try assignment.applied(to: record, schema: plan.schema)
                    }
                    let written = try writer.put(
                        record, in: plan, id: id, existing: .revision(old.header.revision))
                    if written.outcome == .updated { changed += 1 }
                }
                return changed
            }
        }
    }

    /// Deletes every record for which a condition holds, all or none.
    ///
    /// - Parameters:
    ///   - count: How many they must be; nil for any.
    ///   - isForgetting: Whether no version of what goes is kept.
    /// - Returns: How many went, those in cascade included.
    /// - Throws: ``VaultError/Code/versionConflict`` when they are not as many as expected, and what
    ///   ``remove(_:_:isForgetting:)`` and ``count(_:where:)`` throw; then none goes.
    public func remove(
        _ collection: String, where condition: String, expecting count: Int? = nil,
        isForgetting: Bool = false
    ) throws(VaultError) -> Int {
        try judging(condition) {
            try records.write { writer in
                let plan = try writer.plan(named: collection)
                var removed = 0
                for id in try Self.ids(condition, in: plan, writer.reader, expecting: count) {
                    // It may have gone with one before it.
                    guard try writer.reader.get(id, in: plan) != nil else { continue }
                    removed += try writer.delete(
                        id, in: plan, isForgetting: isForgetting)
                }
                return removed
            }
        }
    }

    private static func ids(
        _ condition: String, in plan: CollectionPlan, _ reader: RecordReader,
        expecting count: Int? = nil
    ) throws -> [Identifier] {
        var ids: [Identifier] = []
        var limits = QueryLimits()
        limits.nanoseconds = nil
        try reader.matching(condition, in: plan, limits: limits) { id in
            ids.append(id)
            return true
        }
        if let count, count != ids.count {
            throw VaultError(
                .versionConflict,
                "the condition holds for \(ids.count) records by now, not \(count); try again")
        }
        return ids
    }

    private func judging<Result>(
        _ condition: String, _ body: () throws -> Result
    ) throws(VaultError) -> Result {
        do { return try body() } catch let error as QueryError {
            throw VaultError(condition: error, condition)
        } catch { throw VaultError(error) }
    }
}
