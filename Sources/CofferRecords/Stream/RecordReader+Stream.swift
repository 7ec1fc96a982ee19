internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferKeys
internal import CofferSQLite
internal import CofferStore

extension RecordReader {
    /// Hands over the first column of every row, a number.
    internal func eachNumber(_ sql: String, _ body: (UInt64) throws -> Void) throws {
        try connection.eachNumber(sql, body)
    }

    /// Every version of every definition, as the catalog has them.
    ///
    /// - Throws: `StoreError.damaged`.
    internal func definitions() throws -> [[UInt8]] {
        var definitions: [[UInt8]] = []
        let rows = try connection.prepare("SELECT num, ver, seal FROM cat ORDER BY num, ver")
        while try rows.step() {
            guard let number = UInt32(exactly: rows.int64(0)),
                let version = UInt32(exactly: rows.int64(1)),
                let bytes = try? Cobblestone.open(
                    rows.bytes(2), under: frame.catalogKey,
                    context: CatalogSeal.context(frame.keyring.vault, number, version))
            else { throw StoreError.damaged("the catalog") }
            definitions.append(bytes)
        }
        return definitions
    }

    /// The numbers that the history of a collection has.
    internal func keptHistory(_ plan: CollectionPlan, _ state: VaultState) throws -> StreamRanges {
        var ranges = StreamRanges()
        guard state.hasHistory(in: plan.number) else { return ranges }
        let table = "h_\(plan.number)"
        if let all = try unbroken(table) {
            for number in all { ranges.append(number) }
            return ranges
        }
        var numbers: [UInt64] = []
        try eachNumber("SELECT hid FROM \(table)") { numbers.append($0) }
        numbers.sort()
        for number in numbers { ranges.append(number) }
        return ranges
    }

    /// The numbers of a history, where they are as many as lie between the first and the last: then
    /// they are these, because none is there twice.
    private func unbroken(_ table: String) throws -> ClosedRange<UInt64>? {
        // Three questions, because SQLite answers the first two from the ends of the table.
        let ends = try connection.prepare(
            """
            SELECT (SELECT min(hid) FROM \(table)), (SELECT max(hid) FROM \(table)), \
            (SELECT count(*) FROM \(table))
            """)
        guard try ends.step(), ends.int64(0) > 0, ends.int64(0) <= ends.int64(1),
            ends.int64(1) - ends.int64(0) == ends.int64(2) - 1
        else { return nil }
        return UInt64(ends.int64(0))...UInt64(ends.int64(1))
    }
}

extension Connection {
    /// Hands over the first column of every row, a number.
    internal func eachNumber(_ sql: String, _ body: (UInt64) throws -> Void) throws {
        let rows = try prepare(sql)
        while try rows.step() { try body(UInt64(bitPattern: rows.int64(0))) }
    }
}

extension RecordStream {
    /// Writes the tombstones: all of them, proved complete, or those that came.
    internal func writeTombstones() throws {
        let rows = try reader.connection.prepare(
            "SELECT seq, seal FROM tomb WHERE seq > \(parent?.sequence ?? 0) ORDER BY seq")
        let counter = RowCounter(reader.frame, .tombstone, collection: 0)
        while try rows.step() {
            let sequence = UInt64(bitPattern: rows.int64(0))
            let seal = rows.bytes(1)
            unsafe seal.withUnsafeBytes { unsafe counter.add(key: rows.int64(0), seal: $0) }
            let grave = try reader.tombstone(seal, sequence)
            try begin(.tombstones, 0)
            withEntry { entry in
                entry.append(varint: sequence)
                entry.append(contentsOf: grave.bytes)
            }
            try endEntry(hasPart: false, key: 0)
        }
        if parent == nil { try prove(counter.tally, .tombstone, "the deletions") }
        try flush()
    }

    /// Writes the audit log: the whole of it, proved complete, or what came.
    internal func writeAudit() throws {
        let first = parent?.nextAudit ?? 0
        let rows = try reader.connection.prepare(
            "SELECT num, seal FROM audit WHERE num >= \(first) ORDER BY num")
        let counter = RowCounter(reader.frame, .audit, collection: 0)
        var number = first
        while try rows.step() {
            let seal = rows.bytes(1)
            guard UInt64(bitPattern: rows.int64(0)) == number else { break }
            unsafe seal.withUnsafeBytes { unsafe counter.add(key: rows.int64(0), seal: $0) }
            try begin(.audit, 0)
            withEntry { entry in
                entry.append(varint: number)
                entry.append(prefixed32: seal)
            }
            try endEntry(hasPart: false, key: 0)
            number += 1
        }
        guard number == state.nextAudit else { throw StoreError.damaged("the audit log") }
        if parent == nil { try prove(counter.tally, .audit, "the audit log") }
        try flush()
    }

    private func prove(
        _ tally: VaultState.Tally, _ table: RowTable, _ what: String
    ) throws {
        guard state.bodies[VaultState.Body(table)] ?? VaultState.Tally() == tally else {
            throw StoreError.damaged(what)
        }
    }
}
