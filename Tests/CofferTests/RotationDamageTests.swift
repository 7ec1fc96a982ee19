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
            description: "record damaged",
            sql: { "UPDATE c_\($0) SET " + broken("rid = (SELECT max(rid) FROM c_\($0))") },
            place: "sailors "),
        Damage(
            description: "version damaged",
            sql: { "UPDATE h_\($0) SET " + broken("hid = (SELECT max(hid) FROM h_\($0))") },
            place: "sailors "),
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

    /// Every record and older version that can be read.
    private func readable(_ vault: Vault, _ ids: [String: [String]]) -> [String: [String]] {
        var found: [String: [String]] = [:]
        for (collection, ids) in ids {
            for id in ids {
                let record = (try? vault.get(collection, id).fullJSON).map { [$0] } ?? []
                let older = (try? vault.history(collection, id))?.map { "\($0)" } ?? []
                found["\(collection)/\(id)"] = record + older
            }
        }
        return found
    }

    private func findings(_ vault: Vault) throws -> Set<String> {
        // Not by how many rows: some are added.
        Set(
            try vault.check().findings.map {
                "\($0.code) \($0.place.split(separator: ":").first ?? "")"
            })
    }

    /// What is gone or does not open keeps no key from being replaced, is told each time, and
    /// everything else is there afterwards.
    @Test(arguments: damages)
    func everyKeyCanBeReplacedAfterwards(damage: Damage) throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        let number = try vault.records.read { try $0.plan(named: "sailors").number }
        var ids: [String: [String]] = [:]
        for collection in try vault.collections() {
            try vault.scan(collection.name) { document in
                ids[collection.name, default: []].append(document.id)
                return true
            }
        }
        #expect(try edit(vault, damage.sql(number)) > 0)
        // What was opened before is kept at hand otherwise.
        vault.lock()
        try vault.unlock(password: Scratch.password())
        let left = readable(vault, ids)
        #expect(left.count == ids.values.joined().count)
        #expect(left.values.count { $0.isEmpty } < left.count / 2)
        let before = try findings(vault)
        #expect(try !vault.rotateKeys(.data, skippingDamaged: true).isOver)

        let refused = #expect(throws: VaultError.self) { try vault.rotateRoot() }
        #expect(refused?.code == .damaged)
        #expect(refused?.message.hasSuffix("coffer rotate root --skip-damaged") == true)
        let epoch = try vault.status().epoch
        let root = try vault.rotateRoot(skippingDamaged: true)
        #expect(root.damaged.contains { $0.hasPrefix(damage.place) }, "\(root.damaged)")
        #expect(root.epoch == (epoch ?? 0) + 1)
        #expect(readable(vault, ids) == left)

        var options = Vault.SlotOptions()
        (options.memory, options.passes) = (65_536, 3)
        let next = try Scratch.password("another")
        let again = #expect(throws: VaultError.self) {
            _ = try vault.rotateAll(to: next, options: options)
        }
        #expect(again?.message.hasSuffix("coffer rotate all --skip-damaged") == true)
        _ = try vault.rotateAll(to: next, options: options, skippingDamaged: true)
        let all = try vault.rotateKeys(.all, skippingDamaged: true)
        #expect(!all.isOver && all.damaged.contains { $0.hasPrefix(damage.place) })
        #expect(
            try vault.keyCensus().contains { $0.state == "retiring" && $0.purpose == "records" })
        vault.lock()

        let opened = try Vault(at: vault.path, in: scratch.surroundings)
        #expect(code { try opened.unlock(password: Scratch.password()) } == .wrongPassword)
        try opened.unlock(password: next)
        #expect(readable(opened, ids) == left)
        #expect(try findings(opened) == before)
        #expect(
            code { _ = try opened.rotateKeys(.data) } == .damaged, "what is wrong stays known")
    }

    /// What the frame holds together cannot be passed over: nothing would be believed any more.
    @Test func theFrameIsNotPassedOver() throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        try begin(vault, .data)
        #expect(
            try edit(vault, "UPDATE dkey SET " + Self.broken("who IS NULL AND num = 1")) == 1)
        #expect(code { _ = try vault.rotateKeys(.data, skippingDamaged: true) } == .damaged)
        // Nothing is advised that does not help.
        let refused = #expect(throws: VaultError.self) { _ = try vault.rotateKeys(.data) }
        #expect(refused?.message.contains("--skip-damaged") == false)
        #expect(code { _ = try vault.rotateRoot(skippingDamaged: true) } == .damaged)
    }
}
