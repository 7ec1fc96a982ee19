import Foundation
import Synchronization
import Testing

@testable import Coffer

/// The changes of a vault as an async sequence.
@Suite(.timeLimit(.minutes(20))) struct ChangesTests {
    /// What a reader of changes has been given so far.
    private final class Feed: Sendable {
        private let seen = Mutex<[String]>([])
        private let hasEnded = Mutex(false)

        func add(_ change: Vault.Change) {
            seen.withLock { $0.append("\(change.collection) \(change.kind) \(change.version)") }
        }

        func end() { hasEnded.withLock { $0 = true } }

        var isOver: Bool { hasEnded.withLock { $0 } }
        var lines: [String] { seen.withLock { $0 } }

        /// Waits until there are as many lines.
        func reaches(_ count: Int) async throws -> [String] {
            while lines.count < count { try await Task.sleep(for: .milliseconds(5)) }
            return lines
        }
    }

    /// Follows the changes of a vault in a task of its own.
    private func follow(
        _ vault: Vault, since number: UInt64, _ feed: Feed
    ) -> Task<Void, any Error> {
        Task {
            for try await change in vault.changes(since: number) { feed.add(change) }
            feed.end()
        }
    }

    private func add(_ vault: Vault, _ id: String) throws {
        _ = try vault.add("npcs", [.text(path: ["id"], id)])
    }

    @Test func givesWhatIsThereAndThenWhatComes() async throws {
        let scratch = try Scratch()
        let vault = try TransactionTests.vault(scratch)
        let feed = Feed()
        let task = follow(vault, since: 0, feed)
        #expect(try await feed.reaches(2) == ["npcs put 1", "npcs put 1"])
        _ = try vault.set("npcs", "ana", TransactionTests.level(5))
        #expect(try await feed.reaches(3).last == "npcs put 2")
        _ = try vault.remove("npcs", ["bo"])
        #expect(try await feed.reaches(4).last == "npcs delete 2")
        _ = try vault.undo()
        #expect(try await feed.reaches(5).last == "npcs put 3")
        task.cancel()
        try await task.value
        #expect(feed.isOver)
        #expect(feed.lines.count == 5)
    }

    @Test func beginsAfterTheNumberThatIsKnown() async throws {
        let scratch = try Scratch()
        let vault = try TransactionTests.vault(scratch)
        var iterator = vault.changes(since: 0).makeAsyncIterator()
        let first = try #require(try await iterator.next())
        var later = vault.changes(since: first.number).makeAsyncIterator()
        let second = try await iterator.next()
        #expect(try await later.next()?.number == second?.number)
    }

    @Test func givesMoreThanOnePageInOrder() async throws {
        let scratch = try Scratch()
        let vault = try TransactionTests.vault(scratch)
        let lines = (0..<700).map { #"{"id":"n\#($0)"}"# }
        _ = try vault.put("npcs", ndjson: Array(lines.joined(separator: "\n").utf8))
        var numbers: [UInt64] = []
        for try await change in vault.changes(since: 0) {
            numbers.append(change.number)
            if numbers.count == 702 { break }
        }
        #expect(numbers == Array(1...702))
    }

    @Test func wakesForAnotherVaultOnThePath() async throws {
        let scratch = try Scratch()
        let vault = try TransactionTests.vault(scratch)
        let other = try scratch.open()
        let feed = Feed()
        let task = follow(vault, since: try vault.read { try $0.lastChange() }, feed)
        for round in 1...5 {
            try add(other, "n\(round)")
            #expect(try await feed.reaches(round).last == "npcs put 1")
        }
        task.cancel()
        try await task.value
        #expect(feed.lines.count == 5)
    }

    @Test(.enabled(if: OtherProcess.isThere)) func wakesForAnotherProcess() async throws {
        let scratch = try Scratch()
        let vault = try TransactionTests.vault(scratch)
        let feed = Feed()
        let task = follow(vault, since: try vault.read { try $0.lastChange() }, feed)
        #expect(try OtherProcess.run(["add", "npcs", "id=cy"], in: scratch) == 0)
        #expect(try await feed.reaches(1) == ["npcs put 1"])
        #expect(try OtherProcess.run(["rm", "npcs", "cy"], in: scratch) == 0)
        #expect(try await feed.reaches(2).last == "npcs delete 2")
        task.cancel()
        try await task.value
    }

    @Test func endsWhenItsTaskIsCancelledWhileItWaits() async throws {
        let scratch = try Scratch()
        let vault = try TransactionTests.vault(scratch)
        let feed = Feed()
        let task = follow(vault, since: 0, feed)
        _ = try await feed.reaches(2)
        task.cancel()
        try await task.value
        try add(vault, "cy")
        #expect(feed.isOver)
        #expect(feed.lines.count == 2)
    }

    @Test func endsWhenTheVaultIsLocked() async throws {
        let scratch = try Scratch()
        let vault = try TransactionTests.vault(scratch)
        let feed = Feed()
        let task = follow(vault, since: 0, feed)
        _ = try await feed.reaches(2)
        vault.lock()
        try await task.value
        #expect(feed.isOver)
    }

    @Test func refusesAVaultThatWasNeverUnlocked() async throws {
        let scratch = try Scratch()
        let path = try TransactionTests.vault(scratch).path
        let vault = try Vault(at: path, in: scratch.surroundings)
        var iterator = vault.changes(since: 0).makeAsyncIterator()
        var code: VaultError.Code?
        do { _ = try await iterator.next() } catch { code = error.code }
        #expect(code == .locked)
    }

    @Test func severalReadersEachGetEverything() async throws {
        let scratch = try Scratch()
        let vault = try TransactionTests.vault(scratch)
        let feeds = (0..<3).map { _ in Feed() }
        let tasks = feeds.map { follow(vault, since: 2, $0) }
        for round in 0..<20 { try add(vault, "n\(round)") }
        for feed in feeds { #expect(try await feed.reaches(20).count == 20) }
        for task in tasks {
            task.cancel()
            try await task.value
        }
    }
}
