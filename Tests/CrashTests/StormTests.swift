import Foundation
import Testing

/// Many programs that add, change, remove, undo and ask at once, held against a journal outside.
@Suite(.serialized, .enabled(if: Machine.hasProgram)) struct StormTests {
    @Test(arguments: [true, false])
    func theVaultItsHistoryAndItsFeedAreTheJournal(_ hasUndo: Bool) throws {
        let stage = try Stage()
        let journal = Shared(StormJournal())
        try Self.begin(stage, journal)
        let untouched = try Self.output(stage, ["export", "npcs", "items"])
        let workers = Machine.isThorough ? 8 : 4
        let seconds = Machine.isThorough ? (hasUndo ? 120.0 : 60) : (hasUndo ? 4 : 2)
        let followed = stage.scratch.path + "/followed"
        let follower = try stage.scratch.start(
            stage.words(["changes", "--follow"]), adding: stage.environment, output: followed)
        defer { follower.child.signal(SIGKILL) }
        Self.rage(stage, workers, hasUndo, until: Date().addingTimeInterval(seconds), journal)

        let result = journal.value
        #expect(result.wrong == [])
        let check = try stage.run(["check"])
        #expect(check.status == 0, "\(check)")
        let lives = try Self.lives(stage, result)
        #expect(lives.flatMap(\.value.wrong) == [])
        try Self.expectRecords(stage, lives)
        Self.expectSums(result, lives, hasUndo)
        let feed = try Self.feed(try Self.output(stage, ["changes"]))
        try Self.expectFeeds(stage, feed, result, lives)
        try Self.expectFollowed(followed, feed, lives)
        #expect(try Self.output(stage, ["export", "npcs", "items"]) == untouched)
        #expect(result.undos > 0 || !hasUndo)
        print(
            "storm, \(workers) at once, \(Int(seconds)) s: \(result.commands) commands, "
                + "\(result.undos) undos, \(result.increments.values.reduce(0, +)) increments, "
                + "\(lives.count) records, \(lives.values.reduce(0) { $0 + $1.changes.count }) "
                + "versions, refused \(result.refused.sorted { $0.key < $1.key }), "
                + "\(result.feeds.count + 1) feeds followed")
    }

    /// The counters are there, everything is kept, and the import cannot be undone.
    private static func begin(_ stage: Stage, _ journal: Shared<StormJournal>) throws {
        let schema = """
            {"type":"object","properties":{"id":{"type":"string"},"n":{"type":"integer"},
            "by":{"type":"string"},"mark":{"type":"string"}},"required":["id"]}
            """
        try Files.write(schema, to: stage.scratch.path + "/tally.schema.json")
        for words in [
            ["schema", "apply", "$tally.schema.json"],
            ["history", "policy", "--versions", "65535"],
        ] { _ = try output(stage, words) }
        for counter in StormWorker.counters {
            let answer = try output(
                stage, ["add", "tally", "id=\(counter)", "n=0", "by=start", "--json"])
            guard let id = try StormWorker.lines(answer).first?["id"] as? String else {
                throw Trouble("not added: \(answer)")
            }
            journal.change {
                $0.note(
                    .whole(["id": counter, "n": "0", "by": "start"]), of: counter, id: id,
                    version: 1)
            }
        }
        _ = try output(stage, ["add", "npcs", "id=none", "name=none"])
        _ = try output(stage, ["rm", "npcs", "none", "--now", "--yes"])
    }

    private static func rage(
        _ stage: Stage, _ workers: Int, _ hasUndo: Bool, until end: Date,
        _ journal: Shared<StormJournal>
    ) {
        let done = DispatchSemaphore(value: 0)
        for number in 0..<workers {
            Thread {
                defer { done.signal() }
                var worker = StormWorker(stage, number, hasUndo: hasUndo, journal)
                do { try worker.work(until: end) } catch {
                    journal.change { $0.wrong.append("\(error)") }
                }
            }.start()
        }
        for _ in 0..<workers { done.wait() }
    }

    /// The life of every record by its name.
    private static func lives(
        _ stage: Stage, _ journal: StormJournal
    ) throws -> [String: StormLife] {
        var lives: [String: StormLife] = [:]
        for (name, id) in journal.ids {
            let history = try output(stage, ["history", "tally", name, "--json"])
            lives[name] = try StormLife(id, history, journal)
        }
        return lives
    }

    /// The records are what their lives end with, and both of a pair have lived the same.
    private static func expectRecords(_ stage: Stage, _ lives: [String: StormLife]) throws {
        let exported = try output(stage, ["export", "tally", "--format", "ndjson"])
        var found: [String: StormJournal.Content] = [:]
        for record in try StormWorker.lines(exported) {
            found[record["id"] as? String ?? ""] = record.mapValues { "\($0)" }
        }
        #expect(found == lives.compactMapValues(\.content))
        for (name, life) in lives where name.hasPrefix("pair") && name.hasSuffix("a") {
            let other = lives[name.dropLast() + "b"]
            let nameless = { (life: StormLife?) in
                life?.contents.map { $0?.filter { $0.key != "id" } }
            }
            #expect(nameless(life) == nameless(other), "\(name)")
        }
    }

    /// Every undo, every `set --where` and every increment is in the lives once, and nothing else.
    private static func expectSums(
        _ journal: StormJournal, _ lives: [String: StormLife], _ hasUndo: Bool
    ) {
        var undone = StormJournal.Undone()
        var wide = journal.wide.mapValues { _ in 0 }
        for life in lives.values {
            undone.restored += life.undone.restored
            undone.reverted += life.undone.reverted
            undone.removed += life.undone.removed
            for stamp in life.wide { wide[stamp, default: 0] += 1 }
        }
        #expect(undone == journal.undone)
        #expect(wide == journal.wide)
        for counter in StormWorker.counters {
            let moved = lives[counter]?.moved
            #expect(hasUndo || moved == 0)
            let sum = (journal.increments[counter] ?? 0) + (moved ?? 0)
            #expect(lives[counter]?.content?["n"] == "\(sum)", "an update of \(counter) is lost")
        }
    }

    /// The whole feed is what the lives say, and so is what everybody has read of it piece by piece.
    private static func expectFeeds(
        _ stage: Stage, _ feed: [(number: Int, change: StormJournal.Change)],
        _ journal: StormJournal, _ lives: [String: StormLife]
    ) throws {
        let lasting = lives.values.reduce(into: Set()) { $0.formUnion($1.lasting) }
        #expect(Set(feed.map(\.change)) == lasting)
        #expect(feed.count == lasting.count)
        for part in journal.feeds {
            let last = part.last?.number ?? 0
            let whole = try part + self.feed(output(stage, ["changes", "--since", "\(last)"]))
            expectPieces(whole, lives)
            #expect(lasting.subtracting(whole.map(\.change)) == [])
        }
    }

    private static func expectPieces(
        _ feed: [(number: Int, change: StormJournal.Change)], _ lives: [String: StormLife]
    ) {
        let all = lives.values.reduce(into: Set()) { $0.formUnion($1.changes) }
        let ascends = zip(feed, feed.dropFirst()).allSatisfy { $0.number < $1.number }
        #expect(ascends)
        #expect(Set(feed.map(\.change)).subtracting(all) == [])
        var last: [String: Int] = [:]
        for (_, change) in feed {
            #expect(change.version > last[change.id] ?? 0, "\(change) comes late")
            last[change.id] = change.version
        }
    }

    /// `changes --follow` has told the last change of every record, and every removal.
    private static func expectFollowed(
        _ path: String, _ feed: [(number: Int, change: StormJournal.Change)],
        _ lives: [String: StormLife]
    ) throws {
        var told: [(number: Int, change: StormJournal.Change)] = []
        for _ in 0..<200 {
            let text = try Files.read(path)
            told = try self.feed(text.hasSuffix("\n") ? text : "")
            if told.last?.number == feed.last?.number { break }
            usleep(50_000)
        }
        expectPieces(told, lives)
        #expect(Set(feed.map(\.change)).subtracting(told.map(\.change)) == [])
    }

    private static func feed(
        _ text: String
    ) throws -> [(number: Int, change: StormJournal.Change)] {
        try StormWorker.lines(text).compactMap(StormWorker.change)
    }

    private static func output(_ stage: Stage, _ words: [String]) throws -> String {
        let outcome = try stage.run(words)
        guard outcome.status == 0 else { throw Trouble("\(words): \(outcome)") }
        return outcome.output
    }
}
