internal import Coffer

/// The requests that write.
extension Server {
    /// `add`: a new record.
    internal func add(_ transaction: WriteTransaction, _ members: Members) throws -> Reply {
        let assignments = try assignments(members)
        guard !assignments.isEmpty else { throw Failure.usage("«fields» holds nothing to add") }
        let collection = try members.need("collection")
        if try members.flag("new") {
            try transaction.makeCollection(collection, for: assignments)
        }
        return .value(.written(try transaction.add(collection, assignments)))
    }

    /// `set`: fields of one record, or of all for which a condition holds.
    internal func set(_ transaction: WriteTransaction, _ members: Members) throws -> Reply {
        let collection = try members.need("collection")
        let assignments = try assignments(members)
        guard !assignments.isEmpty else {
            throw Failure.usage("nothing to change; give «fields» or «unset»")
        }
        let record = try members.text("record")
        let version = try members.count("ifVersion").map { UInt64($0) }
        guard let condition = try members.text("where") else {
            guard let record else { throw Failure.usage("name the «record», or say «where»") }
            return .value(
                .written(try transaction.set(collection, record, assignments, ifVersion: version)))
        }
        guard record == nil, version == nil else {
            throw Failure.usage("«where» does not go with «record» and «ifVersion»")
        }
        let count = try transaction.count(collection, where: condition)
        let changed = try transaction.set(
            collection, where: condition, assignments, expecting: count)
        return .value(.changed(changed, of: count))
    }

    /// The members of `fields` and the names in `unset`, both as they are on the command line.
    private func assignments(_ members: Members) throws(Failure) -> [Assignment] {
        var assignments: [Assignment] = []
        for (name, value) in try members.object("fields") ?? [] {
            assignments.append(.json(path: try AssignmentWord.path(name[...]), value.json))
        }
        for name in try members.texts("unset") ?? [] {
            assignments.append(try AssignmentWord.unset(name))
        }
        return assignments
    }

    /// `put`: whole records.
    internal func put(_ transaction: WriteTransaction, _ members: Members) throws -> Reply {
        let collection = try members.need("collection")
        _ = try members.needObjects("records")
        let records = members["records"]?.json ?? []
        if try members.flag("new") { try transaction.makeCollection(collection, for: records) }
        let written = try transaction.put(collection, ndjson: records)
        return .value(.array(written.map { .written($0) }))
    }

    /// `rm`: records by their names, or all for which a condition holds.
    internal func remove(_ transaction: WriteTransaction, _ members: Members) throws -> Reply {
        let collection = try members.need("collection")
        let records = try members.texts("records") ?? []
        let isForgetting = try members.flag("now")
        let removed: Int
        if let condition = try members.text("where") {
            guard members["records"] == nil else {
                throw Failure.usage("name «records», or say «where»")
            }
            removed = try transaction.remove(
                collection, where: condition, isForgetting: isForgetting)
        } else {
            guard !records.isEmpty else { throw Failure.usage("name the «records» to remove") }
            removed = try transaction.remove(collection, records, isForgetting: isForgetting)
        }
        return .value(.removed(removed))
    }

    /// `trash restore`: a removed record.
    internal func restore(_ transaction: WriteTransaction, _ members: Members) throws -> Reply {
        .value(
            .written(
                try transaction.restore(members.need("collection"), members.need("record"))))
    }

    /// `undo`: takes back the last change.
    internal func undo(_ transaction: WriteTransaction, _ members: Members) throws -> Reply {
        .value(.undone(try transaction.undo()))
    }
}
