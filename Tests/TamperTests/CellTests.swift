import Synchronization
import Testing

/// Cells exchanged, put back and edited.
@Suite struct CellTests {
    private typealias Cell = RawDatabase.Cell

    /// A table as it stands.
    private struct Table {
        let name: String
        let columns: [String]
        let rows: [(rid: Int64, cells: [Cell])]
    }

    private static func tables(_ database: RawDatabase) throws -> [Table] {
        try Attack.tables(database).map { name, columns in
            let rows = try database.run(
                "SELECT rowid, \(columns.joined(separator: ", ")) FROM \(name) ORDER BY rowid")
            return Table(
                name: name, columns: columns,
                rows: rows.map { (rid: $0[0].int, cells: Array($0.dropFirst())) })
        }
    }

    private static func set(
        _ database: RawDatabase, _ table: String, _ rid: Int64, _ changes: [(String, Cell)]
    ) throws {
        let list = changes.enumerated().map { "\($0.element.0) = ?\($0.offset + 1)" }
        try database.run(
            "UPDATE \(table) SET \(list.joined(separator: ", ")) WHERE rowid = \(rid)",
            changes.map(\.1))
    }

    /// Whether SQLite itself refused: a unique column, NOT NULL.
    private static func isConstraint(_ error: any Error) -> Bool {
        (error as? RawDatabase.Failure)?.code == 19
    }

    private struct Exchange {
        let table: String
        let first: (rid: Int64, column: String, cell: Cell)
        let second: (rid: Int64, column: String, cell: Cell)
    }

    /// Every pair in one column, and every pair in one row, whose contents differ.
    private static func exchanges(_ table: Table) -> [Exchange] {
        var all: [Exchange] = []
        for (index, column) in table.columns.enumerated() where index > 0 {
            for (place, row) in table.rows.enumerated() {
                for other in table.rows[..<place] where row.cells[index] != other.cells[index] {
                    all.append(
                        Exchange(
                            table: table.name, first: (row.rid, column, row.cells[index]),
                            second: (other.rid, column, other.cells[index])))
                }
                for other in 1..<index where row.cells[index] != row.cells[other] {
                    all.append(
                        Exchange(
                            table: table.name, first: (row.rid, column, row.cells[index]),
                            second: (row.rid, table.columns[other], row.cells[other])))
                }
            }
        }
        return all
    }

    @Test func exchangedCellsAreCaught() throws {
        let attack = try Attack()
        var score = Score()
        var impossible = 0
        let all = try Self.tables(attack.database()).flatMap { table in
            Thoroughness.some(Self.exchanges(table), table.name.hasPrefix("c_") ? 50 : 8)
        }
        for exchange in all {
            do {
                let outcome = try attack { try Self.exchange(exchange, in: $0) }
                score.take(outcome, "\(exchange)")
            } catch  where Self.isConstraint(error) { impossible += 1 }
        }
        print("exchanges that SQLite itself refuses: \(impossible)")
        score.expectAllCaught("exchanged cells", atLeast: 170)
    }

    private static func exchange(_ exchange: Exchange, in database: RawDatabase) throws {
        // Unique columns may not hold both values in between.
        try database.run("PRAGMA ignore_check_constraints=ON")
        if exchange.first.rid == exchange.second.rid {
            try set(
                database, exchange.table, exchange.first.rid,
                [
                    (exchange.first.column, exchange.second.cell),
                    (exchange.second.column, exchange.first.cell),
                ])
        } else {
            try set(
                database, exchange.table, exchange.first.rid,
                [(exchange.first.column, stopgap(exchange.first.cell))])
            try set(
                database, exchange.table, exchange.second.rid,
                [(exchange.second.column, exchange.first.cell)])
            try set(
                database, exchange.table, exchange.first.rid,
                [(exchange.first.column, exchange.second.cell)])
        }
    }

    /// Every two sealed cells of different rows and columns.
    private static func exchangesAcross(_ table: Table) -> [Exchange] {
        var cells: [(rid: Int64, column: String, cell: Cell)] = []
        for row in table.rows {
            for (index, column) in table.columns.enumerated() {
                if case .blob = row.cells[index] {
                    cells.append((row.rid, column, row.cells[index]))
                }
            }
        }
        return cells.indices.flatMap { index in
            cells[..<index].filter {
                $0.rid != cells[index].rid && $0.column != cells[index].column
                    && $0.cell != cells[index].cell
            }.map { Exchange(table: table.name, first: cells[index], second: $0) }
        }
    }

    @Test func sealedCellsExchangedWithThoseOfOtherColumnsAreCaught() throws {
        let all = try Self.tables(Attack().database()).flatMap {
            Thoroughness.some(Self.exchangesAcross($0), 20)
        }
        let total = Mutex((score: Score(), impossible: 0))
        let parts = Thoroughness.isFull ? 2 : 1
        try Thoroughness.inParts(parts) { part in
            let attack = try Attack()
            var score = Score()
            var impossible = 0
            for index in stride(from: part, to: all.count, by: parts) {
                do {
                    let outcome = try attack { try Self.exchange(all[index], in: $0) }
                    score.take(outcome, "\(all[index])")
                } catch  where Self.isConstraint(error) { impossible += 1 }
            }
            total.withLock {
                $0.score.add(score)
                $0.impossible += impossible
            }
        }
        let (score, impossible) = total.withLock { $0 }
        print("exchanges across columns that SQLite itself refuses: \(impossible)")
        score.expectAllCaught("cells exchanged across columns", atLeast: 50)
    }

    private static func stopgap(_ cell: Cell) -> Cell {
        if case .integer = cell { return .integer(.max - 7) }
        return .blob(Array("stopgap".utf8))
    }

    @Test func everyCellPutBackFromAnOlderVersionIsCaught() throws {
        let attack = try Attack()
        var score = Score()
        let before = try Self.tables(attack.database(attack.sample.before))
        let now = try Self.tables(attack.database())
        var changes: [(table: String, rid: Int64, column: String, cell: Cell)] = []
        for table in now {
            guard let old = before.first(where: { $0.name == table.name }) else { continue }
            for row in table.rows {
                guard let older = old.rows.first(where: { $0.rid == row.rid }) else { continue }
                for (index, column) in table.columns.enumerated() where index > 0 {
                    guard let place = old.columns.firstIndex(of: column),
                        older.cells[place] != row.cells[index]
                    else { continue }
                    changes.append((table.name, row.rid, column, older.cells[place]))
                }
            }
        }
        for change in Thoroughness.some(changes, 100) {
            do {
                let outcome = try attack {
                    try Self.set($0, change.table, change.rid, [(change.column, change.cell)])
                }
                score.take(outcome, "\(change)")
            } catch  where Self.isConstraint(error) { continue }
        }
        score.expectAllCaught("cells put back", atLeast: 90)
    }

    @Test func editedCellsAreCaught() throws {
        let attack = try Attack()
        var score = Score()
        var edits: [(table: String, rid: Int64, column: String, cell: Cell)] = []
        for table in try Self.tables(attack.database()) {
            for row in Thoroughness.some(table.rows, 3) {
                for (index, column) in table.columns.enumerated() {
                    for cell in Self.edits(of: row.cells[index], isKey: index == 0)
                    where cell != row.cells[index] {
                        edits.append((table.name, row.rid, column, cell))
                    }
                }
            }
        }
        var impossible = 0
        for edit in Thoroughness.some(edits, 300) {
            do {
                var isSame = false
                let outcome = try attack { database in
                    let row = "SELECT * FROM \(edit.table) WHERE rowid = \(edit.rid)"
                    let before = try database.run(row)
                    try Self.set(database, edit.table, edit.rid, [(edit.column, edit.cell)])
                    // The column's affinity has turned the value into what it was.
                    isSame = try database.run(row) == before
                }
                if isSame { impossible += 1 } else { score.take(outcome, "\(edit)") }
            } catch is RawDatabase.Failure { impossible += 1 }
        }
        print("edits that SQLite itself refuses: \(impossible)")
        score.expectAllCaught("edited cells", atLeast: 220)
    }

    /// Other values and other types for a cell.
    private static func edits(of cell: Cell, isKey: Bool) -> [Cell] {
        var edits: [Cell] = [.null, .integer(0), .blob([]), .text([]), .blob([0])]
        switch cell {
        case .null: edits += [.blob([1, 2, 3]), .text(Array("x".utf8)), .integer(7)]
        case .integer(let value):
            edits += [
                .integer(value &+ 1), .integer(-1), .integer(.max), .integer(.min),
                .real(Double(value)), .text(Array("\(value)".utf8)),
            ]
        case .real(let value):
            edits += [.real(value.nextUp), .real(-value), .integer(Int64(value)), .real(.infinity)]
        case .text(let bytes):
            edits += [.blob(bytes), .text(bytes + [0]), .text([0xFF] + bytes)]
            edits.append(.text(Self.repaired(bytes)))
        case .blob(let bytes):
            edits += [
                .text(bytes), .blob(bytes + [0]), .blob(Array(bytes.dropLast())),
                .blob([UInt8](repeating: 0, count: bytes.count)),
                .blob(Array(bytes.dropLast()) + [(bytes.last ?? 0) ^ 1]),
            ]
        }
        return isKey ? edits.filter { if case .integer = $0 { true } else { false } } : edits
    }

    /// Bytes that are no UTF-8, in the place of the character that stands for such.
    private static func repaired(_ bytes: [UInt8]) -> [UInt8] {
        let mark: [UInt8] = [0xEF, 0xBF, 0xBD]
        guard let start = bytes.indices.first(where: { bytes[$0...].starts(with: mark) }) else {
            return bytes
        }
        return Array(bytes[..<start]) + [0xFF] + Array(bytes[(start + 3)...])
    }

    @Test func theSameTextInOtherBytesIsCaught() throws {
        let attack = try Attack()
        var score = Score()
        for table in try Self.tables(attack.database()) {
            for row in Thoroughness.some(table.rows, 12) {
                for (index, column) in table.columns.enumerated() {
                    guard case .text(let bytes) = row.cells[index] else { continue }
                    let changed = Self.repaired(bytes)
                    guard changed != bytes else { continue }
                    let outcome = try attack {
                        try Self.set($0, table.name, row.rid, [(column, .text(changed))])
                    }
                    score.take(outcome, "\(table.name) \(row.rid) \(column)")
                }
            }
        }
        score.expectAllCaught("texts that read the same", atLeast: 6)
    }

    @Test func rowsUnderAnotherNumberAreCaught() throws {
        let attack = try Attack()
        var score = Score()
        for table in try Self.tables(attack.database()) {
            for row in Thoroughness.some(table.rows, 4) {
                for target in [row.rid + 1_000, -row.rid, 0, Int64.max, Int64.min]
                where target != row.rid {
                    do {
                        let outcome = try attack {
                            try $0.run(
                                "UPDATE \(table.name) SET rowid = \(target) "
                                    + "WHERE rowid = \(row.rid)")
                        }
                        // The catalog's rows have a key of their own; where they stand says nothing.
                        if table.name == "cat", case .silent = outcome { continue }
                        score.take(outcome, "\(table.name) \(row.rid) to \(target)")
                    } catch  where Self.isConstraint(error) { continue }
                }
            }
        }
        score.expectAllCaught("rows under other numbers", atLeast: 70)
    }
}
