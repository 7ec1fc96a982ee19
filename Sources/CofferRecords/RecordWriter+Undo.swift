internal import CofferBytes
internal import CofferFormat
internal import CofferSQLite
internal import CofferStore

extension RecordWriter {
    /// What an undo has done.
    package struct Undone: Sendable {
        /// Records that were deleted and are back.
        package internal(set) var restored = 0
        /// Records that are again as they were.
        package internal(set) var reverted = 0
        /// Records that were new and are gone.
        package internal(set) var removed = 0
        /// When the change that was undone was made, in milliseconds since 1970.
        package internal(set) var time: Int64 = 0
    }

    /// A record that the change set has touched.
    private struct Touched {
        let plan: CollectionPlan
        let id: Identifier
        /// The revision that the deletion left; nil for a record that is there.
        let grave: UInt64?
    }

    /// Undoes the newest change set: everything that its transaction wrote is as it was before.
    ///
    /// It is a change set itself, so that the next undo does it again.
    ///
    /// - Throws: `RecordsError.nothingToUndo` where there is none, or where a version of before
    ///   is no longer kept; `RecordsError.invalid` where today's schema refuses one.
    package func undo() throws -> Undone {
        let change = transaction.state.change
        guard change > 0 else { throw RecordsError.nothingToUndo(nil) }
        var undone = Undone()
        // What is there lets go of its values first, so that what comes back finds them free.
        let touched = try self.touched(since: change)
        guard !touched.isEmpty else { throw RecordsError.nothingToUndo(nil) }
        var seen: Set<Place> = []
        for isThere in [true, false] {
            for one in touched
            where (one.grave == nil) == isThere
                && seen.insert(Place(one.plan.number, one.id)).inserted
            {
                try revert(one, change, &undone)
            }
        }
        for (current, record) in waiting { _ = try write(record, over: current) }
        waiting = []
        return undone
    }

    /// Puts a deleted record back.
    ///
    /// - Throws: `RecordsError.noRecord` when no version of it is kept, `exists` when it is there,
    ///   `invalid` where today's schema refuses it, `notUnique`.
    package func restore(_ name: String, in plan: CollectionPlan) throws -> Written {
        for id in reader.candidates(name, in: plan) {
            guard let last = try reader.history(of: id, in: plan).first else { continue }
            guard try !reader.exists(id, in: plan) else {
                throw RecordsError.exists(collection: plan.name, id: id)
            }
            return try putBack(last.record, revision: last.record.header.revision + 2, plan)
        }
        throw RecordsError.noRecord(collection: plan.name)
    }

    private struct Place: Hashable {
        let collection: UInt32
        let id: Identifier

        init(_ collection: UInt32, _ id: Identifier) {
            self.collection = collection
            self.id = id
        }
    }

    private func revert(_ one: Touched, _ change: UInt64, _ undone: inout Undone) throws {
        let versions = try reader.history(of: one.id, in: one.plan)
        let before = versions.last { $0.note.change == change }
        undone.time = max(undone.time, versions.first?.note.time ?? 0)
        guard let current = try reader.get(one.id, in: one.plan) else {
            guard let before else { return }
            // What was new and went in the same change set was never there.
            guard before.record.sequence < change else { return }
            _ = try putBack(
                before.record, revision: (one.grave ?? before.record.header.revision) + 1,
                one.plan)
            undone.restored += 1
            return
        }
        undone.time = max(undone.time, current.header.modified)
        if let before, before.record.sequence < change {
            try revert(current, to: try preparer.prepare(before.record.value, in: one.plan))
            undone.reverted += 1
        } else {
            // It is new, or back from the trash; else the version before it is no longer kept.
            let isNew = current.header.revision == 1 || versions.first?.note.reason == .deleted
            guard before != nil || isNew else {
                throw RecordsError.nothingToUndo(one.plan.name)
            }
            try remove(current, one.plan)
            undone.removed += 1
        }
    }

    /// Writes over a record; where a value must be unique, only when all others have let go of
    /// theirs: two may have to change places.
    private func revert(_ current: Record, to record: PreparedRecord) throws {
        let unique = record.plan.definition.fields.filter(\.isUnique).map {
            Definition.Column($0.isIndexed ? .index : .clear, $0.column).name
        }
        guard !unique.isEmpty else {
            _ = try replace(current, with: record)
            return
        }
        try leave(current, record.plan)
        let changes = unique.map { "\($0) = NULL" }.joined(separator: ", ")
        let row = try transaction.connection.cached(
            "UPDATE c_\(record.plan.number) SET \(changes) WHERE rid = ?1")
        try row.bind(current.rid, at: 1)
        _ = try row.step()
        waiting.append((current, record))
    }

    private func putBack(
        _ record: Record, revision: UInt64, _ plan: CollectionPlan
    ) throws -> Written {
        try insert(
            record.id, try preparer.prepare(record.value, in: plan),
            created: record.header.created, revision: revision)
    }

    private func touched(since change: UInt64) throws -> [Touched] {
        var touched: [Touched] = []
        var plans: [UInt32: CollectionPlan] = [:]
        for plan in try reader.versionedPlans() {
            plans[plan.number] = plan
            let rows = try transaction.connection.cached(
                "SELECT id FROM c_\(plan.number) WHERE seq >= ?1")
            try rows.bind(Int64(bitPattern: change), at: 1)
            while try rows.step() {
                guard let id = Identifier(rows.bytes(0)) else { continue }
                touched.append(Touched(plan: plan, id: id, grave: nil))
            }
        }
        // The last tombstone first: a record may have gone more than once.
        for (_, grave) in try reader.tombstones(since: change).reversed() {
            guard let plan = plans[grave.collection] else { continue }
            touched.append(Touched(plan: plan, id: grave.id, grave: grave.revision))
        }
        return touched
    }
}
