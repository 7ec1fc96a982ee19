import Coffer
import Foundation
import Synchronization
import Testing

/// What the tutorial and the articles build does what they say.
@Suite(.timeLimit(.minutes(20))) struct TutorialTests {
    private static let fighters = [
        Combatant(id: "ana", name: "Ana", bonus: 4), Combatant(id: "bo", name: "Bo", bonus: 0),
        Combatant(id: "gob", name: "Goblin", bonus: 2),
    ]

    /// A die that shows these numbers, one after the other.
    private static func die(_ numbers: Int...) -> () -> Int {
        var rest = numbers
        return { rest.isEmpty ? 1 : rest.removeFirst() }
    }

    @Test func theTrackerRunsAFight() throws {
        let scratch = try Scratch()
        let tracker = try InitiativeTracker(try scratch.vault())
        try tracker.join(Self.fighters)
        #expect(try tracker.order() == [])
        try tracker.roll(Self.die(18, 9, 15))
        #expect(try tracker.order() == ["22 Ana", "17 Goblin", "9 Bo"])
        // One undo takes back all rolls, the next one gives them again.
        #expect(try tracker.undo() == 3)
        #expect(try tracker.order() == [])
        #expect(try tracker.undo() == 3)
        #expect(try tracker.order().count == 3)

        try tracker.afflict("bo", with: "prone")
        try tracker.afflict("bo", with: "blinded")
        try tracker.afflict("bo", with: "prone")
        #expect(try tracker.combatants.get("bo")?.conditions == ["prone", "blinded"])
        try tracker.relieve("bo", of: "prone")
        #expect(try tracker.combatants.get("bo")?.conditions == ["blinded"])
        #expect(try tracker.undo() == 1)
        #expect(try tracker.combatants.get("bo")?.conditions == ["prone", "blinded"])

        // Another start of the program on the same vault finds everything.
        let again = try InitiativeTracker(try scratch.open())
        #expect(try again.order() == ["22 Ana", "17 Goblin", "9 Bo"])
        #expect(try again.vault.check().isSound)
    }

    @Test func twoAtTheTableLoseNoCondition() async throws {
        let scratch = try Scratch()
        let tracker = try InitiativeTracker(try scratch.vault())
        try tracker.join(Self.fighters)
        let other = try InitiativeTracker(try scratch.open())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, table) in [tracker, other, tracker, other].enumerated() {
                group.addTask {
                    for round in 0..<10 { try table.afflict("bo", with: "\(index)-\(round)") }
                }
            }
            try await group.waitForAll()
        }
        #expect(Set(try tracker.combatants.get("bo")?.conditions ?? []).count == 40)
    }

    private final class Screen: Sendable {
        private let shown = Mutex<[String]>([])

        func show(_ line: String) { shown.withLock { $0.append(line) } }

        var lines: [String] { shown.withLock { $0 } }
    }

    @Test func theLiveViewTellsOfEveryChange() async throws {
        let scratch = try Scratch()
        let tracker = try InitiativeTracker(try scratch.vault())
        try tracker.join(Self.fighters)
        let screen = Screen()
        let task = Task { try await tracker.follow { screen.show($0) } }
        let other = try InitiativeTracker(try scratch.open())
        // It tells of what comes after it has begun, so there is one more till it has.
        var round = 0
        while screen.lines.isEmpty {
            round += 1
            try other.afflict("bo", with: "round \(round)")
            try await Task.sleep(for: .milliseconds(150))
        }
        try other.combatants.delete("gob")
        while screen.lines.last != "somebody has left" {
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(screen.lines.first?.hasPrefix("Bo: 0 round 1") == true)
        task.cancel()
        try await task.value
    }

    @Test func theArticlesDoWhatTheySay() async throws {
        let scratch = try Scratch()
        var options = Vault.CreateOptions()
        options.memory = 64
        options.passes = 1
        let vault = try Snippets.create(
            scratch.path + "/first.coffer", Snippets.secret("correct horse"), options,
            Snippets.surroundings(scratch.path))
        try Snippets.schema(vault)
        try Snippets.schema(vault)
        #expect(try Snippets.collection(vault) == ["1", "1", "2", "Bo"])
        let npcs = vault.collection("npcs", of: Snippets.NPC.self)
        #expect(try await Snippets.pages(npcs) == 9)
        _ = try scratch.write("tavern.ogg", String(repeating: "la", count: 3_000))
        let music = try await Snippets.files(vault, scratch.path)
        #expect(music.0 == 6_000 && music.1.count == 4_096 && music.2.count == 128)
        #expect(try Snippets.untyped(vault) == "9")
        let merged = try Snippets.conflict(npcs) { mine in
            mine.name = "Anna"
            try npcs.update("ana") { $0.level = 12 }
        }
        #expect(merged?.name == "Anna" && merged?.level == 12)
        let (total, strong) = try Snippets.transactions(vault)
        #expect((total, strong) == (2, 2))
        #expect(try Snippets.query(vault).sorted() == [": 1", "Tor: 2"])
        let last = try vault.read { try $0.lastChange() }
        #expect(try await Snippets.changes(vault, last) == last)

        #expect(try await Snippets.rotate(vault) { _, _ in } > 0)
        let folder = scratch.path + "/bundles"
        #expect(throws: VaultError.self) {
            try Snippets.backUp(vault, folder, isCancelled: true)
        }
        let made = try Snippets.backUp(vault, folder, isCancelled: false)
        let surroundings = Snippets.surroundings(scratch.path)
        #expect(try Snippets.verify(made.path, vault.signer(), surroundings))
        let told = try Snippets.restore(
            folder, to: scratch.path + "/again.coffer", Snippets.secret("correct horse"),
            surroundings)
        #expect(told.bundles == [made.path])
        let done = try Snippets.maintain(vault, folder)
        #expect(done.contains("check: sound"), "\(done)")
        #expect(try vault.check().isSound)
    }
}
