import Coffer
import CofferBytes
import CofferCrypto
import CofferFormat
import CofferRecords
import CofferStore
import Foundation
import Testing

@testable import CofferKeys

/// Slots that somebody made, changed or planted who never held the root.
@Suite struct SlotAttackTests {
    /// What the attacker puts in the place of the auth key, which they do not know.
    enum Guess: CaseIterable {
        case random
        case zero
        case publicKey
        case theSharedSecret
    }

    /// A wrap of another root to a slot, from what stands in the file.
    static func forge(
        _ row: SlotRow, root: RootKey, vault: Identifier, authKey: borrowing SecretBytes
    ) throws -> SlotRow {
        let ephemeral = try X25519.PrivateKey.random(.system)
        let shared = try ephemeral.sharedSecret(with: row.publicKey)
        let key = HKDF.sha256(
            salt: authKey, ikm: shared,
            info: SealContext.make(
                "coffer/v1/wrap", vault.bytes, row.slot.bytes, root.id.bytes, ephemeral.publicKey,
                row.publicKey), count: 32)
        let wrapped = try Cobblestone.sealSecret(
            root.secret(), under: SealingKey(key),
            context: SealContext.make(
                "coffer/v1/root", vault.bytes, row.slot.bytes, root.id.bytes),
            randomness: .system)
        return SlotRow(
            slot: row.slot, kind: row.kind, cost: row.cost, salt: row.salt,
            publicKey: row.publicKey, sealedSecret: row.sealedSecret, root: root.id,
            ephemeral: ephemeral.publicKey, wrappedRoot: wrapped)
    }

    static func guess(_ guess: Guess, _ row: SlotRow) throws -> SecretBytes {
        switch guess {
        case .random: try Randomness.system.secret(32)
        case .zero: Sample.bytes([UInt8](repeating: 0, count: 32))
        case .publicKey: Sample.bytes(row.publicKey)
        case .theSharedSecret: Sample.bytes(Array(SHA256.hash(row.publicKey.span)))
        }
    }

    static func rows(_ sample: Sample) throws -> [SlotRow] {
        let place = try Place()
        try place.put(sample.now)
        let store = try Store(
            opening: place.path, isReadOnly: false, environment: Sample.environment())
        return try store.slots().map { try SlotRow(parsing: $0.seal) }
    }

    /// A whole vault under `root` with these slots: roster, keys, state, catalog and a record.
    static func rebuild(
        _ place: Place, _ sample: Sample, root: RootKey, password: SlotRow,
        _ passwordAuth: borrowing SecretBytes, recovery: SlotRow,
        _ recoveryAuth: borrowing SecretBytes
    ) throws {
        try Store.create(
            in: place.path, vault: sample.vault, root: root,
            password: Store.NewSlot(
                made: Slots.Made(row: password, authKey: passwordAuth.duplicate()),
                label: "password"),
            recovery: Store.NewSlot(
                made: Slots.Made(row: recovery, authKey: recoveryAuth.duplicate()),
                label: "recovery key"),
            environment: Sample.environment())
        // It is whole: whoever holds its root can write to it.
        let store = try Store(
            opening: place.path, isReadOnly: false, environment: Sample.environment())
        try store.unlock(root: root)
        try store.write { try $0.audit("unlock") }
        store.lock()
    }

    private static func open(
        _ place: Place, password: Bool, _ sample: Sample
    ) throws(VaultError) {
        let vault = try Vault(at: place.path, in: Sample.surroundings())
        do {
            if password {
                try vault.unlock(password: Sample.secret(Sample.password))
            } else {
                try vault.unlock(recoveryKey: sample.recoveryKey())
            }
        } catch let error as VaultError { throw error } catch {
            throw VaultError(.unexpected, "\(error)")
        }
    }

    private static func expectRefused(_ place: Place, _ sample: Sample, _ what: String) {
        for isPassword in [true, false] {
            do throws(VaultError) {
                try open(place, password: isPassword, sample)
                Issue.record("\(what): opened, password \(isPassword)")
            } catch {
                #expect(
                    error.code == .wrongPassword || error.code == .damaged,
                    "\(what): \(error.message)")
            }
        }
    }

    @Test(arguments: Guess.allCases, [true, false])
    func aForeignRootIsRefused(_ guess: Guess, _ isNewID: Bool) throws {
        let sample = try Sample.shared.get()
        let rows = try Self.rows(sample)
        let id = isNewID ? try Randomness.system.identifier() : rows[0].root
        let root = RootKey(id: id, secret: try Randomness.system.secret(32))
        let first = try Self.guess(guess, rows[0])
        let second = try Self.guess(guess, rows[1])
        let place = try Place()
        try Self.rebuild(
            place, sample, root: root,
            password: Self.forge(rows[0], root: root, vault: sample.vault, authKey: first), first,
            recovery: Self.forge(rows[1], root: root, vault: sample.vault, authKey: second),
            second)
        Self.expectRefused(place, sample, "\(guess)")
    }

    /// That the forgery is right in all but the auth key: with it, everything opens.
    @Test func theSameForgeryOpensForWhoKnowsTheAuthKeys() throws {
        let sample = try Sample.shared.get()
        let rows = try Self.rows(sample)
        let root = RootKey(id: rows[0].root, secret: try Randomness.system.secret(32))
        let first = try Slots.open(
            rows[0], password: Passphrase(opening: Sample.bytes(Sample.password)),
            vault: sample.vault)
        let second = try Slots.open(
            rows[1], recoveryKey: sample.recoverySecret(), vault: sample.vault)
        let place = try Place()
        try Self.rebuild(
            place, sample, root: root,
            password: Self.forge(
                rows[0], root: root, vault: sample.vault, authKey: first.authKey), first.authKey,
            recovery: Self.forge(
                rows[1], root: root, vault: sample.vault, authKey: second.authKey),
            second.authKey)
        try Self.open(place, password: true, sample)
        try Self.open(place, password: false, sample)
    }

    @Test func theOldWrapUnderAForeignRosterIsRefused() throws {
        let sample = try Sample.shared.get()
        let rows = try Self.rows(sample)
        let other = try X25519.PrivateKey.random(.system).publicKey
        let root = RootKey(id: rows[0].root, secret: try Randomness.system.secret(32))
        let nobody = try Randomness.system.secret(32)
        for isFresh in [true, false] {
            let altered = rows.map { row in
                SlotRow(
                    slot: row.slot, kind: row.kind, cost: row.cost, salt: row.salt,
                    publicKey: row.publicKey, sealedSecret: row.sealedSecret, root: row.root,
                    ephemeral: isFresh ? other : row.ephemeral, wrappedRoot: row.wrappedRoot)
            }
            let place = try Place()
            try Self.rebuild(
                place, sample, root: root, password: altered[0], nobody, recovery: altered[1],
                nobody)
            Self.expectRefused(place, sample, isFresh ? "a new ephemeral key" : "the old wrap")
        }
    }

    /// A slot of the attacker's own beside or instead of the owner's.
    @Test func aPlantedSlotIsRefused() throws {
        let sample = try Sample.shared.get()
        let rows = try Self.rows(sample)
        let cost = try Argon2id.Parameters(
            memoryKiB: UInt64(Sample.cost.memory), passes: UInt64(Sample.cost.passes), lanes: 4)
        // Somebody else's password for the true root: a slot that the roster does not list.
        let planted = try Slots.make(
            password: Passphrase(opening: Sample.bytes(Array("planted".utf8))), cost: cost,
            root: sample.root, vault: sample.vault, randomness: .system)
        let attack = try Attack()
        let seal = planted.row.bytes
        var score = Score()
        for number in [1, 2, 3, 99] {
            let outcome = try attack {
                try $0.run("INSERT OR REPLACE INTO slot VALUES(\(number), ?1)", [.blob(seal)])
            }
            score.take(outcome, "slot \(number)")
        }
        for (number, copy) in [(3, 0), (4, 1)] {
            let outcome = try attack {
                try $0.run(
                    "INSERT INTO slot VALUES(\(number), ?1)", [.blob(rows[copy].bytes)])
            }
            score.take(outcome, "a copy of slot \(copy + 1)")
        }
        let outcome = try attack {
            try $0.run("UPDATE slot SET num = 3 - num + 10")
            try $0.run("UPDATE slot SET num = num - 10")
        }
        score.take(outcome, "the slots exchanged")
        score.expectAllCaught("planted slots", atLeast: 7)
    }

    @Test func tooManySlotsAreRefusedBeforeAnyIsTried() throws {
        let sample = try Sample.shared.get()
        let rows = try Self.rows(sample)
        for (kind, count) in [(0, 9), (1, 17), (1, 10_000)] {
            let place = try Place()
            try place.put(sample.now)
            do {
                let database = try RawDatabase(place.database)
                try database.run("DELETE FROM slot")
                try database.run("BEGIN")
                for number in 1...count {
                    try database.run(
                        "INSERT INTO slot VALUES(\(number), ?1)", [.blob(rows[kind].bytes)])
                }
                try database.run("COMMIT")
            }
            let clock = ContinuousClock()
            let spent = clock.measure { Self.expectDamaged(place, sample) }
            #expect(spent < .milliseconds(500), "\(count) slots took \(spent)")
        }
    }

    private static func expectDamaged(_ place: Place, _ sample: Sample) {
        for isPassword in [true, false] {
            do throws(VaultError) {
                try open(place, password: isPassword, sample)
                Issue.record("opened")
            } catch { #expect(error.code == .damaged, "\(error.message)") }
        }
    }

    /// A cost outside the limits, as a file may state it.
    struct Cost: Sendable, CustomStringConvertible {
        let memory: UInt32
        let passes: UInt32
        let lanes: UInt32
        let named: UInt32
        var description: String { "m \(memory) t \(passes) p \(lanes)" }
    }

    @Test(arguments: [
        Cost(memory: .max, passes: 3, lanes: 4, named: .max),
        Cost(memory: 67_108_864, passes: 3, lanes: 4, named: 67_108_864),
        Cost(memory: 8, passes: 3, lanes: 1, named: 8),
        Cost(memory: 0, passes: 3, lanes: 4, named: 0),
        Cost(memory: 65_536, passes: 0, lanes: 4, named: 0),
        Cost(memory: 65_536, passes: .max, lanes: 4, named: .max),
        Cost(memory: 65_536, passes: 33, lanes: 4, named: 33),
        Cost(memory: 65_536, passes: 3, lanes: 0, named: 0),
        Cost(memory: 65_536, passes: 3, lanes: 17, named: 17),
        Cost(memory: 65_536, passes: 3, lanes: 1 << 24, named: 1 << 24),
    ]) func aCostOutsideTheLimitsIsRefusedBeforeHashing(_ cost: Cost) throws {
        let sample = try Sample.shared.get()
        let row = try Self.rows(sample)[0]
        let altered = SlotRow(
            slot: row.slot, kind: row.kind,
            cost: SlotRow.Cost(memory: cost.memory, passes: cost.passes, lanes: cost.lanes),
            salt: row.salt, publicKey: row.publicKey, sealedSecret: row.sealedSecret,
            root: row.root, ephemeral: row.ephemeral, wrappedRoot: row.wrappedRoot)
        let place = try Place()
        try place.put(sample.now)
        do {
            let database = try RawDatabase(place.database)
            try database.run("UPDATE slot SET seal = ?1 WHERE num = 1", [.blob(altered.bytes)])
        }
        let clock = ContinuousClock()
        let spent = clock.measure {
            do throws(VaultError) {
                try Self.open(place, password: true, sample)
                Issue.record("opened")
            } catch {
                #expect(error.code == .refusedLimit)
                #expect(error.message.contains("\(cost.named)"), "\(error.message)")
            }
        }
        #expect(spent < .milliseconds(100), "\(spent)")
    }

    /// A lowered cost within the limits is bound into the seal of the slot secret.
    @Test func aLoweredCostOpensNothing() throws {
        let sample = try Sample.shared.get()
        let row = try Self.rows(sample)[0]
        for cost in [
            SlotRow.Cost(memory: row.cost.memory + 64, passes: row.cost.passes, lanes: 4),
            SlotRow.Cost(memory: row.cost.memory, passes: row.cost.passes + 1, lanes: 4),
            SlotRow.Cost(memory: row.cost.memory, passes: row.cost.passes, lanes: 1),
        ] {
            let altered = SlotRow(
                slot: row.slot, kind: row.kind, cost: cost, salt: row.salt,
                publicKey: row.publicKey, sealedSecret: row.sealedSecret, root: row.root,
                ephemeral: row.ephemeral, wrappedRoot: row.wrappedRoot)
            let place = try Place()
            try place.put(sample.now)
            do {
                let database = try RawDatabase(place.database)
                try database.run("UPDATE slot SET seal = ?1 WHERE num = 1", [.blob(altered.bytes)])
            }
            do throws(VaultError) {
                try Self.open(place, password: true, sample)
                Issue.record("opened")
            } catch { #expect(error.code == .wrongPassword, "\(error.message)") }
        }
    }

    @Test func everyChangedByteOfASlotIsRefusedByPasswordAndRecoveryKey() throws {
        let sample = try Sample.shared.get()
        let rows = try Self.rows(sample)
        let place = try Place()
        var tried = 0
        for (index, row) in rows.enumerated() {
            for offset in Thoroughness.some(Array(row.bytes.indices), 100) {
                var bytes = row.bytes
                bytes[offset] ^= 0x01
                try place.put(sample.now)
                do {
                    let database = try RawDatabase(place.database)
                    try database.run(
                        "UPDATE slot SET seal = ?1 WHERE num = \(index + 1)", [.blob(bytes)])
                }
                do throws(VaultError) {
                    try Self.open(place, password: index == 0, sample)
                    Issue.record("slot \(index + 1) byte \(offset): opened")
                } catch {
                    #expect(
                        [.wrongPassword, .damaged, .refusedLimit].contains(error.code),
                        "byte \(offset): \(error.message)")
                }
                tried += 1
            }
        }
        #expect(tried >= 150)
    }

    @Test func keysInOthersPlacesAreRefused() throws {
        let attack = try Attack()
        let numbers = try attack.database().run("SELECT num FROM dkey").map { $0[0].int }
        var score = Score()
        for first in numbers {
            for second in numbers where second < first {
                let outcome = try attack {
                    try $0.run(
                        "UPDATE dkey SET seal = (SELECT d.seal FROM dkey d WHERE d.num = "
                            + "CASE dkey.num WHEN \(first) THEN \(second) ELSE \(first) END) "
                            + "WHERE num IN (\(first), \(second))")
                }
                score.take(outcome, "keys \(first) and \(second)")
            }
        }
        // Genuinely sealed, at their number, but for another purpose.
        for purpose in KeyRow.Purpose.allCases where purpose != .subject {
            for number in Thoroughness.some(Array(numbers.prefix(7)), 3) {
                let seal = try Keyring.make(
                    number: UInt32(number), purpose: purpose, subject: nil, created: 1,
                    root: attack.sample.root, vault: attack.sample.vault, randomness: .system)
                let outcome = try attack {
                    try $0.run(
                        "UPDATE dkey SET seal = ?1 WHERE num = \(number)", [.blob(seal)])
                }
                score.take(outcome, "key \(number) for \(purpose)")
            }
        }
        score.expectAllCaught("keys in others' places", atLeast: 60)
    }

    /// The same bytes in another role: a slot as a roster, an audit entry as a tombstone.
    @Test func rowsInAnotherRoleAreRefused() throws {
        let attack = try Attack()
        let tables = ["meta", "slot", "dkey", "cat", "tomb", "audit"]
        var score = Score()
        for target in tables {
            for source in tables where source != target {
                let outcome = try attack {
                    try $0.run(
                        "UPDATE \(target) SET seal = (SELECT seal FROM \(source) "
                            + "ORDER BY rowid DESC LIMIT 1) WHERE rowid = "
                            + "(SELECT max(rowid) FROM \(target))")
                }
                score.take(outcome, "\(source) as \(target)")
            }
        }
        score.expectAllCaught("rows in another role", atLeast: 30)
    }
}
