internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferKeys
package import CofferRecords
internal import CofferSQLite
internal import CofferStore

/// Verifies a whole vault on one snapshot, and goes on where something is wrong.
package struct VaultCheck {
    private let records: Records
    private let opensOnly: Bool
    private let depth: FileDepth
    private let isUnderActive: Bool
    private let progress: (UInt64, UInt64) -> Void
    private var report = CheckReport()
    private var total: UInt64 = 0

    /// A check of an unlocked vault.
    ///
    /// - Parameters:
    ///   - opensOnly: Whether it is enough that everything opens and nothing is missing: neither
    ///     rules nor indexes are compared, nor SQLite's own structures.
    ///   - files: How far the bytes of files are read.
    ///   - isUnderActive: Whether chunks and packs must open under the active key alone.
    ///   - progress: Is given the records looked at so far, and how many there are; then, where the
    ///     bytes of files are read, those.
    package init(
        _ records: Records, opensOnly: Bool = false, files: FileDepth = .rows,
        isUnderActive: Bool = false,
        progress: @escaping (UInt64, UInt64) -> Void = { _, _ in }
    ) {
        self.records = records
        self.opensOnly = opensOnly
        depth = files
        self.isUnderActive = isUnderActive
        self.progress = progress
    }

    /// Looks at everything once.
    ///
    /// - Complexity: Reads every row.
    package consuming func run() throws -> CheckReport {
        let store = records.store
        do {
            try records.read { reader in
                // A second thread begins with the records while the database is looked at.
                let verification = RecordVerification(
                    reader, (try? reader.allPlans()) ?? [], opensOnly: opensOnly)
                defer { verification.stop() }
                if !opensOnly {
                    do { try checkDatabase(store) } catch { try note(error) }
                }
                do { try checkFrame(store, reader) } catch { try note(error) }
                let state = try store.state()
                for (body, tally) in state.bodies where body.table == .records {
                    total = total.addingReportingOverflow(tally.rows).partialValue
                }
                for plan in try reader.allPlans() {
                    do {
                        try checkRecords(plan, verification, reader, state)
                    } catch { try note(error) }
                }
                do { try checkCollections(reader, state) } catch { try note(error) }
                do { try checkTombstones(store, reader, state) } catch { try note(error) }
                do { try checkAudit(store, reader, state) } catch { try note(error) }
                do { try checkSubjectKeys(store, reader, state) } catch { try note(error) }
                do {
                    var files = FileCheck(records, reader, depth, isUnderActive: isUnderActive)
                    try files.run(state, progress: progress) { report.take($0) }
                } catch { try note(error) }
                for table in [RowTable.job, .quarantine] {
                    do { try checkEmpty(table, store, reader, state) } catch { try note(error) }
                }
            }
        } catch {
            // Also the end of the snapshot fails on some damaged pages.
            try note(error)
        }
        return report
    }

    /// Takes damage that ended one part of the check for a finding, so that the others go on.
    ///
    /// - Throws: Whatever is no damage.
    private mutating func note(_ error: any Error) throws {
        switch error {
        case StoreError.damaged(let part), KeysError.damaged(let part):
            report.add(.error, "frame", part)
        case let error as RecordsError:
            guard case .damaged = error else {
                guard case .incomplete(let collection) = error else { throw error }
                return report.add(.error, "record-missing", collection)
            }
            report.add(.error, "record-damaged", CheckReport.place(of: error))
        case let error as SQLiteError
        where error.code.primary == .corrupt || error.code.primary == .notADatabase:
            report.add(.error, "database", "vault.sqlite: \(error.message)")
        default: throw error
        }
    }

    private mutating func checkDatabase(_ store: Store) throws {
        for problem in try store.connection.integrityCheck(limit: 100) {
            report.add(.error, "database", "vault.sqlite: \(problem)")
        }
        for violation in try store.connection.foreignKeyCheck() {
            report.add(
                .error, "reference-broken",
                "\(violation.table), row \(violation.rowid.map(String.init) ?? "?")")
        }
    }

    /// Keys, slots, catalog and schema: the frame, verified again whatever was verified before.
    private mutating func checkFrame(_ store: Store, _ reader: RecordReader) throws {
        do {
            try store.verifyAgain()
        } catch StoreError.damaged(let part) {
            report.add(.error, "frame", part)
        } catch KeysError.wrongSecret {
            report.add(.error, "frame", "the list of slots")
        }
        report.count("slots", UInt64(try store.slots().count))
        report.count("keys", UInt64(reader.frame.keyring.all.count))
        report.count("collections", UInt64(reader.frame.catalog.definitions.count { !$0.isSystem }))
    }

    private mutating func checkRecords(
        _ plan: CollectionPlan, _ verification: RecordVerification, _ reader: RecordReader,
        _ state: VaultState
    ) throws {
        let outcome = try verification.verify(plan) { progress($0, total) }
        for problem in outcome.problems {
            guard case .damaged = problem else { continue }
            report.add(.error, "record-damaged", CheckReport.place(of: problem))
        }
        let body = VaultState.Body(.records, collection: plan.number)
        compare(
            outcome.tally, state.bodies[body], "record-missing", plan.name,
            afterDamage: !outcome.problems.isEmpty)
        var history = VaultState.Tally()
        var isDamaged = false
        try reader.verifyHistory(plan, tally: &history) { problem in
            guard case .damaged(_, let rid, let id, let what) = problem else { return }
            isDamaged = true
            let name = id.map { "\($0)" } ?? "row \(rid)"
            report.add(.error, "history-damaged", "\(plan.name) \(name), older version: \(what)")
        }
        let kept = state.bodies[VaultState.Body(.history, collection: plan.number)]
        compare(
            history, kept, "history-missing", "\(plan.name), history", afterDamage: isDamaged)
        report.count(plan.name, outcome.tally.rows)
        if history.rows > 0 { report.count("\(plan.name), older versions", history.rows) }
    }

    /// Whether the state counts collections that the catalog does not have.
    private mutating func checkCollections(_ reader: RecordReader, _ state: VaultState) throws {
        for body in state.bodies.keys.sorted() where body.table == .records {
            if reader.frame.catalog[body.collection] == nil {
                report.add(.error, "frame", "collection \(body.collection) has no definition")
            }
        }
    }

    private mutating func checkTombstones(
        _ store: Store, _ reader: RecordReader, _ state: VaultState
    ) throws {
        var tally = VaultState.Tally()
        var isDamaged = false
        let rows = try store.connection.prepare("SELECT seq, seal FROM tomb ORDER BY seq")
        while try rows.step() {
            let key = rows.int64(0).bigEndianBytes
            let seal = rows.bytes(1)
            tally.add(reader.frame.code(.tombstone, key: key, seal: seal))
            let context = SealContext.make(
                "coffer/v1/tomb", reader.frame.keyring.vault.bytes, key)
            let opened = reader.frame.open(seal, .catalog, context: context)
            let isBlob = rows.columnType(1) == .blob
            if !isBlob || opened.flatMap({ try? Tombstone(parsing: $0) }) == nil {
                isDamaged = true
                report.add(.error, "tombstone-damaged", "deletion \(rows.int64(0))")
            }
        }
        compare(
            tally, state.bodies[VaultState.Body(.tombstone)], "tombstone-missing", "deletions",
            afterDamage: isDamaged)
        report.count("deletions", tally.rows)
    }

    private mutating func checkAudit(
        _ store: Store, _ reader: RecordReader, _ state: VaultState
    ) throws {
        var tally = VaultState.Tally()
        var head = [UInt8](repeating: 0, count: 32)
        var expected: UInt64 = 0
        var firstBad: UInt64?
        let rows = try store.connection.prepare("SELECT num, seal FROM audit ORDER BY num")
        while try rows.step() {
            let number = UInt64(bitPattern: rows.int64(0))
            let seal = rows.bytes(1)
            tally.add(
                reader.frame.code(.audit, key: rows.int64(0).bigEndianBytes, seal: seal))
            let opened = reader.frame.open(
                seal, .audit, context: AuditSeal.context(reader.frame.keyring.vault, number))
            let entry = opened.flatMap { try? AuditEntry(parsing: $0) }
            if firstBad == nil,
                number != expected || entry?.number != number || entry?.previous != head
                    || rows.columnType(1) != .blob
            {
                firstBad = expected
            }
            head = AuditSeal.head(after: head, seal: seal)
            expected += 1
        }
        if firstBad == nil, head != state.auditHead || expected != state.nextAudit {
            firstBad = expected
        }
        if let firstBad {
            let good = firstBad == 0 ? "none before it" : "the last good one is \(firstBad - 1)"
            report.add(.error, "audit-broken", "audit entry \(firstBad); \(good)")
        }
        compare(tally, state.bodies[VaultState.Body(.audit)], "audit-missing", "audit log")
        report.count("audit entries", tally.rows)
    }

    private mutating func checkSubjectKeys(
        _ store: Store, _ reader: RecordReader, _ state: VaultState
    ) throws {
        var tally = VaultState.Tally()
        let rows = try store.connection.prepare(
            "SELECT num, who, seal FROM dkey WHERE who IS NOT NULL ORDER BY num")
        while try rows.step() {
            let seal = rows.bytes(2)
            tally.add(
                reader.frame.code(.subjectKey, key: rows.int64(0).bigEndianBytes, seal: seal))
            guard rows.columnType(1) == .blob, rows.columnType(2) == .blob,
                let number = UInt32(exactly: rows.int64(0)),
                (try? Keyring.open(
                    number: number, column: rows.bytes(1), seal: seal,
                    root: reader.frame.keyring.root,
                    vault: reader.frame.keyring.vault)) != nil
            else {
                report.add(.error, "key-damaged", "key \(rows.int64(0))")
                continue
            }
        }
        compare(tally, state.bodies[VaultState.Body(.subjectKey)], "key-missing", "persons' keys")
        report.count("persons' keys", tally.rows)
    }

    /// Tables that this release does not fill, and the one of the job that changes keys.
    private mutating func checkEmpty(
        _ table: RowTable, _ store: Store, _ reader: RecordReader, _ state: VaultState
    ) throws {
        let name: String
        switch table {
        case .job: name = "job"
        default: name = "quar"
        }
        if table == .job { _ = try store.job(reader.frame) }
        let rows = try reader.count(rowsOf: name)
        let counted = table == .job ? state.jobs.rows : state.bodies[VaultState.Body(table)]?.rows
        if rows != counted { report.add(.error, "rows-unexpected", "table \(name)") }
    }

    private mutating func compare(
        _ found: VaultState.Tally, _ sealed: VaultState.Tally?, _ code: String, _ place: String,
        afterDamage: Bool = false
    ) {
        report.compare(found, sealed, code, place, afterDamage: afterDamage)
    }
}

extension CheckReport {
    /// Holds rows against what the state says of them.
    internal mutating func compare(
        _ found: VaultState.Tally, _ sealed: VaultState.Tally?, _ code: String, _ place: String,
        afterDamage: Bool = false
    ) {
        let sealed = sealed ?? VaultState.Tally()
        guard found != sealed else { return }
        if found.rows == sealed.rows {
            add(
                .error, code, "\(place): rows were replaced or put back",
                followsDamage: afterDamage)
        } else {
            add(.error, code, "\(place): \(found.rows) rows, the sealed count is \(sealed.rows)")
        }
    }
}
