import CofferBytes
import CofferCrypto
import CofferFormat
import CofferKeys
import CofferStore
import Testing

/// Whole rows and whole files: deleted, doubled, put back.
@Suite struct RowTests {
    private typealias Cell = RawDatabase.Cell

    private static func rows(
        _ database: RawDatabase, _ table: String, _ columns: [String]
    ) throws -> [[Cell]] {
        try database.run(
            "SELECT rowid, \(columns.joined(separator: ", ")) FROM \(table) ORDER BY rowid")
    }

    @Test func everyDeletedRowIsCaught() throws {
        let attack = try Attack()
        var score = Score()
        for (table, columns) in try Attack.tables(attack.database()) {
            let rows = try Self.rows(attack.database(), table, columns)
            for row in Thoroughness.some(rows, 10) {
                let outcome = try attack {
                    try $0.run("DELETE FROM \(table) WHERE rowid = \(row[0].int)")
                }
                score.take(outcome, "\(table) \(row[0].int)")
            }
        }
        score.expectAllCaught("deleted rows", atLeast: 50)
    }

    @Test func everyEmptiedTableIsCaught() throws {
        let attack = try Attack()
        var score = Score()
        for (table, columns) in try Attack.tables(attack.database()) {
            guard try !Self.rows(attack.database(), table, columns).isEmpty else { continue }
            score.take(try attack { try $0.run("DELETE FROM \(table)") }, table)
        }
        score.expectAllCaught("emptied tables", atLeast: 9)
    }

    @Test func everyDoubledRowIsCaught() throws {
        let attack = try Attack()
        var score = Score()
        for (table, columns) in try Attack.tables(attack.database()) {
            let rows = try Self.rows(attack.database(), table, columns)
            for row in Thoroughness.some(rows, 6) {
                for target in [1_000_000, row[0].int - 500] {
                    let outcome = try attack {
                        try Self.double(row, at: target, table, columns, in: $0)
                    }
                    score.take(outcome, "\(table) \(row[0].int) at \(target)")
                }
            }
        }
        score.expectAllCaught("doubled rows", atLeast: 80)
    }

    /// Puts a copy of a row beside it, with other values where a column is unique.
    private static func double(
        _ row: [Cell], at target: Int64, _ table: String, _ columns: [String],
        in database: RawDatabase
    ) throws {
        var cells = Array(row.dropFirst())
        for (index, column) in columns.enumerated() {
            switch (table, column) {
            case ("cat", "num"), ("cat", "seal"): break
            case ("cat", "ver"): cells[index] = .integer(target)
            case (_, "who"):
                if case .blob(let bytes) = cells[index] { cells[index] = .blob(bytes.reversed()) }
            case (_, "seq") where table.hasPrefix("c_"): cells[index] = .integer(target)
            case (_, "id"): cells[index] = .blob(cells[index].bytes.reversed())
            default:
                if index == 0 { cells[index] = .integer(target) }
                if column.hasPrefix("x_"), case .blob(let bytes) = cells[index] {
                    cells[index] = .blob(bytes.reversed())
                }
            }
        }
        let marks = columns.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
        try database.run(
            "INSERT INTO \(table)(\(columns.joined(separator: ", "))) VALUES(\(marks))", cells)
    }

    @Test func aStrangeRowIsCaught() throws {
        let attack = try Attack()
        var score = Score()
        for table in ["job", "quar", "pack"] {
            score.take(
                try attack { try $0.run("INSERT INTO \(table) VALUES(1, x'00')") }, table)
        }
        score.take(try attack { try $0.run("INSERT INTO chunk VALUES(x'00', x'00')") }, "chunk")
        score.take(
            try attack {
                try $0.run(
                    "INSERT INTO h_1(hid, note, rid, id, seq, keys, seal) "
                        + "VALUES(900, x'00', 1, x'00', 1, x'00', x'00')")
            }, "h_1")
        score.expectAllCaught("strange rows", atLeast: 5)
    }

    @Test func everyRowPutBackFromAnOlderFileIsCaught() throws {
        let attack = try Attack(olderIsKnown: true)
        var score = Score()
        for (table, columns) in try Attack.tables(attack.database()) {
            let names = Set(
                try attack.database(attack.sample.before).run("PRAGMA table_info(\(table))")
                    .map { $0[1].string })
            let shared = columns.filter { names.contains($0) }
            let now = try Self.rows(attack.database(), table, shared)
            let old = try Self.rows(attack.database(attack.sample.before), table, shared)
            for row in Thoroughness.some(old.filter { !now.contains($0) }, 14) {
                let marks = shared.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
                let outcome = try attack {
                    try $0.run(
                        "INSERT OR REPLACE INTO \(table)(\(shared.joined(separator: ", "))) "
                            + "VALUES(\(marks))", Array(row.dropFirst()))
                }
                score.take(outcome, "\(table) \(row[0].int)")
            }
        }
        score.expectAllCaught("rows put back", atLeast: 30)
    }

    /// Rows that the vault's owner could have written last week, sealed as they should be.
    @Test func lastWeeksSlotsRosterKeysAndDefinitionsAreCaught() throws {
        let attack = try Attack()
        let sample = attack.sample
        let place = try Place()
        try place.put(sample.now)
        let store = try Store(
            opening: place.path, isReadOnly: false, environment: Sample.environment())
        try store.unlock(root: sample.root)
        let cost = try Argon2id.Parameters(
            memoryKiB: UInt64(Sample.cost.memory), passes: UInt64(Sample.cost.passes), lanes: 4)
        let slot = try Slots.make(
            password: Passphrase(opening: Sample.bytes(Array("last week".utf8))), cost: cost,
            root: sample.root, vault: sample.vault, randomness: .system)
        let rows = try store.slots()
        var roster = Roster()
        let entries = try store.openRoster(sample.root).entries
        for (entry, row) in zip(entries, rows) {
            let seal = entry.number == 1 ? slot.row.bytes : row.seal
            roster.append(
                Roster.Entry(
                    number: entry.number, digest: SHA256.hash(seal.span),
                    slot: entry.number == 1 ? slot.row.slot : entry.slot, kind: entry.kind,
                    publicKey: entry.number == 1 ? slot.row.publicKey : entry.publicKey,
                    created: entry.created, label: entry.label),
                authKey: slot.authKey.duplicate())
        }
        let sealed = try RosterSeal.seal(
            roster, root: sample.root, vault: sample.vault, randomness: .system)
        var score = Score()
        let slotBytes = slot.row.bytes
        score.take(try attack { try Self.put(slotBytes, "slot", 1, in: $0) }, "a slot alone")
        score.take(try attack { try Self.put(sealed, "meta", 2, in: $0) }, "a roster alone")
        score.take(
            try attack {
                try Self.put(slotBytes, "slot", 1, in: $0)
                try Self.put(sealed, "meta", 2, in: $0)
            }, "a slot with its roster")
        for key in try store.frame().keyring.all {
            let seal = try Keyring.make(
                number: key.number, purpose: key.facts.purpose, subject: nil, created: 1,
                root: sample.root, vault: sample.vault, randomness: .system)
            score.take(
                try attack { try Self.put(seal, "dkey", Int64(key.number), in: $0) },
                "key \(key.number)")
        }
        try Self.definitions(store, attack, &score)
        score.expectAllCaught("last week's rows", atLeast: 13)
    }

    private static func definitions(
        _ store: Store, _ attack: Attack, _ score: inout Score
    ) throws {
        let frame = try store.frame()
        for definition in frame.catalog.definitions {
            let seal = try Cobblestone.seal(
                definition.bytes, under: frame.catalogKey,
                context: SealContext.make(
                    "coffer/v1/catalog", attack.sample.vault.bytes,
                    definition.collection.bigEndianBytes, definition.version.bigEndianBytes),
                randomness: .system)
            let outcome = try attack {
                try $0.run(
                    "UPDATE cat SET seal = ?1 WHERE num = \(definition.collection) "
                        + "AND ver = \(definition.version)", [.blob(seal)])
            }
            score.take(outcome, "definition \(definition.collection)")
        }
    }

    private static func put(
        _ seal: [UInt8], _ table: String, _ number: Int64, in database: RawDatabase
    ) throws {
        try database.run("UPDATE \(table) SET seal = ?1 WHERE num = \(number)", [.blob(seal)])
    }

    @Test func anOlderFileOpensOnlyWhereNothingIsRemembered() throws {
        let sample = try Sample.shared.get()
        let place = try Place()
        let state = place.path + "/state"
        try place.put(sample.now)
        guard case .silent = Examiner(sample).examine(place.path, state: state) else {
            Issue.record("the newest file is refused")
            return
        }
        try place.put(sample.before)
        let store = try Store(
            opening: place.path, isReadOnly: false, environment: Sample.environment(state: state))
        #expect {
            try store.unlock(root: sample.root)
        } throws: { error in
            guard case StoreError.older(.older(let behind, _)) = error else { return false }
            return (behind ?? 0) > 0
        }
        #expect(!store.isUnlocked)
        let before = Examiner(sample, truth: sample.truthBefore)
        guard case .silent = before.examine(place.path) else {
            Issue.record("without a memory the older file should open")
            return
        }
    }

    @Test func anOlderFileInParts() throws {
        let attack = try Attack(olderIsKnown: true)
        var score = Score()
        // Each table by itself, and each table but one, from the older file.
        let tables = try Attack.tables(attack.database()).map(\.name)
        let older = try Place()
        try older.put(attack.sample.before)
        let changed = try tables.filter { table in
            let now = try attack.database().run("SELECT * FROM \(table)")
            return try attack.database(attack.sample.before).run("SELECT * FROM \(table)") != now
        }
        for table in changed {
            for isOnly in [true, false] {
                let outcome = try attack { database in
                    try database.run("ATTACH '\(older.database)' AS old")
                    for name in changed where (name == table) == isOnly {
                        let columns = try database.run("PRAGMA old.table_info(\(name))")
                            .map { $0[1].string }.joined(separator: ", ")
                        try database.run("DELETE FROM main.\(name)")
                        try database.run(
                            "INSERT INTO main.\(name)(\(columns)) "
                                + "SELECT \(columns) FROM old.\(name)")
                    }
                    try database.run("DETACH old")
                }
                score.take(outcome, "\(isOnly ? "only" : "all but") \(table)")
            }
        }
        score.expectAllCaught("tables put back", atLeast: 12)
    }
}
