import CofferBytes
import CofferFormat
import CofferSQLite
import CofferStore
import Foundation
import Testing

@testable import Coffer

/// What is left on the disk of a slot that is gone: nothing.
@Suite struct SlotScrubTests {
    /// The parts of a slot that tell it from every other.
    private static func parts(_ row: SlotRow) -> [(name: String, bytes: [UInt8])] {
        [
            ("id", row.slot.bytes), ("salt", row.salt), ("public key", row.publicKey),
            ("sealed secret", row.sealedSecret), ("ephemeral", row.ephemeral),
            ("wrapped root", row.wrappedRoot),
        ].filter { !$0.1.isEmpty }
    }

    /// Every file under a folder that holds one of the parts, or a third of it.
    private static func found(
        _ parts: [(name: String, bytes: [UInt8])], below folder: String
    ) throws -> [String] {
        var found: [String] = []
        var files = 0
        let names = FileManager.default.enumerator(atPath: folder)?.allObjects ?? []
        for name in names.compactMap({ $0 as? String }) {
            guard let content = FileManager.default.contents(atPath: folder + "/" + name) else {
                continue
            }
            files += 1
            for part in parts {
                let piece = max(8, part.bytes.count / 3)
                for start in stride(from: 0, to: part.bytes.count - piece + 1, by: piece)
                where content.range(of: Data(part.bytes[start..<start + piece])) != nil {
                    found.append("\(part.name) in \(name)")
                }
            }
        }
        #expect(files > 0)
        return Array(Set(found)).sorted()
    }

    private static func row(_ vault: Vault, _ number: UInt32) throws -> SlotRow {
        try #require(vault.parsedSlots().first { $0.number == number }?.row)
    }

    @Test func nothingOfASlotIsLeftWhenItIsGone() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        var options = SlotTests.cheap
        options.label = "a label that is long enough to be found"
        try vault.addPassword(
            Scratch.password("both"), keyfile: SlotTests.keyfile(), options: options)
        for number: UInt32 in [1, 2, 3] {
            let row = try Self.row(vault, number)
            let parts = Self.parts(row)
            #expect(try !Self.found(parts, below: scratch.path).isEmpty, "the search finds")
            if number == 1 {
                let change = try vault.changePassword(
                    to: Scratch.password("second"), options: SlotTests.cheap)
                #expect(change.isScrubbed)
            } else {
                #expect(try vault.removeSlot(number).isScrubbed)
            }
            // The vault is still open here, its log too.
            #expect(try Self.found(parts, below: scratch.path) == [], "slot \(number)")
        }
        #expect(try vault.check().isSound)
    }

    @Test func aReaderDelaysTheScrubbingUntilItIsGone() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        let parts = Self.parts(try Self.row(vault, 1))
        let reader = try Connection(path: vault.path + "/vault.sqlite", mode: .readOnly)
        try reader.begin(.read)
        let change = try vault.changePassword(
            to: Scratch.password("second"), options: SlotTests.cheap)
        #expect(!change.isScrubbed)
        #expect(try !Self.found(parts, below: vault.path).isEmpty)
        // Closing it does not wait for the reader, and leaves the note.
        vault.lock()
        #expect(try !Self.found(parts, below: vault.path).isEmpty)
        reader.rollback()
        // The next one that opens the vault does it, whatever it came for, with the other
        // connections still open.
        let next = try Vault(at: vault.path, in: scratch.surroundings)
        try next.unlock(password: Scratch.password("second"))
        next.lock()
        #expect(try Self.found(parts, below: scratch.path) == [])
        let notes = try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/state")
        #expect(!notes.contains { $0.hasSuffix("-scrub") })
        withExtendedLifetime(reader) {}
    }

    @Test func scrubbingCanBeAskedFor() throws {
        let scratch = try Scratch()
        var around = scratch.surroundings
        around.stateDirectory = nil
        _ = try scratch.vault()
        let vault = try Vault(at: scratch.path + "/test.coffer", in: around)
        try vault.unlock(password: Scratch.password())
        let parts = Self.parts(try Self.row(vault, 2))
        let reader = try Connection(path: vault.path + "/vault.sqlite", mode: .readOnly)
        try reader.begin(.read)
        #expect(try !vault.removeSlot(2).isScrubbed)
        reader.rollback()
        #expect(try vault.scrub())
        #expect(try Self.found(parts, below: scratch.path) == [])
    }
}
