import CofferBytes
import CofferCare
import CofferFormat
import CofferRecords
import CofferSQLite
import CofferStore
import Foundation
import Testing

@testable import Coffer

/// What every rotation of keys promises: nothing of before is left, nothing goes on blindly.
@Suite struct KeyRotationTests {
    private struct Pause: Error {}

    private func code(_ body: () throws -> Void) -> VaultError.Code? {
        do { try body() } catch { return (error as? VaultError)?.code }
        return nil
    }

    private func pause(_ vault: Vault, _ kind: Vault.KeyRotationKind) {
        #expect(throws: (any Error).self) {
            _ = try vault.rotateKeys(kind) { _, _ in throw Pause() }
        }
    }

    private func edit(_ vault: Vault, _ body: (Connection) throws -> Void) throws {
        try body(try Connection(path: vault.path + "/" + Store.databaseName, mode: .readWrite))
    }

    private func job(_ vault: Vault) throws -> [UInt8] {
        var seal: [UInt8] = []
        try edit(vault) { file in
            let row = try file.prepare("SELECT seal FROM job")
            if try row.step() { seal = row.bytes(0) }
        }
        return seal
    }

    /// Every change of keys that leaves wrapped keys behind.
    enum Change: String, CaseIterable {
        case data, index, all, signing

        func make(_ vault: Vault) throws -> Bool {
            switch self {
            case .signing: return try vault.rotateSigning().isScrubbed
            case .data: return try vault.rotateKeys(.data).isScrubbed
            case .index: return try vault.rotateKeys(.index).isScrubbed
            case .all:
                var options = Vault.SlotOptions()
                options.memory = 65_536
                options.passes = 3
                if try vault.keyRotationUnderWay() == nil {
                    _ = try vault.rotateAll(
                        to: try Scratch.password("another"), options: options)
                }
                return try vault.rotateKeys(.all).isScrubbed
            }
        }
    }

    @Test(arguments: Change.allCases)
    func theKeysOfBeforeAreInNoFile(change: Change) throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        let before = try vault.store.keyRows()
        let reader = try scratch.open("full.coffer")
        try reader.read { _ in
            let isScrubbed = try change.make(vault)
            #expect(!isScrubbed)
        }
        reader.lock()
        switch change {
        case .signing: #expect(vault.store.scrub())
        case .data, .index, .all: #expect(try change.make(vault))
        }
        // Only what is not in the vault any more is to be nowhere.
        let after = try vault.store.keyRows()
        let kept = Set((after.keys + after.subjects + after.slots).map(\.seal))
        let gone = (before.keys + before.subjects + before.slots).map(\.seal)
            .filter { !kept.contains($0) }
        #expect(!gone.isEmpty)
        var bytes = Data()
        let files = FileManager.default.enumerator(atPath: scratch.path)
        while let name = files?.nextObject() as? String {
            // What was written down before the change still has what it had, as every copy does.
            if name.hasSuffix(".coffer-bundle") && change != .all { continue }
            bytes.append(
                (try? Data(contentsOf: URL(filePath: scratch.path + "/" + name))) ?? Data())
        }
        #expect(bytes.count > 100_000)
        #expect(gone.count { bytes.range(of: Data($0.suffix(48))) != nil } == 0)
    }

    @Test func aPlanOfBeforeIsNoPlan() throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        pause(vault, .data)
        let first = try job(vault)
        #expect(!first.isEmpty)
        _ = try vault.rotateKeys(.data)
        for kind in [Vault.KeyRotationKind.data, .index] {
            let stage = try Scratch()
            let other = try FullVault.make(stage)
            pause(other, kind)
            let foreign = try job(other)
            pause(vault, kind)
            let own = try job(vault)
            for seal in [first, foreign] {
                try edit(vault) { file in
                    let row = try file.prepare("UPDATE job SET seal = ?1")
                    try row.bind(blob: seal, at: 1)
                    _ = try row.step()
                }
                #expect(code { _ = try vault.rotateKeys(kind) } == .damaged)
                #expect(try vault.keyCensus().contains { $0.state == "retiring" })
            }
            try edit(vault) { file in
                let row = try file.prepare("UPDATE job SET seal = ?1")
                try row.bind(blob: own, at: 1)
                _ = try row.step()
            }
            #expect(try vault.rotateKeys(kind).isOver)
        }
        #expect(try vault.check().isSound)
    }

    @Test func aLogThatAReaderHoldsIsWaitedFor() throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        let reader = try scratch.open("full.coffer")
        var steps = 0
        var waits = 0
        try reader.read { _ in
            var last: (UInt64, UInt64) = (.max, .max)
            var rotation = CofferCare.KeyRotation(vault.records, .data, logLimit: 16_384) {
                steps += 1
                if last == ($0, $1) { waits += 1 }
                last = ($0, $1)
                if waits == 3 { throw Pause() }
            }
            #expect(throws: Pause.self) {
                _ = try rotation.run(skipsDamaged: false, prepare: {})
            }
        }
        #expect(waits == 3 && steps > 3)
        reader.lock()
        #expect(try vault.rotateKeys(.data).isScrubbed)
        #expect(try vault.check().isSound)
    }

    @Test(arguments: [Vault.KeyRotationKind.data, .index])
    func aBrokenSealIsPassedOverWhenThatIsAsked(kind: Vault.KeyRotationKind) throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        let number = try vault.records.read { try $0.plan(named: "sailors").number }
        try edit(vault) { file in
            try file.execute(
                "UPDATE c_\(number) SET seal = substr(seal, 1, 30) || x'5a' || substr(seal, 32) "
                    + "WHERE rid = (SELECT min(rid) FROM c_\(number))")
        }
        #expect(code { _ = try vault.rotateKeys(kind) } == .damaged)
        #expect(try vault.keyRotationUnderWay() == nil)
        let done = try vault.rotateKeys(kind, skippingDamaged: true)
        #expect(!done.isOver && done.damaged.count == 1 && done.moved > 3)
        #expect(done.damaged.first?.contains("sailors") == true)
        #expect(try vault.keyRotationUnderWay() == nil)
        let purpose = kind == .data ? "records" : "index"
        let kept = try #require(
            try vault.keyCensus().first { $0.purpose == purpose && $0.state == "retiring" })
        #expect(kept.records == 1 && kept.versions == 0)
        // What is wrong stays wrong, and nothing else is.
        let codes = try vault.check().findings.map(\.code)
        #expect(Set(codes) == ["record-damaged", "record-missing"] && codes.count == 2)
        // A record that is missing is passed over as well, and named.
        try edit(vault) { file in
            try file.execute(
                "DELETE FROM c_\(number) WHERE rid = (SELECT max(rid) FROM c_\(number))")
        }
        #expect(code { _ = try vault.rotateKeys(kind) } == .damaged)
        let again = try vault.rotateKeys(kind, skippingDamaged: true)
        #expect(!again.isOver && again.damaged.count == 2)
    }

    /// What can be wrong with rows, and what makes it so in the collection of a number.
    private static let damages: [@Sendable (UInt32) -> String] = [
        {
            "UPDATE c_\($0) SET seal = substr(seal, 1, 30) || x'5a' || substr(seal, 32) "
                + "WHERE rid = (SELECT min(rid) FROM c_\($0))"
        },
        { "UPDATE c_\($0) SET keys = x'0000006300000000' WHERE rid = 1" },
        {
            "UPDATE h_\($0) SET note = substr(note, 1, 40) || x'5a5b' || substr(note, 43) "
                + "WHERE hid = (SELECT min(hid) FROM h_\($0))"
        },
    ]

    @Test(arguments: 0..<3, [Vault.KeyRotationKind.data, .index, .all])
    func whatIsDamagedMeanwhileNeedNotKeepItFromItsEnd(
        damage: Int, kind: Vault.KeyRotationKind
    ) throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        let number = try vault.records.read { try $0.plan(named: "sailors").number }
        if kind == .all {
            var options = Vault.SlotOptions()
            options.memory = 65_536
            options.passes = 3
            _ = try vault.rotateAll(to: try Scratch.password("another"), options: options)
        } else {
            pause(vault, kind)
        }
        try edit(vault) { try $0.execute(Self.damages[damage](number)) }
        #expect(code { _ = try vault.rotateKeys(kind) } == .damaged)
        #expect(try vault.keyRotationStatus()?.kind == kind)
        let done = try vault.rotateKeys(kind, skippingDamaged: true)
        // It may be under any key, so none goes.
        #expect(!done.isOver)
        #expect(try vault.keyCensus().contains { $0.state == "retiring" && $0.purpose != "audit" })
        #expect(try vault.keyRotationUnderWay() == nil)
        #expect(try vault.keyCensus().count > 5)
        #expect(try !vault.check().isSound)
    }

    @Test func aRowThatSaysThatItWasMovedLosesNoKey() throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        let plan = try vault.records.read { try $0.plan(named: "ships") }
        #expect(throws: (any Error).self) {
            var rotation = CofferCare.KeyRotation(vault.records, .data, batch: 1) { _, _ in
                throw Pause()
            }
            _ = try rotation.run(skipsDamaged: false, prepare: {})
        }
        let keys = try vault.keyCensus().filter { $0.purpose == "records" }
        let old = try #require(keys.first { $0.state == "retiring" }).number
        let new = try #require(keys.first { $0.state == "active" }).number
        // Every row that is still to be moved names the new key.
        try edit(vault) { file in
            for table in ["c_\(plan.number)", "h_\(plan.number)"] {
                let change = try file.prepare(
                    "UPDATE \(table) SET keys = ?1 || substr(keys, 5) WHERE substr(keys, 1, 4) = ?2"
                )
                try change.bind(blob: new.bigEndianBytes, at: 1)
                try change.bind(blob: old.bigEndianBytes, at: 2)
                _ = try change.step()
            }
        }
        let done = try vault.rotateKeys(.data, skippingDamaged: true)
        #expect(!done.isOver && !done.damaged.isEmpty)
        #expect(try vault.keyCensus().contains { $0.number == old && $0.state == "retiring" })
    }

    @Test func aBrokenSealNeedNotKeepAllKeysFromBeingReplaced() throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        let number = try vault.records.read { try $0.plan(named: "sailors").number }
        try edit(vault) { try $0.execute(Self.damages[0](number)) }
        var options = Vault.SlotOptions()
        options.memory = 65_536
        options.passes = 3
        let password = try Scratch.password("another")
        #expect(code { _ = try vault.rotateAll(to: password, options: options) } == .damaged)
        _ = try vault.rotateAll(to: password, options: options, skippingDamaged: true)
        #expect(try !vault.rotateKeys(.all).isOver)
        // It is as wrong as it was, and nothing else is.
        let codes = try vault.check().findings.map(\.code)
        #expect(Set(codes) == ["record-damaged", "record-missing"] && codes.count == 2)
    }

    @Test func whatIsLeftIsCountedOnce() throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        let rows = try vault.records.read { reader in
            try reader.state().bodies.filter { [.records, .history].contains($0.key.table) }
                .reduce(UInt64(0)) { $0 + $1.value.rows }
        }
        #expect(throws: (any Error).self) {
            var rotation = CofferCare.KeyRotation(vault.records, .data, batch: 1) { _, _ in
                throw Pause()
            }
            _ = try rotation.run(skipsDamaged: false, prepare: {})
        }
        let left = try #require(try vault.keyRotationStatus()).left
        #expect(left + 1 >= rows && left <= rows)
    }

    @Test func aProgramGoesOnWhileItsServiceRotates() async throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        let service = RotationService(vault)
        for kind in [Vault.KeyRotationKind.data, .index] {
            var steps = 0
            var result: Vault.KeyRotation?
            for try await step in try service.rotate(kind) {
                steps += 1
                #expect(step.done <= step.total)
                _ = try vault.set("ships", "b", [.text(path: ["name"], "\(kind) \(steps)")])
                result = step.result ?? result
            }
            #expect(steps > 3)
            #expect(result?.isOver == true && result?.kind == kind)
            #expect(try vault.get("ships", "b").fullJSON.contains("\(kind) \(steps)"))
        }
        #expect(try service.resume() == nil)
        #expect(try vault.check().isSound)
    }

    @Test func whoStopsLookingPausesAndAnotherGoesOn() async throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        let service = RotationService(vault)
        for try await _ in try service.rotate(.data) { break }
        // Its thread sees that at its next step; until then the rotation may even end.
        var isOver = false
        for _ in 0..<100 where !isOver {
            guard let steps = try service.resume() else { break }
            do {
                for try await step in steps where step.result != nil { isOver = true }
            } catch { #expect((error as? VaultError)?.code == .busy) }
        }
        #expect(try vault.keyRotationUnderWay() == nil)
        #expect(try vault.check().isSound)
        #expect(
            try vault.keyCensus().allSatisfy { $0.state != "retiring" || $0.purpose == "audit" })
    }
}
