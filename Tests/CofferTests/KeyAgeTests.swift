import CofferBytes
import CofferFormat
import CofferKeys
import CofferStore
import Foundation
import Testing

@testable import Coffer

/// Keys of records that are replaced by themselves when they are too old.
@Suite struct KeyAgeTests {
    private static let day: Int64 = 86_400_000

    private final class Clock: @unchecked Sendable {
        // Sendable is true because one test moves it, on one thread.
        var now: Int64 = 1_800_000_000_000
    }

    /// A vault whose days pass when a test says so.
    private func vault(_ scratch: Scratch, _ clock: Clock) throws -> Vault {
        let surroundings = Surroundings(
            stateDirectory: scratch.path + "/state", now: { clock.now }, bootTime: { 0 },
            bootID: nil)
        let path = scratch.path + "/aged.coffer"
        _ = try Vault.create(
            at: path, password: Scratch.password(), options: Scratch.options, in: surroundings)
        let vault = try Vault(at: path, in: surroundings)
        try vault.unlock(password: Scratch.password())
        let file = try scratch.write("a.ndjson", "{\"id\":\"a\"}\n{\"id\":\"b\"}\n")
        _ = try vault.importFiles(ImportRequest(paths: [file])) { _, _ in }
        return vault
    }

    private func key(_ vault: Vault) throws -> UInt32 {
        try vault.store.frame().keyring.active(.records).number
    }

    private func maintain(_ vault: Vault) throws -> [String] {
        var done: [String] = []
        try vault.maintain { result in
            done.append(result.task.kind)
            #expect(!result.isBad, "\(result.result)")
        }
        return done
    }

    @Test func theyAreReplacedWhenTheyAreTooOldAndNotBefore() throws {
        let (scratch, clock) = (try Scratch(), Clock())
        let vault = try vault(scratch, clock)
        clock.now += 1_000 * Self.day
        #expect(try vault.maximalKeyAge() == nil && vault.dueTasks().isEmpty)
        try vault.setMaximalKeyAge(2_000 * Self.day)
        #expect(try maintain(vault) == [])
        try vault.setMaximalKeyAge(1_000 * Self.day)
        #expect(try vault.careStatus().due == ["rotate data"])
        let before = try key(vault)
        #expect(try maintain(vault) == ["rotate data"])
        #expect(try key(vault) != before && vault.careStatus().due == [])
        #expect(try vault.collection("a").count() == 2 && vault.check().isSound)
        // A clock that was set back costs nothing.
        clock.now -= 900 * Self.day
        #expect(try maintain(vault) == [])
        try vault.setMaximalKeyAge(nil)
        clock.now += 9_000 * Self.day
        #expect(try maintain(vault) == [])
        for wrong in [Int64(0), -1, .min] {
            #expect(throws: VaultError.self) { try vault.setMaximalKeyAge(wrong) }
        }
        // The backup policy is another thing, and keeps it.
        try vault.setMaximalKeyAge(7 * Self.day)
        try vault.setBackupPolicy(Vault.BackupPolicy(folders: [scratch.path + "/b"]))
        #expect(try vault.maximalKeyAge() == 7 * Self.day)
        #expect(try maintain(vault) == ["backup", "prune", "rotate data", "check", "drill"])
    }

    @Test func aRotationThatIsUnderWayGoesOn() throws {
        struct Stop: Error {}
        let (scratch, clock) = (try Scratch(), Clock())
        let vault = try vault(scratch, clock)
        #expect(throws: (any Error).self) {
            // After the plan is there.
            _ = try vault.rotateKeys(.data) { _, _ in
                if try vault.store.hasJob() { throw Stop() }
            }
        }
        try #require(try vault.keyRotationStatus() != nil)
        #expect(try vault.careStatus().due == ["rotate data"])
        vault.noteDue()
        var told: [String] = []
        try vault.catchUp { told.append($0.task.kind) }
        #expect(told == ["rotate data"])
        #expect(try vault.keyRotationStatus() == nil && vault.dueSince() == nil)
        #expect(try vault.keyCensus().allSatisfy { $0.state != "retiring" || $0.records == 0 })
    }
}

extension Store {
    /// Whether a rotation is under way in the state that was verified last.
    fileprivate func hasJob() throws -> Bool { try state().jobs.rows > 0 }
}
