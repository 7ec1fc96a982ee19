package import CofferBytes
internal import CofferFormat
internal import CofferSQLite
internal import CofferSchema
internal import CofferStore

extension RecordWriter {
    /// Deletes a record, and does to those that refer to it what their definitions say.
    ///
    /// - Parameter isForgetting: Whether no version of what goes is kept; it cannot be undone then.
    /// - Returns: How many records went, those in cascade included.
    /// - Throws: `RecordsError.noRecord`, `versionConflict`, `restricted`.
    @discardableResult
    package func delete(
        _ id: Identifier, in plan: CollectionPlan, revision: UInt64? = nil,
        isForgetting: Bool = false
    ) throws -> Int {
        if isForgetting { transaction.isUndoable = false }
        guard let record = try reader.get(id, in: plan) else {
            throw RecordsError.noRecord(collection: plan.name)
        }
        if let revision, revision != record.header.revision {
            throw RecordsError.versionConflict(
                collection: plan.name, id: id, current: record.header.revision)
        }
        var gone: Set<Doomed> = []
        var queue = [Doomed(collection: plan.number, id: id)]
        while let next = queue.popLast() {
            guard gone.insert(next).inserted else { continue }
            queue += try cascade(next)
        }
        try refuseRestricted(gone)
        for doomed in gone { try clearReferences(to: doomed, except: gone) }
        for doomed in gone.sorted() { try remove(doomed, isForgetting: isForgetting) }
        return gone.count
    }

    /// A record that will go.
    private struct Doomed: Hashable, Comparable {
        let collection: UInt32
        let id: Identifier

        static func < (left: Doomed, right: Doomed) -> Bool {
            (left.collection, left.id) < (right.collection, right.id)
        }
    }

    /// A field that refers to a collection.
    private struct Referrer {
        let plan: CollectionPlan
        let field: Definition.Field

        var column: String { Definition.Column(.clear, field.column).name }
    }

    private func referrers(
        to collection: UInt32, _ onDelete: Definition.OnDelete
    ) throws -> [Referrer] {
        try reader.plans().flatMap { plan in
            plan.definition.fields
                .filter { $0.target == collection && $0.onDelete == onDelete }
                .map { Referrer(plan: plan, field: $0) }
        }
    }

    private func ids(_ referrer: Referrer, to id: Identifier) throws -> [Identifier] {
        let rows = try transaction.connection.cached(
            "SELECT id FROM c_\(referrer.plan.number) WHERE \(referrer.column) = ?1")
        try rows.bind(blob: id.bytes, at: 1)
        var found: [Identifier] = []
        while try rows.step() {
            if let id = Identifier(rows.bytes(0)) { found.append(id) }
        }
        return found
    }

    private func cascade(_ doomed: Doomed) throws -> [Doomed] {
        try referrers(to: doomed.collection, .cascade).flatMap { referrer in
            try ids(referrer, to: doomed.id).map {
                Doomed(collection: referrer.plan.number, id: $0)
            }
        }
    }

    private func refuseRestricted(_ gone: Set<Doomed>) throws {
        for doomed in gone {
            // A reference that must be there cannot be cleared, so it restricts as well.
            let required = try referrers(to: doomed.collection, .clear).filter {
                let field = $0.plan.schema.field($0.field.name)
                return field?.isRequired == true && field?.isNullable == false
            }
            for referrer in try referrers(to: doomed.collection, .restrict) + required {
                let left = try ids(referrer, to: doomed.id).filter {
                    !gone.contains(Doomed(collection: referrer.plan.number, id: $0))
                }
                guard left.isEmpty else {
                    throw RecordsError.restricted(
                        collection: reader.frame.catalog[doomed.collection]?.name ?? "",
                        by: referrer.plan.name, field: referrer.field.name, count: left.count)
                }
            }
        }
    }

    private func clearReferences(to doomed: Doomed, except gone: Set<Doomed>) throws {
        for referrer in try referrers(to: doomed.collection, .clear) {
            for id in try ids(referrer, to: doomed.id)
            where !gone.contains(Doomed(collection: referrer.plan.number, id: id)) {
                guard let record = try reader.get(id, in: referrer.plan) else { continue }
                let name = referrer.field.name
                let isNullable = referrer.plan.schema.field(name)?.isNullable ?? false
                let members: [Value.Member] = record.members.compactMap { member in
                    guard member.name == name else { return member }
                    return isNullable ? Value.Member(name, .null) : nil
                }
                _ = try replace(record, with: try prepare(members, referrer.plan))
            }
        }
    }

    private func remove(_ doomed: Doomed, isForgetting: Bool) throws {
        guard let definition = reader.frame.catalog[doomed.collection] else { return }
        let plan = try records.plan(definition)
        guard let record = try reader.get(doomed.id, in: plan) else { return }
        try remove(record, plan)
        if isForgetting { try forget(record.id, in: plan, keeping: 0) }
    }

    /// Deletes a record, whoever refers to it, and leaves a tombstone.
    internal func remove(_ record: Record, _ plan: CollectionPlan) throws {
        let seal = try rowSeal(record.rid, plan)
        try keep(record, seal: seal, in: plan, .deleted)
        let row = try transaction.connection.cached("DELETE FROM c_\(plan.number) WHERE rid = ?1")
        try row.bind(record.rid, at: 1)
        _ = try row.step()
        transaction.leave(
            .records, collection: plan.number, key: record.rid.bigEndianBytes, seal: seal)
        try transaction.bury(
            Tombstone(
                collection: plan.number, id: record.id, time: transaction.now,
                revision: record.header.revision + 1))
    }

    /// Names references that lead nowhere, at most `limit`, while they can still be mended.
    package func brokenReferences(
        limit: Int = 20
    ) throws -> [RecordsError.BrokenReference] {
        var broken: [RecordsError.BrokenReference] = []
        for plan in try reader.plans() {
            for field in plan.definition.fields where field.isReference {
                let column = Definition.Column(.clear, field.column).name
                let rows = try transaction.connection.prepare(
                    "SELECT a.id FROM c_\(plan.number) a LEFT JOIN c_\(field.target) b "
                        + "ON b.id = a.\(column) WHERE a.\(column) IS NOT NULL "
                        + "AND b.id IS NULL ORDER BY a.rid LIMIT \(limit - broken.count)")
                while try rows.step() {
                    guard let id = Identifier(rows.bytes(0)) else { continue }
                    broken.append(
                        RecordsError.BrokenReference(
                            collection: plan.name, id: id, field: field.name,
                            target: reader.frame.catalog[field.target]?.name ?? ""))
                }
                if broken.count >= limit { return broken }
            }
        }
        return broken
    }

    /// Refuses to commit with references that lead nowhere.
    ///
    /// - Throws: `RecordsError.brokenReferences`, naming at most twenty.
    internal func checkReferences() throws {
        guard try transaction.connection.hasDeferredViolations() else { return }
        throw RecordsError.brokenReferences(try brokenReferences())
    }
}
