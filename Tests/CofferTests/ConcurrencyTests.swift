import Foundation
import Synchronization
import Testing

@testable import Coffer

/// Many threads and tasks on one vault, and several vaults on one path.
@Suite struct ConcurrencyTests {
    private static let workers = 8
    private static let rounds = 40

    /// Adds one to the level of `ana`, by what is read and written in one transaction.
    private static func increment(_ vault: Vault) throws {
        try vault.write { transaction in
            let text = try transaction.get("npcs", "ana").fieldText("level") ?? ""
            let level = try #require(Int(text))
            _ = try transaction.set("npcs", "ana", TransactionTests.level(level + 1))
        }
    }

    private static func level(_ vault: Vault) throws -> Int {
        try #require(Int(try vault.get("npcs", "ana").fieldText("level") ?? ""))
    }

    /// Runs `body` on as many threads as there are workers, all at once.
    private static func onThreads(_ body: @Sendable @escaping (Int) throws -> Void) -> Int {
        let failures = Failures()
        let done = DispatchSemaphore(value: 0)
        for worker in 0..<workers {
            Thread {
                do { try body(worker) } catch { failures.add(error) }
                done.signal()
            }.start()
        }
        for _ in 0..<workers { done.wait() }
        return failures.count
    }

    private final class Failures: Sendable {
        private let errors = Mutex<[String]>([])

        func add(_ error: any Error) {
            errors.withLock { $0.append("\(error)") }
            Issue.record(error)
        }

        var count: Int { errors.withLock(\.count) }
    }

    @Test func threadsOnOneVaultLoseNoUpdate() throws {
        let scratch = try Scratch()
        let vault = try TransactionTests.vault(scratch)
        let failures = Self.onThreads { worker in
            for round in 0..<Self.rounds {
                try Self.increment(vault)
                // All else that a vault can be asked goes on meanwhile.
                switch (worker + round) % 4 {
                case 0: #expect(try vault.read { try $0.count("npcs") } >= 2)
                case 1: #expect(try vault.count("npcs", where: "id = 'ana'") == 1)
                case 2:
                    _ = try vault.put(
                        "npcs",
                        ndjson: TransactionTests.lines(#"{"id":"w\#(worker)-\#(round)"}"#))
                default:
                    #expect(vault.isUnlocked)
                    _ = try vault.status()
                    _ = try vault.commitMark()
                }
            }
        }
        #expect(failures == 0)
        #expect(try Self.level(vault) == 1 + Self.workers * Self.rounds)
        #expect(try vault.read { try $0.count("npcs") } == 2 + Self.workers * Self.rounds / 4)
        #expect(try vault.check().isSound)
    }

    @Test func tasksOnOneVaultLoseNoUpdate() async throws {
        let scratch = try Scratch()
        let vault = try TransactionTests.vault(scratch)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<Self.workers {
                group.addTask { for _ in 0..<Self.rounds { try Self.increment(vault) } }
            }
            try await group.waitForAll()
        }
        #expect(try Self.level(vault) == 1 + Self.workers * Self.rounds)
    }

    @Test func waitsFiveSecondsForAnotherWriterAndReadsMeanwhile() throws {
        let scratch = try Scratch()
        let vault = try TransactionTests.vault(scratch)
        let other = try scratch.open()
        var code: VaultError.Code?
        let clock = ContinuousClock()
        var time = Duration.zero
        try vault.write { transaction in
            _ = try transaction.set("npcs", "ana", TransactionTests.level(5))
            time = clock.measure {
                do { try Self.increment(other) } catch { code = (error as? VaultError)?.code }
            }
            #expect(try Self.level(other) == 1)
        }
        #expect(code == .busy)
        #expect(time > .seconds(4.9) && time < .seconds(10))
        try Self.increment(other)
        #expect(try Self.level(vault) == 6)
    }

    @Test func vaultsOnOnePathLoseNoUpdate() throws {
        let scratch = try Scratch()
        let vault = try TransactionTests.vault(scratch)
        let others = try (0..<4).map { _ in try scratch.open() }
        let failures = Self.onThreads { worker in
            for _ in 0..<Self.rounds / 2 { try Self.increment(others[worker % others.count]) }
        }
        #expect(failures == 0)
        #expect(try Self.level(vault) == 1 + Self.workers * Self.rounds / 2)
        #expect(try vault.check().isSound)
    }
}
