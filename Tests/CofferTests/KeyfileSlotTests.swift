import CofferBytes
import CofferCrypto
import CofferFormat
import CofferKeys
import CofferSQLite
import CofferStore
import Foundation
import Testing

@testable import Coffer

/// Slots with a keyfile that somebody else has edited, and keyfiles that are not the right one.
@Suite struct KeyfileSlotTests {
    /// A vault whose third slot takes a password and a keyfile.
    private static func vault(_ scratch: Scratch) throws -> SlotRow {
        let vault = try scratch.vault()
        try vault.addPassword(
            Scratch.password("both"), keyfile: SlotTests.keyfile(), options: SlotTests.cheap)
        let row = try #require(vault.parsedSlots().last?.row)
        #expect(row.kind == .keyfile)
        return row
    }

    private static func put(_ scratch: Scratch, _ bytes: [UInt8]) throws {
        let connection = try Connection(
            path: scratch.path + "/test.coffer/vault.sqlite", mode: .readWrite)
        try connection.write { connection in
            let statement = try connection.prepare("UPDATE slot SET seal = ?1 WHERE num = 3")
            try statement.bind(blob: bytes, at: 1)
            _ = try statement.step()
        }
    }

    private static func refusal(
        _ scratch: Scratch, _ password: String, _ keyfile: Keyfile?
    ) throws -> VaultError.Code? {
        do {
            let vault = try Vault(at: scratch.path + "/test.coffer", in: scratch.surroundings)
            try vault.unlock(password: Scratch.password(password), keyfile: keyfile)
        } catch let error as VaultError { return error.code }
        return nil
    }

    private static func altered(
        _ row: SlotRow, kind: SlotRow.Kind? = nil, cost: SlotRow.Cost? = nil, salt: [UInt8]? = nil,
        sealedSecret: [UInt8]? = nil
    ) -> [UInt8] {
        SlotRow(
            slot: row.slot, kind: kind ?? row.kind, cost: cost ?? row.cost, salt: salt ?? row.salt,
            publicKey: row.publicKey, sealedSecret: sealedSecret ?? row.sealedSecret,
            root: row.root, ephemeral: row.ephemeral, wrappedRoot: row.wrappedRoot
        ).bytes
    }

    @Test func everyTurnedBitIsNoticed() throws {
        let scratch = try Scratch()
        let bytes = try Self.vault(scratch).bytes
        let keyfile = try SlotTests.keyfile()
        var codes: [String: Int] = [:]
        for index in bytes.indices {
            var turned = bytes
            turned[index] ^= 1
            // What a bit makes of the cost may be dear; those have a test of their own.
            if (18..<30).contains(index) { continue }
            try Self.put(scratch, turned)
            let code = try Self.refusal(scratch, "both", keyfile)
            #expect(code == .wrongPassword || code == .damaged, "byte \(index): \(code as Any)")
            codes["\(code as Any)", default: 0] += 1
        }
        #expect(codes.values.reduce(0, +) == bytes.count - 12)
        try Self.put(scratch, bytes)
        #expect(try Self.refusal(scratch, "both", keyfile) == nil)
        print("a slot with a keyfile: \(bytes.count - 12) turned bits, \(codes)")
    }

    @Test(arguments: [
        (UInt32.max, UInt32(1), UInt32(1)), (67_108_864, 1, 1), (63, 1, 1), (64, 0, 1),
        (64, .max, 1), (64, 1, 0), (64, 1, 1 << 24), (64, 1, 17), (64, 33, 1), (0, 0, 0),
    ])
    func costsBeyondTheLimitsAreRefusedBeforeAnyWork(
        _ memory: UInt32, _ passes: UInt32, _ lanes: UInt32
    ) throws {
        let scratch = try Scratch()
        let row = try Self.vault(scratch)
        try Self.put(
            scratch,
            Self.altered(row, cost: SlotRow.Cost(memory: memory, passes: passes, lanes: lanes)))
        let clock = ContinuousClock()
        for keyfile in [nil, try SlotTests.keyfile()] {
            let start = clock.now
            #expect(try Self.refusal(scratch, "both", keyfile) == .refusedLimit)
            #expect(start.duration(to: clock.now) < .milliseconds(500))
        }
    }

    @Test(arguments: [0, 7, 15, 33, 512])
    func saltsOfOtherSizesAreRefused(_ size: Int) throws {
        let scratch = try Scratch()
        let row = try Self.vault(scratch)
        try Self.put(scratch, Self.altered(row, salt: [UInt8](repeating: 7, count: size)))
        #expect(try Self.refusal(scratch, "both", SlotTests.keyfile()) == .damaged)
    }

    @Test func aLoweredCostOpensNothing() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        var options = SlotTests.cheap
        options.memory = 128
        options.passes = 2
        try vault.addPassword(
            Scratch.password("both"), keyfile: SlotTests.keyfile(), options: options)
        let row = try #require(vault.parsedSlots().last?.row)
        vault.lock()
        for cost in [
            SlotRow.Cost(memory: 64, passes: 2, lanes: row.cost.lanes),
            SlotRow.Cost(memory: 128, passes: 1, lanes: row.cost.lanes),
            SlotRow.Cost(memory: 128, passes: 2, lanes: row.cost.lanes - 1),
        ] {
            try Self.put(scratch, Self.altered(row, cost: cost))
            #expect(try Self.refusal(scratch, "both", SlotTests.keyfile()) == .wrongPassword)
        }
    }

    @Test func neitherKindPassesForTheOther() throws {
        let scratch = try Scratch()
        let row = try Self.vault(scratch)
        let keyfile = try SlotTests.keyfile()
        try Self.put(scratch, Self.altered(row, kind: .password))
        #expect(try Self.refusal(scratch, "both", nil) == .wrongPassword)
        #expect(try Self.refusal(scratch, "both", keyfile) == .wrongPassword)
        // A slot that says that it needs no password at all.
        try Self.put(
            scratch,
            Self.altered(row, kind: .recovery, cost: SlotRow.Cost.none, salt: [], sealedSecret: []))
        #expect(try Self.refusal(scratch, "both", keyfile) == .wrongPassword)
        // The other slots are refused as well: the list of slots knows better.
        #expect(try Self.refusal(scratch, "correct horse", nil) == .damaged)
        var unknown = row.bytes
        unknown[17] = 4
        try Self.put(scratch, unknown)
        #expect(try Self.refusal(scratch, "correct horse", nil) == .damaged)
    }

    @Test func aMissingSlotSecretIsRefused() throws {
        let scratch = try Scratch()
        let row = try Self.vault(scratch)
        try Self.put(scratch, Self.altered(row, sealedSecret: []))
        #expect(try Self.refusal(scratch, "both", SlotTests.keyfile()) == .damaged)
    }

    @Test func everyByteOfAKeyfileCounts() throws {
        let scratch = try Scratch()
        _ = try Self.vault(scratch)
        for text in [
            "what lies on the stick\n", "what lies on the stic", "What lies on the stick", "w",
        ] {
            let wrong = try SlotTests.keyfile(text)
            #expect(try Self.refusal(scratch, "both", wrong) == .wrongPassword, "\(text)")
        }
        #expect(try Self.refusal(scratch, "both", nil) == .wrongPassword)
        #expect(try Self.refusal(scratch, "Both", SlotTests.keyfile()) == .wrongPassword)
        #expect(try Self.refusal(scratch, "both", SlotTests.keyfile()) == nil)
    }

    @Test func aNewKeyfileHasThirtyTwoBytesOfItsOwnAndOnlyItsOwnerReadsIt() throws {
        let scratch = try Scratch()
        var contents: Set<Data> = []
        for name in ["a", "b", "c"] {
            let path = scratch.path + "/" + name
            #expect(try Keyfile.prepare(at: path).isNew)
            #expect(try !Keyfile.prepare(at: path).isNew)
            contents.insert(try Data(contentsOf: URL(filePath: path)))
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
            #expect(mode as? Int == 0o600)
        }
        #expect(contents.count == 3)
        #expect(contents.allSatisfy { $0.count == 32 })
    }
}
