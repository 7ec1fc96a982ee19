import CofferCare
import CofferRecords
import CofferSQLite
import CofferStore
import Foundation
import Testing

@testable import Coffer

/// Whatever is damaged or deleted while keys are being changed, the change can be ended.
@Suite struct RotationDamageTests {
    private struct Pause: Error {}

    private func code(_ body: () throws -> Void) -> VaultError.Code? {
        do { try body() } catch { return (error as? VaultError)?.code }
        return nil
    }

    /// Something that may happen to a row, and what the rotation calls it.
    struct Damage: Sendable, CustomStringConvertible {
        let description: String
        let sql: @Sendable (UInt32) -> String
        let place: String
    }

    private static func broken(_ row: String) -> String {
        "seal = substr(seal, 1, 30) || x'5a5b' || substr(seal, 33) WHERE \(row)"
    }

    private static let person = "(SELECT min(num) FROM dkey WHERE who IS NOT NULL"

    static let damages = [
        Damage(
            description: "record gone",
            sql: { "DELETE FROM c_\($0) WHERE rid = (SELECT max(rid) FROM c_\($0))" },
            place: "sailors: "),
        Damage(
            description: "version gone",
            sql: { "DELETE FROM h_\($0) WHERE hid = (SELECT max(hid) FROM h_\($0))" },
            place: "sailors, history: "),
        Damage(
            description: "deletion gone",
            sql: { _ in "DELETE FROM tomb WHERE seq = (SELECT min(seq) FROM tomb)" },
            place: "deletions: "),
        Damage(
            description: "deletion damaged",
            sql: { _ in "UPDATE tomb SET " + broken("seq = (SELECT min(seq) FROM tomb)") },
            place: "deletion "),
        Damage(
            description: "entry gone", sql: { _ in "DELETE FROM audit WHERE num = 3" },
            place: "audit entry 3"),
        Damage(
            description: "entry damaged",
            sql: { _ in "UPDATE audit SET " + broken("num = 3") }, place: "audit entry 3"),
        Damage(
            description: "a person's first key damaged",
            sql: { _ in "UPDATE dkey SET " + broken("num = \(person))") }, place: "key "),
        Damage(
            description: "a person's first key gone",
            sql: { _ in "DELETE FROM dkey WHERE num = \(person))" }, place: "persons' keys: "),
        Damage(
            description: "the keys of today damaged",
            sql: { _ in "UPDATE dkey SET " + broken("length(who) = 16") }, place: "key "),
        Damage(
            description: "the keys of today gone",
            sql: { _ in "DELETE FROM dkey WHERE length(who) = 16" }, place: "persons' keys: "),
    ]

    /// Runs a statement beside the vault, and says how many rows it has changed.
    private func edit(_ vault: Vault, _ sql: String) throws -> Int {
        let file = try Connection(path: vault.path + "/" + Store.databaseName, mode: .readWrite)
        try file.execute(sql)
        return file.changes
    }

    private func begin(_ vault: Vault, _ kind: Vault.KeyRotationKind) throws {
        guard kind == .all else {
            #expect(throws: (any Error).self) {
                _ = try vault.rotateKeys(kind) { _, _ in throw Pause() }
            }
            return
        }
        var options = Vault.SlotOptions()
        (options.memory, options.passes) = (65_536, 3)
        _ = try vault.rotateAll(to: try Scratch.password("another"), options: options)
    }

    @Test(arguments: damages, [Vault.KeyRotationKind.data, .index, .all])
    func itEndsAndSaysWhatItHasPassedOver(
        damage: Damage, kind: Vault.KeyRotationKind
    ) throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        let number = try vault.records.read { try $0.plan(named: "sailors").number }
        try begin(vault, kind)
        #expect(try edit(vault, damage.sql(number)) > 0)
        #expect(code { _ = try vault.rotateKeys(kind) } == .damaged)
        #expect(try vault.keyRotationStatus()?.kind == kind)
        let done = try vault.rotateKeys(kind, skippingDamaged: true)
        #expect(!done.isOver)
        #expect(done.damaged.contains { $0.hasPrefix(damage.place) }, "\(done.damaged)")
        #expect(try vault.keyRotationUnderWay() == nil)
        #expect(try vault.keyCensus().contains { $0.state == "retiring" && $0.purpose != "audit" })
        // Nothing that is wrong keeps another one from being done.
        for other in [Vault.KeyRotationKind.data, .index] {
            let next = try vault.rotateKeys(other, skippingDamaged: true)
            #expect(!next.isOver && !next.damaged.isEmpty)
        }
        #expect(try vault.keyRotationUnderWay() == nil)
        #expect(try !vault.check().isSound)
        #expect(try vault.check().findings.allSatisfy { $0.code != "frame" })
    }

    /// What the frame holds together cannot be passed over: nothing would be believed any more.
    @Test func theFrameIsNotPassedOver() throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        try begin(vault, .data)
        #expect(
            try edit(vault, "UPDATE dkey SET " + Self.broken("who IS NULL AND num = 1")) == 1)
        #expect(code { _ = try vault.rotateKeys(.data, skippingDamaged: true) } == .damaged)
    }
}
