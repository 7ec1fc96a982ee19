import CofferCare
import CofferFormat
import CofferRecords
import CofferSQLite
import CofferStore
import Foundation
import Testing

@testable import Coffer

/// Blind indexes under a new key: everything is found at every moment, and unique stays unique.
@Suite struct IndexRotationTests {
    private struct Pause: Error {}

    private static let members = 700

    private func code(_ body: () throws -> Void) -> VaultError.Code? {
        do { try body() } catch { return (error as? VaultError)?.code }
        return nil
    }

    /// Members of a club, some of whom have older versions; each has an address of their own.
    private func club(
        _ scratch: Scratch, in given: Vault? = nil, isUnique: Bool = true
    ) throws -> Vault {
        let vault = try given ?? scratch.vault()
        try define(vault, isUnique: isUnique)
        let lines = (0..<Self.members).map {
            #"{"id":"m\#($0)","mail":"m\#($0)@example.org","town":"town \#($0 % 7)"}"#
        }
        _ = try vault.put("members", ndjson: Array(lines.joined(separator: "\n").utf8))
        for number in 0..<10 { try set(vault, "m\(number)", "town", "elsewhere") }
        return vault
    }

    private func define(_ vault: Vault, isUnique: Bool) throws {
        let json = """
            {"type":"object","required":["id"],"properties":{"id":{"type":"string"},\
            "mail":{"type":"string","coffer:index":true,"coffer:unique":\(isUnique)},\
            "town":{"type":"string","coffer:index":true}}}
            """
        _ = try vault.apply([SchemaSource(name: "members", json: Array(json.utf8))])
    }

    private func set(_ vault: Vault, _ name: String, _ field: String, _ text: String) throws {
        _ = try vault.set("members", name, [.text(path: [field], text)])
    }

    private func add(_ vault: Vault, _ name: String, mail: String) throws {
        _ = try vault.add(
            "members", [.text(path: ["id"], name), .text(path: ["mail"], mail)])
    }

    /// Starts, and stops after some batches of 256 rows.
    private func startRotation(_ vault: Vault, batches: Int) {
        var steps = 0
        #expect(throws: (any Error).self) {
            var rotation = CofferCare.KeyRotation(vault.records, .index, batch: 256) { _, _ in
                steps += 1
                if steps == batches { throw Pause() }
            }
            _ = try rotation.run(skipsDamaged: false, prepare: {})
        }
    }

    /// What stands in the columns of blind indexes of a table.
    private func indexes(_ vault: Vault, _ letter: String) throws -> Set<[UInt8]> {
        let plan = try vault.records.read { try $0.plan(named: "members") }
        let file = try Connection(path: vault.path + "/" + Store.databaseName, mode: .readOnly)
        var found: Set<[UInt8]> = []
        for column in plan.definition.columns where column.letter == .index {
            let rows = try file.prepare(
                "SELECT \(column.name) FROM \(letter)_\(plan.number) "
                    + "WHERE \(column.name) IS NOT NULL")
            while try rows.step() { found.insert(rows.bytes(0)) }
        }
        return found
    }

    private func indexKeys(_ vault: Vault) throws -> [Vault.KeyCount] {
        try vault.keyCensus().filter { $0.purpose == "index" }
    }

    private func expectEverythingIsFound(_ vault: Vault) throws {
        for number in stride(from: 0, to: Self.members, by: 41) {
            let mail = "m\(number)@example.org"
            let hits = try vault.find("members", "mail", equals: "\"\(mail)\"")
            #expect(hits.map(\.key) == ["m\(number)"])
            var rows = 0
            try vault.query("SELECT id FROM members WHERE mail = '\(mail)'") { _ in
                rows += 1
                return true
            }
            #expect(rows == 1, "\(mail)")
        }
        #expect(try vault.find("members", "town", equals: "\"elsewhere\"").count == 10)
        #expect(try vault.find("members", "town", equals: "\"town 3\"").count == 99)
        let report = try vault.check()
        #expect(report.isSound, "\(report.findings)")
    }

    @Test func everyIndexIsAnotherAndNothingElse() throws {
        let scratch = try Scratch()
        let vault = try club(scratch)
        let lines = try vault.lines()
        let picture = try BackupPicture(vault)
        let rows = try indexes(vault, "c")
        let older = try indexes(vault, "h")
        #expect(rows.count > Self.members && older.count > 10)
        let old = try #require(try indexKeys(vault).first)
        #expect(old.records == UInt64(Self.members) && old.versions == 10)
        let done = try vault.rotateKeys(.index)
        #expect(done.isOver && done.isScrubbed && done.moved == UInt64(Self.members) + 10)
        #expect(try indexes(vault, "c").isDisjoint(with: rows))
        #expect(try indexes(vault, "h").isDisjoint(with: older))
        #expect(try indexes(vault, "c").count == rows.count)
        let keys = try indexKeys(vault)
        #expect(keys.map(\.state) == ["active"] && keys[0].number != old.number)
        #expect(keys[0].records == UInt64(Self.members) && keys[0].versions == 10)
        #expect(try vault.lines() == lines)
        let differences = Set(picture.differences(from: try BackupPicture(vault)))
        #expect(differences == ["rows", "counters", "audit"])
        try expectEverythingIsFound(vault)
        try expectEverythingIsFound(try scratch.open())
        #expect(try vault.undo().reverted == 1)
        #expect(try vault.find("members", "town", equals: "\"elsewhere\"").count == 9)
    }

    @Test(arguments: [1, 2, 4, 5])
    func everythingIsFoundUnderBothKeys(batches: Int) throws {
        let scratch = try Scratch()
        let vault = try club(scratch)
        startRotation(vault, batches: batches)
        let status = try #require(try vault.keyRotationStatus())
        #expect(status.kind == .index && status.phase == "running")
        let keys = try indexKeys(vault)
        #expect(keys.map(\.state) == ["retiring", "active"])
        #expect(keys[0].records + keys[1].records == UInt64(Self.members))
        #expect(keys[1].records == UInt64(min(Self.members, batches * 256)))
        try expectEverythingIsFound(vault)
        try expectEverythingIsFound(try scratch.open())
        #expect(code { _ = try vault.rotateKeys(.data) } == .busy)
        #expect(code { _ = try vault.rotateRoot() } == .busy)
        #expect(try scratch.open().rotateKeys(.index).isOver)
        try expectEverythingIsFound(vault)
        #expect(try vault.keyRotationStatus() == nil)
    }

    @Test func whatIsUniqueStaysUniqueMeanwhile() throws {
        let scratch = try Scratch()
        let vault = try club(scratch)
        startRotation(vault, batches: 1)
        let other = try scratch.open()
        // m5 has been moved and m600 has not.
        for twin in ["m5", "m600"] {
            let mail = "\(twin)@example.org"
            #expect(code { try add(vault, "new", mail: mail) } == .notUnique)
            #expect(code { try set(other, "m3", "mail", mail) } == .notUnique)
            #expect(code { try set(other, "m650", "mail", mail) } == .notUnique)
            let lines = (0..<80).map { #"{"id":"n\#($0)","mail":"n\#($0)@example.org"}"# }
            let many = (lines + [#"{"id":"twin","mail":"\#(mail)"}"#]).joined(separator: "\n")
            #expect(code { _ = try vault.put("members", ndjson: Array(many.utf8)) } == .notUnique)
            // To write a record as it is, or what somebody has given up, is no conflict.
            try set(vault, twin, "town", "moved")
            try set(vault, twin, "mail", "away-\(twin)@example.org")
            try add(other, "heir-\(twin)", mail: mail)
            #expect(code { try set(vault, twin, "mail", mail) } == .notUnique)
            _ = try vault.remove("members", ["heir-\(twin)"])
            try set(vault, twin, "mail", mail)
        }
        try set(vault, "m5", "town", "town 5")
        try set(vault, "m600", "town", "town 5")
        #expect(try vault.rotateKeys(.index).isOver)
        #expect(try indexKeys(vault).count == 1)
        #expect(try vault.check().isSound)
    }

    @Test func aFieldThatBecomesUniqueMeanwhileIsComparedUnderOneKey() throws {
        for hasTwins in [true, false] {
            let scratch = try Scratch()
            let vault = try club(scratch, isUnique: false)
            startRotation(vault, batches: 1)
            if hasTwins { try add(vault, "new", mail: "m600@example.org") }
            #expect(
                code { try define(vault, isUnique: true) } == (hasTwins ? .notUnique : nil))
            #expect(try vault.rotateKeys(.index).isOver)
            #expect(try vault.check().isSound)
        }
    }

    @Test func twoWhoWriteTheSameNeverBothSucceed() throws {
        let scratch = try Scratch()
        let vault = try club(scratch)
        let others = [try scratch.open(), try scratch.open()]
        let wins = Counter()
        let failures = Counter()
        DispatchQueue.concurrentPerform(iterations: 3) { place in
            if place == 2 {
                if (try? vault.rotateKeys(.index))?.isOver != true { failures.add() }
                return
            }
            for number in 0..<60 {
                do {
                    try add(others[place], "w\(place)-\(number)", mail: "race\(number)@x.org")
                    wins.add()
                } catch {
                    if (error as? VaultError)?.code != .notUnique { failures.add() }
                }
                // Theirs since the beginning, whether it has been moved or not.
                let taken = "m\(number * 11)@example.org"
                if code({ try add(others[place], "t\(place)-\(number)", mail: taken) })
                    != .notUnique
                {
                    failures.add()
                }
            }
        }
        #expect(wins.value == 60)
        #expect(failures.value == 0)
        let report = try vault.check()
        #expect(report.isSound, "\(report.findings)")
        for number in 0..<60 {
            let hits = try vault.find("members", "mail", equals: "\"race\(number)@x.org\"")
            #expect(hits.count == 1)
        }
    }

    @Test func itGoesOnAfterAnyEnd() throws {
        var end = 0
        var ends = 0
        var isOver = false
        while !isOver {
            end += 1
            let scratch = try Scratch()
            let vault = try FullVault.make(scratch)
            let lines = try vault.lines()
            var step = 0
            do {
                _ = try vault.rotateKeys(.index) { _, _ in
                    step += 1
                    if step == end { throw Pause() }
                }
                isOver = true
            } catch {
                ends += 1
                #expect(try vault.lines() == lines)
                #expect(try vault.check().isSound)
                let other = try scratch.open("full.coffer")
                _ = try other.set("sailors", "1", [.text(path: ["home"], "meanwhile \(end)")])
                #expect(try other.rotateKeys(.index).isOver)
                #expect(
                    try vault.find("sailors", "home", equals: "\"meanwhile \(end)\"").count == 1)
            }
            #expect(try indexKeys(vault).map(\.state) == ["active"])
            #expect(try vault.check().isSound)
        }
        print("rotation of the index key: paused at \(ends) places")
        #expect(ends > 3)
    }

    @Test(
        .enabled(
            if: IndependentReader.python != nil,
            "needs Python with the packages of Vectors/README.md"))
    func theOtherReaderReadsItAlikeAtEveryMoment() throws {
        let scratch = try Scratch()
        let vault = try club(scratch, in: try FullVault.empty(scratch))
        startRotation(vault, batches: 2)
        #expect(try IndependentReader.agree(vault, scratch) == Self.members)
        #expect(try vault.rotateKeys(.index).isOver)
        #expect(try IndependentReader.agree(vault, try Scratch()) == Self.members)
    }

    @Test func bundlesOfEveryMomentAreRestored() throws {
        let scratch = try Scratch()
        let stage = BackupStage(scratch, try club(scratch))
        _ = try stage.backUp()
        startRotation(stage.vault, batches: 1)
        try add(stage.vault, "between", mail: "between@example.org")
        _ = try stage.backUp()
        try stage.expectRestored()
        #expect(try stage.vault.rotateKeys(.index).isOver)
        let next = try stage.backUp()
        #expect(!next.isFull && next.records == 0)
        try stage.expectRestored()
        let restored = try stage.restore(from: next.path).vault
        #expect(try restored.find("members", "mail", equals: "\"m9@example.org\"").count == 1)
        #expect(try restored.rotateKeys(.index).isOver)
        #expect(try restored.keyCensus().filter { $0.purpose == "index" }.count == 1)
    }
}

/// A number that several threads raise.
private final class Counter: @unchecked Sendable {
    // Sendable is true because the lock guards the number.
    private let lock = NSLock()
    private var number = 0

    var value: Int { lock.withLock { number } }

    func add() { lock.withLock { number += 1 } }
}
