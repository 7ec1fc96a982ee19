internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferKeys
internal import CofferSQLite
internal import CofferStore

extension RecordReader {
    /// The deletions with a sequence number of at least `first`, in their order.
    ///
    /// - Throws: `StoreError.damaged` for one that does not verify.
    internal func tombstones(
        since first: UInt64
    ) throws -> [(sequence: UInt64, grave: Tombstone)] {
        let rows = try connection.cached("SELECT seq, seal FROM tomb WHERE seq >= ?1 ORDER BY seq")
        try rows.bind(Int64(clamping: first), at: 1)
        var found: [(sequence: UInt64, grave: Tombstone)] = []
        while try rows.step() {
            let sequence = UInt64(bitPattern: rows.int64(0))
            found.append((sequence, try tombstone(rows.bytes(1), sequence)))
        }
        return found
    }

    /// Opens the tombstone of a sequence number.
    internal func tombstone(_ seal: [UInt8], _ sequence: UInt64) throws -> Tombstone {
        let context = SealContext.make(
            "coffer/v1/tomb", frame.keyring.vault.bytes, sequence.bigEndianBytes)
        guard
            let plain = frame.open(seal, .catalog, context: context),
            let grave = try? Tombstone(parsing: plain)
        else { throw StoreError.damaged("deletion \(sequence)") }
        return grave
    }
}

extension RecordReader {
    /// How many changes are looked up at once.
    private static let page = 512

    private struct Found {
        let sequence: UInt64
        let plan: CollectionPlan?
        let rid: Int64
    }

    /// Gives the newest change of each record that was changed after `sequence`, and the deletions
    /// since then, in their order, until `each` says false.
    ///
    /// - Throws: `RecordsError.damaged`, `StoreError.damaged` for one that does not verify.
    /// - Complexity: O(log n) for each page of 512 and collection.
    package func changes(
        after sequence: UInt64, each: (RecordChange) throws -> Bool
    ) throws {
        var last = sequence
        let plans = try plans()
        while true {
            let found = try page(after: last, plans)
            guard let newest = found.last else { return }
            for one in found {
                guard let change = try open(one) else { continue }
                guard try each(change) else { return }
            }
            last = newest.sequence
        }
    }

    /// Whether anything that a person keeps has changed since a number of the feed.
    ///
    /// - Throws: As ``changes(after:each:)``.
    package func hasChanges(after sequence: UInt64) throws -> Bool {
        var hasAny = false
        try changes(after: sequence) { _ in
            hasAny = true
            return false
        }
        return hasAny
    }

    private func page(after last: UInt64, _ plans: [CollectionPlan]) throws -> [Found] {
        var found: [Found] = []
        for plan in plans {
            let rows = try connection.cached(
                "SELECT seq, rid FROM c_\(plan.number) WHERE seq > ?1 ORDER BY seq LIMIT ?2")
            try rows.bind(Int64(clamping: last), at: 1)
            try rows.bind(Int64(Self.page), at: 2)
            while try rows.step() {
                found.append(
                    Found(
                        sequence: UInt64(bitPattern: rows.int64(0)), plan: plan,
                        rid: rows.int64(1)))
            }
        }
        let graves = try connection.cached(
            "SELECT seq FROM tomb WHERE seq > ?1 ORDER BY seq LIMIT ?2")
        try graves.bind(Int64(clamping: last), at: 1)
        try graves.bind(Int64(Self.page), at: 2)
        while try graves.step() {
            found.append(
                Found(sequence: UInt64(bitPattern: graves.int64(0)), plan: nil, rid: 0))
        }
        found.sort { $0.sequence < $1.sequence }
        return Array(found.prefix(Self.page))
    }

    private func open(_ found: Found) throws -> RecordChange? {
        guard let plan = found.plan else { return try openGrave(found.sequence) }
        let row = try connection.cached(plan.select + " WHERE rid = ?1")
        try row.bind(found.rid, at: 1)
        guard try row.step() else { throw damaged(plan, found.rid, nil, "its row") }
        let header = try openHeader(row, plan)
        guard UInt64(bitPattern: row.int64(2)) == found.sequence,
            let id = Identifier(row.bytes(1))
        else { throw damaged(plan, found.rid, nil, "its sequence") }
        return RecordChange(
            sequence: found.sequence, collection: plan.name, id: id, revision: header.revision,
            isDeletion: false)
    }

    /// A deletion; nil where the record was one that Coffer kept for itself.
    private func openGrave(_ sequence: UInt64) throws -> RecordChange? {
        let row = try connection.cached("SELECT seal FROM tomb WHERE seq = ?1")
        try row.bind(Int64(bitPattern: sequence), at: 1)
        guard try row.step() else { throw StoreError.damaged("deletion \(sequence)") }
        let grave = try tombstone(row.bytes(0), sequence)
        guard let definition = frame.catalog[grave.collection] else {
            throw StoreError.damaged("deletion \(sequence)")
        }
        guard !definition.isSystem else { return nil }
        return RecordChange(
            sequence: sequence, collection: definition.name, id: grave.id,
            revision: grave.revision, isDeletion: true)
    }
}
