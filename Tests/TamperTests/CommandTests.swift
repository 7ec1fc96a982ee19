import Foundation
import Testing

/// Attacks of every kind, seen through the command as its user sees them.
@Suite(.enabled(if: Program.isThere)) struct CommandTests {
    /// One change to the file.
    private struct Change {
        let name: String
        let make: (RawDatabase, Place) throws -> Void
    }

    private static let collections = ["houses", "folk", "deeds"]

    @Test func noAttackShowsAnythingFalseAndEveryOneIsReported() throws {
        let sample = try Sample.shared.get()
        let place = try Place()
        try place.put(sample.now)
        let truth = try Self.exports(place)
        #expect(truth.allSatisfy { $0.status == 0 && !$0.output.isEmpty })
        let check = try Self.check(place)
        #expect(check.status == 0, "\(check)")
        let lines = Set(truth.flatMap { $0.output.split(separator: "\n") })
        var statuses: [Int32: Int] = [:]
        var readings: [String: Int] = [:]
        let changes = try Self.changes(sample)
        var done = 0
        for change in Thoroughness.some(changes, Thoroughness.isFull ? 200 : 24, most: 200) {
            try place.put(sample.now)
            do {
                let database = try RawDatabase(place.database)
                try change.make(database, place)
            } catch let failure as RawDatabase.Failure where failure.code == 19 { continue }
            done += 1
            let outcome = try Self.check(place)
            statuses[outcome.status, default: 0] += 1
            // 6 for what is damaged; 3 where a slot no longer opens with the password.
            #expect([6, 3].contains(outcome.status), "\(change.name): \(outcome)")
            #expect(!outcome.errors.contains("\"unexpected\""), "\(change.name): \(outcome)")
            for (read, whole) in zip(try Self.exports(place), truth) {
                let shown = read.output.split(separator: "\n")
                for line in shown where !lines.contains(line) {
                    Issue.record("\(change.name) shows \(line)")
                }
                #expect(read.status >= 0, "\(change.name): \(read)")
                if read.status == 0 {
                    #expect(read.output == whole.output, "\(change.name)")
                    readings["true and whole", default: 0] += 1
                } else {
                    readings["refused", default: 0] += 1
                }
            }
        }
        print("attacks through the command: \(done), check ends with \(statuses), \(readings)")
        #expect(done >= (Thoroughness.isFull ? 150 : 20))
    }

    private static func check(_ place: Place) throws -> Program.Outcome {
        // Nothing is remembered from the attack before.
        try? FileManager.default.removeItem(atPath: place.path + "/state")
        return try Program.run(["check", "--json"], vault: place.path, in: place)
    }

    private static func exports(_ place: Place) throws -> [Program.Outcome] {
        try collections.map {
            try Program.run(["export", $0, "--format", "ndjson"], vault: place.path, in: place)
        }
    }

    /// Changed bytes, exchanged, edited and older cells, rows that are gone or doubled.
    private static func changes(_ sample: Sample) throws -> [Change] {
        let old = try Place()
        try old.put(sample.before)
        var changes = bytes(sample)
        let attack = try Attack()
        for (table, columns) in try Attack.tables(attack.database()) {
            let rows = try attack.database().run("SELECT rowid FROM \(table) ORDER BY rowid")
                .map { $0[0].int }
            for row in Thoroughness.some(rows, 2, most: 2) {
                changes.append(
                    Change(name: "\(table) \(row) deleted") { database, _ in
                        try database.run("DELETE FROM \(table) WHERE rowid = \(row)")
                    })
                for column in columns.dropFirst() {
                    changes.append(
                        Change(name: "\(table).\(column) of \(row) is a blob of one byte") {
                            database, _ in
                            try database.run(
                                "UPDATE \(table) SET \(column) = x'07' WHERE rowid = \(row)")
                        })
                }
            }
            guard rows.count > 1 else { continue }
            for column in columns.dropFirst() where column != "id" && column != "seq" {
                changes.append(
                    Change(name: "\(table).\(column) exchanged") { database, _ in
                        try exchange(table, column, rows[0], rows[1], database)
                    })
            }
        }
        return changes
    }

    private static func bytes(_ sample: Sample) -> [Change] {
        let map = FileMap(sample.now)
        let offsets = map.kinds.indices.filter { !map.kinds[$0].mayBeSilent }
        return Thoroughness.some(offsets, 60, most: 60).map { offset in
            Change(name: "byte \(offset), \(map.kinds[offset].rawValue)") { _, place in
                try place.patch(offset, sample.now[offset] ^ 0x20)
            }
        }
    }

    private static func exchange(
        _ table: String, _ column: String, _ first: Int64, _ second: Int64,
        _ database: RawDatabase
    ) throws {
        let cells = try database.run(
            "SELECT \(column) FROM \(table) WHERE rowid IN (\(first), \(second)) ORDER BY rowid")
        // Equal ones, and those of which one is NULL in a unique column, are no attack.
        guard cells.count == 2, cells[0] != cells[1] else {
            throw RawDatabase.Failure(code: 19, message: "equal")
        }
        for (row, cell) in [(first, cells[1][0]), (second, cells[0][0])] {
            try database.run(
                "UPDATE \(table) SET \(column) = ?1 WHERE rowid = \(row)", [cell])
        }
    }
}
