import CofferStore
import Foundation
import Testing

@testable import Coffer

/// What a machine says to a copy of a vault that was changed elsewhere.
@Suite struct StandingTests {
    private func code(_ body: () throws -> Void) -> VaultError.Code? {
        do { try body() } catch { return (error as? VaultError)?.code }
        return nil
    }

    /// A vault, and where another machine has a copy of it.
    private struct Pair {
        let scratch: Scratch
        let vault: Vault
        let there: Vault

        init() throws {
            scratch = try Scratch()
            vault = try scratch.vault()
            let file = try scratch.write("notes.ndjson", #"{"id":"a"}"#)
            _ = try vault.importFiles(ImportRequest(paths: [file])) { _, _ in }
            vault.lock()
            let copy = scratch.path + "/copy.coffer"
            try FileManager.default.copyItem(atPath: vault.path, toPath: copy)
            let elsewhere = Surroundings(
                stateDirectory: scratch.path + "/elsewhere", now: scratch.surroundings.now,
                bootTime: scratch.surroundings.bootTime, bootID: nil)
            there = try Vault(at: copy, in: elsewhere)
            try there.unlock(password: Scratch.password())
        }

        /// Puts the other machine's copy in the place of the vault and opens that.
        func replaced() throws -> Vault {
            there.lock()
            try FileManager.default.removeItem(atPath: vault.path)
            try FileManager.default.moveItem(atPath: there.path, toPath: vault.path)
            let found = try Vault(at: vault.path, in: scratch.surroundings)
            try found.unlock(password: Scratch.password())
            return found
        }

        /// So many changes by a vault.
        static func write(_ count: Int, to vault: Vault) throws {
            for number in 0..<count {
                _ = try vault.put("notes", ndjson: Array(#"{"id":"n\#(number)"}"#.utf8))
            }
        }
    }

    @Test func howFarItIsBehindIsCounted() {
        for (behind, words) in [(1, ", 1 change behind;"), (2, ", 2 changes behind;")] {
            let told = VaultError.describe(.older(behind: UInt64(behind), remembered: 0))
            #expect(told.contains(words), "\(told)")
        }
    }

    @Test func aRootThatWasReplacedElsewhereIsToldAndTaken() throws {
        let pair = try Pair()
        _ = try pair.there.rotateRoot()
        let found = try pair.replaced()
        #expect(try found.newEpoch() == "this copy has a new epoch: its keys were rotated")
        #expect(try found.status().isOlder == false)
        try Pair.write(1, to: found)
        found.lock()
        try found.unlock(password: Scratch.password())
        #expect(try found.newEpoch() == nil, "it is told once")
    }

    /// With more or fewer changes than were made here since; with and without a word in the audit log.
    @Test(arguments: [0, 9], [false, true])
    func aForkIsNoNewerForAnotherRoot(changes: Int, isAudited: Bool) throws {
        let pair = try Pair()
        let here = try pair.scratch.open()
        try Pair.write(4, to: here)
        if isAudited { try here.addPassword(Scratch.password("second")) }
        here.lock()
        try Pair.write(changes, to: pair.there)
        _ = try pair.there.rotateRoot()
        #expect(code { _ = try pair.replaced() } == .older)
    }
}
