import Foundation
import Testing

@testable import Coffer

/// What a transaction refuses, and what becomes of it then.
@Suite struct TransactionRuleTests {
    private func failure(_ body: () throws -> Void) -> VaultError? {
        do { try body() } catch { return error as? VaultError }
        return nil
    }

    private func code(_ body: () throws -> Void) -> VaultError.Code? { failure(body)?.code }

    private func count(_ vault: Vault) throws -> Int { try vault.read { try $0.count("npcs") } }

    @Test func aWriteThatFailsHalfWayPoisonsTheRest() throws {
        let scratch = try Scratch()
        let vault = try TransactionTests.vault(scratch)
        _ = try vault.put(
            "npcs", ndjson: TransactionTests.lines(#"{"id":"m","mark":"red"}"#))
        let error = failure {
            try vault.write { transaction in
                _ = try transaction.add("npcs", [.text(path: ["id"], "cy")])
                // The second line fails; the first one may have been written by then, or not.
                let bad = TransactionTests.lines(#"{"id":"d"}"#, #"{"id":"e","level":"x"}"#)
                let put = code { _ = try transaction.put("npcs", ndjson: bad) }
                let count = try transaction.count("npcs")
                // Nothing is wrong with this one, and with the removal neither.
                let add = code { _ = try transaction.add("npcs", [.text(path: ["id"], "f")]) }
                let remove = code { _ = try transaction.remove("npcs", ["ana"]) }
                #expect([put, add, remove] == [.invalid, .invalid, .invalid])
                #expect(count == 4 || count == 5)
                var seen = 0
                try transaction.scan("npcs") { _ in
                    seen += 1
                    return true
                }
                #expect(seen == count)
            }
        }
        #expect(error?.code == .invalid)
        #expect(error?.message.contains("line 2") == true)
        #expect(try count(vault) == 3)
        #expect(try vault.check().isSound)

        let second = failure {
            try vault.write { transaction in
                let twice = TransactionTests.lines(#"{"id":"g","mark":"red"}"#)
                _ = try? transaction.put("npcs", ndjson: twice)
            }
        }
        #expect(second?.code == .notUnique)
        #expect(try count(vault) == 3)
    }

    @Test func aWriteThatIsRefusedBeforeAnythingHappenedLeavesTheRest() throws {
        let scratch = try Scratch()
        let vault = try TransactionTests.vault(scratch)
        try vault.write { transaction in
            _ = try transaction.add("npcs", [.text(path: ["id"], "cy")])
            #expect(code { _ = try transaction.get("npcs", "nobody") } == .noRecord)
            #expect(
                code {
                    _ = try transaction.set(
                        "npcs", "ana", TransactionTests.level(5), ifVersion: 7)
                } == .versionConflict)
            #expect(code { _ = try transaction.remove("npcs", ["cy", "nobody"]) } == .noRecord)
            #expect(
                code {
                    _ = try transaction.put(
                        "npcs", ndjson: TransactionTests.lines(#"{"id":"d","level":"x"}"#))
                } == .invalid)
            #expect(code { _ = try transaction.add("none", []) } == .noCollection)
            #expect(
                code { _ = try transaction.add("npcs", [.text(path: ["id"], "ana")]) } == .exists)
            _ = try transaction.set("npcs", "cy", TransactionTests.level(3))
        }
        #expect(try vault.get("npcs", "cy").fieldText("level") == "3")
        #expect(try count(vault) == 3)
        #expect(try vault.check().isSound)
    }

    @Test func aTransactionThatIsOverRefusesEverything() throws {
        let scratch = try Scratch()
        let vault = try TransactionTests.vault(scratch)
        var reading: ReadTransaction?
        try vault.read { reading = $0 }
        var writing: WriteTransaction?
        try vault.write { writing = $0 }
        let old = try #require(reading)
        let late = try #require(writing)
        #expect(code { _ = try old.get("npcs", "ana") } == .usage)
        #expect(code { try old.scan("npcs") { _ in true } } == .usage)
        #expect(code { try old.query("SELECT 1") { _ in true } } == .usage)
        #expect(code { _ = try old.status() } == .usage)
        #expect(code { _ = try late.get("npcs", "ana") } == .usage)
        #expect(code { _ = try late.remove("npcs", ["ana"]) } == .usage)
        #expect(code { _ = try late.undo() } == .usage)
        #expect(try count(vault) == 2)
    }

    @Test func aCallOutOfAClosureOfTheSameVaultIsRefusedAndHarmsNothing() throws {
        let scratch = try Scratch()
        let vault = try TransactionTests.vault(scratch)
        var codes: [VaultError.Code?] = []
        func nest() {
            codes.append(code { _ = try vault.get("npcs", "ana") })
            codes.append(code { _ = try vault.add("npcs", [.text(path: ["id"], "x")]) })
            codes.append(code { try vault.read { _ in } })
            codes.append(code { try vault.write { _ in } })
            codes.append(code { _ = try vault.status() })
            codes.append(code { _ = try vault.check() })
            #expect(vault.isUnlocked)
        }
        try vault.scan("npcs") { _ in
            nest()
            return true
        }
        try vault.query("SELECT 1") { _ in
            nest()
            return true
        }
        try vault.read { _ in nest() }
        try vault.write { transaction in
            nest()
            _ = try transaction.set("npcs", "ana", TransactionTests.level(4))
        }
        #expect(codes.count == 30)
        #expect(codes.allSatisfy { $0 == .usage })
        #expect(try vault.get("npcs", "ana").fieldText("level") == "4")
        #expect(try count(vault) == 2)
    }

    @Test func nothingIsWrittenWhileRecordsAreBeingRead() throws {
        let scratch = try Scratch()
        let vault = try TransactionTests.vault(scratch)
        try vault.write { transaction in
            var seen: [String] = []
            try transaction.scan("npcs") { document in
                // Reading inside of reading is fine.
                seen.append(try transaction.get("npcs", document.id).json)
                #expect(code { _ = try transaction.remove("npcs", [document.id]) } == .usage)
                return true
            }
            #expect(seen.count == 2)
            _ = try transaction.remove("npcs", ["ana"])
        }
        #expect(try count(vault) == 1)
    }

    @Test func anUndoComesFirst() throws {
        let scratch = try Scratch()
        let vault = try TransactionTests.vault(scratch)
        _ = try vault.set("npcs", "ana", TransactionTests.level(5))
        try vault.write { transaction in
            _ = try transaction.undo()
            #expect(try transaction.get("npcs", "ana").fieldText("level") == "1")
            #expect(code { _ = try transaction.undo() } == .usage)
            _ = try transaction.set("npcs", "bo", TransactionTests.level(6))
        }
        // Undo and all that came after it are one change.
        #expect(try vault.undo().reverted == 2)
        #expect(try vault.get("npcs", "ana").fieldText("level") == "5")
        #expect(try vault.get("npcs", "bo").fieldText("level") == "2")
        #expect(try vault.check().isSound)
    }

    @Test func anImportInATransactionIsPartOfIt() throws {
        let scratch = try Scratch()
        let vault = try TransactionTests.vault(scratch)
        let file = try scratch.write("towns.ndjson", #"{"id":"t","name":"Tor"}"#)
        try vault.write { transaction in
            let report = try transaction.importFiles(ImportRequest(paths: [file]))
            #expect(report.collections.first?.counts.created == 1)
            _ = try transaction.set("towns", "t", [.text(path: ["name"], "Tar")])
            var dry = ImportRequest(paths: [file])
            dry.isDryRun = true
            #expect(code { _ = try transaction.importFiles(dry) } == .usage)
        }
        #expect(try vault.get("towns", "t").fieldText("name") == "Tar")
        #expect(try vault.check().isSound)
    }

    @Test func lockingOutOfAClosureWaitsForItsEnd() throws {
        let scratch = try Scratch()
        let vault = try TransactionTests.vault(scratch)
        try vault.write { transaction in
            vault.lock()
            _ = try transaction.set("npcs", "ana", TransactionTests.level(8))
        }
        #expect(!vault.isUnlocked)
        #expect(code { _ = try vault.get("npcs", "ana") } == .locked)
        #expect(try scratch.open().get("npcs", "ana").fieldText("level") == "8")
    }
}
