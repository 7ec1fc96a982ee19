internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferKeys
internal import CofferSQLite

/// Gives a vault another root key and new active keys (`Docs/Format.md`, section 6), inside a write
/// transaction.
///
/// What is written from then on, nobody opens who only ever held the old root. What was written
/// before stays under the old data keys, which the new root wraps as well.
internal struct RootRotation {
    let store: Store
    private let before: Store.Verified
    let root: RootKey
    let vault: Identifier
    let now: Int64
    let randomness: Randomness
    private let replacement: Store.Replacement?
    let skipsDamaged: Bool
    private let progress: (UInt64, UInt64) throws -> Void

    /// A row of a table with numbers, sealed anew.
    struct Row {
        let number: Int64
        let seal: [UInt8]
    }

    /// What is to become of a key that is nobody's.
    private enum Fate {
        case stays(KeyRow.State)
        case goes
    }

    /// The purposes whose keys are replaced.
    private static let renewed: [KeyRow.Purpose] = [.records, .catalog, .state, .audit]
    /// What is replaced besides after a compromise: not what ids are made with.
    private static let compromised: [KeyRow.Purpose] = [.index]

    /// - Parameters:
    ///   - replacement: What takes the place of every slot; nil where they stay.
    ///   - skipsDamaged: Whether what is missing, doubled or does not open is passed over.
    init(
        _ store: Store, _ before: Store.Verified, _ root: RootKey,
        replacement: Store.Replacement?, skipsDamaged: Bool,
        progress: @escaping (UInt64, UInt64) throws -> Void
    ) {
        self.store = store
        self.before = before
        self.root = root
        self.replacement = replacement
        self.skipsDamaged = skipsDamaged
        self.progress = progress
        vault = store.header.vault
        now = store.environment.now()
        randomness = store.environment.randomness
    }

    /// Writes everything but the state, which the transaction that it gives seals at its end.
    ///
    /// What is passed over stays as it is: a sum under the new key misses what the one under the old
    /// key has missed, and a key of a person that does not open is wrapped by no root.
    ///
    /// - Throws: `StoreError.damaged` where a row is missing, doubled or does not open, unless that
    ///   is passed over: it is refused before it would be taken into a new sum. `SQLiteError`,
    ///   `KeysError`, `CryptoError`.
    func run() throws -> (Transaction, Store.RootChange) {
        guard before.state.jobs.rows == 0 else { throw StoreError.jobUnderWay }
        var state = before.state
        state.epoch += 1
        state.epochReason = .rotated
        state.frame = Sum256()
        let rewrapped = replacement == nil ? try rewrapSlots() : nil
        let keys = try renewKeys(&state)
        var keyring = Keyring(vault: vault, root: root)
        for row in keys { try keyring.add(number: UInt32(row.number), who: nil, seal: row.seal) }
        let frame = try Frame(keyring: keyring, catalog: before.frame.catalog)
        let persons = try renewPersons(&state, oldFrame: before.frame)
        let catalog = try resealCatalog(frame)
        var odd = try recount(&state, frame)
        let transaction = try Transaction(store: store, frame: frame, state: state)
        for row in keys { transaction.enter(.key, key: row.number.bigEndianBytes, seal: row.seal) }
        for row in persons.rows {
            transaction.enter(.subjectKey, key: row.number.bigEndianBytes, seal: row.seal)
        }
        if let gap = persons.gap {
            let body = VaultState.Body(.subjectKey)
            transaction.state.bodies[body] = gap.carried(by: transaction.state.bodies[body])
            odd.append(Self.name(body, frame))
        }
        for (key, seal) in catalog { transaction.enter(.catalog, key: key, seal: seal) }
        let numbers = try enterSlots(rewrapped, transaction)
        var details = [
            AuditEntry.Detail("slots", "\(numbers.count)"),
            AuditEntry.Detail("epoch", "\(state.epoch)"),
        ]
        if !odd.isEmpty { details.append(Self.unaccounted(odd)) }
        if let replacement {
            _ = try transaction.renewSigningKey(isCompromised: true)
            try transaction.putJob(replacement.plan)
            details.append(AuditEntry.Detail("job", replacement.plan.id.description))
        }
        try transaction.audit(replacement == nil ? "rotate-root" : "rotate-all", details)
        let former = Set(before.frame.keyring.all.map(\.number))
        let kept = transaction.frame.keyring.all.filter {
            $0.facts.state == .active && former.contains($0.number)
        }
        return (
            transaction,
            Store.RootChange(
                epoch: state.epoch, slots: numbers,
                persons: persons.made,
                kept: kept.map { ($0.facts.purpose, $0.facts.created) })
        )
    }

    /// Takes the slots into the sums: those that were wrapped anew, or new ones in their place.
    private func enterSlots(
        _ rewrapped: (roster: [UInt8], slots: [Row])?, _ transaction: Transaction
    ) throws -> [UInt32] {
        guard let replacement else {
            guard let (roster, slots) = rewrapped else { return [] }
            for row in slots {
                transaction.enter(.slot, key: row.number.bigEndianBytes, seal: row.seal)
            }
            transaction.enter(.roster, key: Int64(2).bigEndianBytes, seal: roster)
            return slots.map { UInt32(clamping: $0.number) }
        }
        let remove = try store.connection.prepare("DELETE FROM slot")
        _ = try remove.step()
        let (roster, numbers) = try replacement.write(transaction, root: root)
        let meta = try store.connection.prepare("UPDATE meta SET seal = ?2 WHERE num = ?1")
        try Self.write(meta, 2, roster)
        transaction.enter(.roster, key: Int64(2).bigEndianBytes, seal: roster)
        return numbers
    }

    /// Wraps the new root for every slot of the roster; nobody's password is needed.
    private func rewrapSlots() throws -> (roster: [UInt8], slots: [Row]) {
        let old = try store.openRoster(before.frame.keyring.root)
        var roster = Roster()
        var rows: [Row] = []
        let update = try store.connection.prepare("UPDATE slot SET seal = ?2 WHERE num = ?1")
        for (entry, slot) in zip(old.entries, try store.slots()) {
            guard let row = try? SlotRow(parsing: slot.seal),
                let authKey = old.authKey(forNumber: entry.number)
            else { throw StoreError.damaged("slot \(entry.number)") }
            let seal = try Slots.rewrap(
                row, authKey: authKey, root: root, vault: vault, randomness: randomness
            ).bytes
            roster.append(
                Roster.Entry(
                    number: entry.number, digest: SHA256.hash(seal.span), slot: entry.slot,
                    kind: entry.kind, publicKey: entry.publicKey, created: entry.created,
                    label: entry.label),
                authKey: authKey)
            rows.append(Row(number: Int64(entry.number), seal: seal))
            try Self.write(update, Int64(entry.number), seal)
        }
        let sealed = try RosterSeal.seal(roster, root: root, vault: vault, randomness: randomness)
        let meta = try store.connection.prepare("UPDATE meta SET seal = ?2 WHERE num = ?1")
        try Self.write(meta, 2, sealed)
        return (sealed, rows)
    }

    static func write(
        _ statement: borrowing Statement, _ number: Int64, _ seal: [UInt8]
    ) throws {
        statement.reset()
        try statement.bind(number, at: 1)
        try statement.bind(blob: seal, at: 2)
        _ = try statement.step()
    }
}

extension RootRotation {
    /// Seals the keys that are nobody's under the new root, and makes new active ones.
    private func renewKeys(_ state: inout VaultState) throws -> [Row] {
        var rows: [Row] = []
        let unnamed = try hasUnnamedRows()
        let update = try store.connection.prepare("UPDATE dkey SET seal = ?2 WHERE num = ?1")
        let remove = try store.connection.prepare("DELETE FROM dkey WHERE num = ?1")
        var purposes = Self.renewed + (replacement == nil ? [] : Self.compromised)
        for key in before.frame.keyring.all {
            let isOptional = key.facts.purpose == .bundle || key.facts.purpose == .chunk
            if isOptional, key.facts.state == .active { purposes.append(key.facts.purpose) }
            switch fate(key.facts, hasUnnamedRows: unnamed) {
            case .goes:
                remove.reset()
                try remove.bind(Int64(key.number), at: 1)
                _ = try remove.step()
            case .stays(let new):
                let seal = try Keyring.seal(
                    key, turning: new, root: root, vault: vault, randomness: randomness)
                try Self.write(update, Int64(key.number), seal)
                rows.append(Row(number: Int64(key.number), seal: seal))
            }
        }
        let insert = try store.connection.prepare("INSERT INTO dkey(num, seal) VALUES(?1, ?2)")
        for purpose in purposes {
            let number = try Self.nextKey(&state)
            let seal = try Keyring.make(
                number: number, purpose: purpose, subject: nil, created: now, root: root,
                vault: vault, randomness: randomness)
            try Self.write(insert, Int64(number), seal)
            rows.append(Row(number: Int64(number), seal: seal))
        }
        return rows
    }

    /// A key that nothing is under any more goes; one that opens what was written stays.
    private func fate(_ facts: KeyRow.Facts, hasUnnamedRows: Bool) -> Fate {
        switch (facts.purpose, facts.state) {
        // There is no job while the root is replaced.
        case (.state, _), (.jobs, _): .goes
        case (.catalog, _): hasUnnamedRows ? .stays(.retiring) : .goes
        case (.records, .active), (.audit, .active), (.chunk, .active): .stays(.retiring)
        case (.bundle, .active): .stays(.archived)
        case (.index, .active): .stays(replacement == nil ? .active : .retiring)
        default: .stays(facts.state)
        }
    }

    static func nextKey(_ state: inout VaultState) throws -> UInt32 {
        guard state.nextKey < .max else { throw StoreError.exhausted("keys") }
        defer { state.nextKey += 1 }
        return state.nextKey
    }

    /// Whether there are tombstones or notes: what is under a catalog key without naming it.
    private func hasUnnamedRows() throws -> Bool {
        before.state.bodies.contains {
            ($0.key.table == .tombstone || $0.key.table == .history) && $0.value.rows > 0
        }
    }

    private func resealCatalog(_ frame: Frame) throws -> [(key: [UInt8], seal: [UInt8])] {
        var made: [(key: [UInt8], seal: [UInt8])] = []
        var found: [(number: Int64, version: Int64, seal: [UInt8])] = []
        do {
            let rows = try store.connection.prepare("SELECT num, ver, seal FROM cat")
            while try rows.step() { found.append((rows.int64(0), rows.int64(1), rows.bytes(2))) }
        }
        let update = try store.connection.prepare(
            "UPDATE cat SET seal = ?1 WHERE num = ?2 AND ver = ?3")
        for (number, version, seal) in found {
            let context = CatalogSeal.context(
                vault, UInt32(truncatingIfNeeded: number), UInt32(truncatingIfNeeded: version))
            let plain = try Cobblestone.open(
                seal, under: before.frame.catalogKey, context: context)
            let anew = try Cobblestone.seal(
                plain, under: frame.catalogKey, context: context, randomness: randomness)
            update.reset()
            try update.bind(blob: anew, at: 1)
            try update.bind(number, at: 2)
            try update.bind(version, at: 3)
            _ = try update.step()
            made.append((number.bigEndianBytes + version.bigEndianBytes, anew))
        }
        return made
    }

    /// Adds up every row under the old and the new state key, in one pass over the seals.
    ///
    /// - Returns: The tables that differ from what the state said of them, and were passed over.
    private func recount(_ state: inout VaultState, _ frame: Frame) throws -> [String] {
        var odd: [String] = []
        let total = state.bodies.values.reduce(0) { $0 &+ $1.rows }
        var seen: UInt64 = 0
        for (body, promised) in state.bodies.sorted(by: { $0.key < $1.key })
        where body.table != .subjectKey {
            if body.table == .chunk {
                let (old, new) = try recountChunks(frame)
                state.bodies[body] = try carried(body, promised, old, new, frame, &odd)
                continue
            }
            let old = RowCounter(before.frame, body.table, collection: body.collection)
            let new = RowCounter(frame, body.table, collection: body.collection)
            if let select = Self.select(body), promised.rows > 0 {
                let rows = try store.connection.prepare(select)
                let hasNote = body.table == .history
                var seal: [UInt8] = []
                while try rows.step() {
                    seal = hasNote ? rows.bytes(2) + rows.bytes(1) : rows.bytes(1)
                    unsafe seal.withUnsafeBytes {
                        unsafe old.add(key: rows.int64(0), seal: $0)
                        unsafe new.add(key: rows.int64(0), seal: $0)
                    }
                    seen += 1
                    if seen % 1_024 == 0 { try progress(min(seen, total), total) }
                }
            }
            state.bodies[body] = try carried(
                body, promised, old.tally, new.tally, frame, &odd)
        }
        try progress(total, total)
        return odd
    }

    /// Chunks of files are the rows that have no number.
    private func recountChunks(
        _ frame: Frame
    ) throws -> (old: VaultState.Tally, new: VaultState.Tally) {
        var (old, new) = (VaultState.Tally(), VaultState.Tally())
        let rows = try store.connection.prepare("SELECT name, seal FROM chunk")
        while try rows.step() {
            let (name, seal) = (rows.bytes(0), rows.bytes(1))
            old.add(before.frame.code(.chunk, key: name, seal: seal))
            new.add(frame.code(.chunk, key: name, seal: seal))
        }
        return (old, new)
    }

    /// The sum under the new key; rows that were changed or are gone keep it from fitting, as
    /// before.
    private func carried(
        _ body: VaultState.Body, _ promised: VaultState.Tally, _ old: VaultState.Tally,
        _ new: VaultState.Tally, _ frame: Frame, _ odd: inout [String]
    ) throws -> VaultState.Tally {
        guard old != promised else { return new }
        let name = Self.name(body, frame)
        guard skipsDamaged else {
            throw StoreError.damaged("\(name): rows are missing, doubled or put back")
        }
        odd.append(name)
        return Gap(promised, old).carried(by: new)
    }

    /// The tables that a sum was made anew of which did not fit, for the audit log.
    private static func unaccounted(_ names: [String]) -> AuditEntry.Detail {
        let rest = names.count - namesInAudit
        let more = rest > 0 ? " and \(rest) more" : ""
        return AuditEntry.Detail(
            "unaccounted", names.prefix(namesInAudit).joined(separator: "; ") + more)
    }

    /// An entry of the audit log has room for so many names, and for many more.
    private static let namesInAudit = 16

    /// Key and seal of every row; nil for a table that this release does not fill.
    private static func select(_ body: VaultState.Body) -> String? {
        switch body.table {
        case .records: "SELECT rid, seal FROM c_\(body.collection)"
        case .history: "SELECT hid, seal, note FROM h_\(body.collection)"
        case .tombstone: "SELECT seq, seal FROM tomb"
        case .audit: "SELECT num, seal FROM audit"
        case .pack: "SELECT num, seal FROM pack"
        default: nil
        }
    }

    private static func name(_ body: VaultState.Body, _ frame: Frame) -> String {
        switch body.table {
        case .tombstone: return "deletions"
        case .audit: return "audit log"
        case .chunk: return "chunks of files"
        case .pack: return "packs"
        case .subjectKey: return "persons' keys"
        default:
            let name = frame.catalog[body.collection]?.name ?? "collection \(body.collection)"
            return body.table == .history ? "older versions of \(name)" : name
        }
    }
}
