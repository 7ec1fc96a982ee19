import Foundation
import Testing

/// Two writers and four readers, each a program of its own again and again.
@Suite(.enabled(if: Machine.hasProgram)) struct CrowdTests {
    /// What all of them have seen.
    private struct Tally: Sendable {
        var written: [String: Int] = [:]
        var commands = 0
        var reads = 0
        var busy = 0
        var wrong: [String] = []
    }

    @Test func losesNothingAndShowsNoHalfOfATransaction() throws {
        let stage = try Stage()
        let seconds = Machine.isThorough ? 60.0 : 4.0
        let end = Date().addingTimeInterval(seconds)
        let tally = Shared(Tally())
        let done = DispatchSemaphore(value: 0)
        for number in 0..<6 {
            Thread {
                defer { done.signal() }
                do {
                    try number < 2
                        ? Self.write(stage, number, until: end, tally)
                        : Self.read(stage, until: end, tally)
                } catch { tally.change { $0.wrong.append("\(error)") } }
            }.start()
        }
        for _ in 0..<6 { done.wait() }
        let result = tally.value
        #expect(result.wrong == [])
        let check = try stage.run(["check"])
        #expect(check.status == 0, "\(check)")
        #expect(try Self.records(stage) == result.written)
        #expect(result.commands > 0 && result.reads > 0)
        print(
            "crowd: \(Int(seconds)) s, \(result.commands) writes, \(result.reads) reads, "
                + "\(result.busy) busy, \(result.written.count) records at the end")
    }

    /// Adds, changes and removes records of its own, and always writes two together.
    private static func write(
        _ stage: Stage, _ writer: Int, until end: Date, _ tally: Shared<Tally>
    ) throws {
        var journal: [String: Int] = [:]
        var round = 0
        while Date() < end {
            round += 1
            let id = "w\(writer)-\(Int.random(in: 0..<30))"
            var after = journal
            let outcome: Outcome
            if round % 4 == 0 {
                let lines = ["a", "b"].map {
                    "{\"id\":\"pair\(writer)\($0)\",\"name\":\"p\",\"hp\":\(round)}"
                }
                let input = "pair\(writer).ndjson"
                try Files.write(lines.joined(separator: "\n"), to: stage.scratch.path + "/" + input)
                for half in ["a", "b"] { after["pair\(writer)\(half)"] = round }
                outcome = try stage.run(["put", "npcs", "--stdin"], input: input)
            } else if journal[id] == nil {
                after[id] = round
                outcome = try stage.run(["add", "npcs", "id=\(id)", "name=w", "hp=\(round)"])
            } else if round % 3 == 0 {
                after[id] = nil
                outcome = try stage.run(["rm", "npcs", id])
            } else {
                after[id] = round
                outcome = try stage.run(["set", "npcs", id, "hp=\(round)"])
            }
            switch outcome.status {
            case 0:
                journal = after
                tally.change { $0.commands += 1 }
            case 5: tally.change { $0.busy += 1 }
            default: tally.change { $0.wrong.append("writer \(writer): \(outcome)") }
            }
        }
        let last = journal
        tally.change { $0.written.merge(last) { $1 } }
    }

    private static func read(_ stage: Stage, until end: Date, _ tally: Shared<Tally>) throws {
        var round = 0
        while Date() < end {
            round += 1
            if round % 5 == 0 {
                let check = try stage.run(["check"])
                if check.status != 0 && check.status != 5 {
                    tally.change { $0.wrong.append("check: \(check)") }
                }
            }
            do {
                let found = try records(stage)
                for writer in 0..<2 where found["pair\(writer)a"] != found["pair\(writer)b"] {
                    tally.change { $0.wrong.append("half of a transaction") }
                }
                tally.change { $0.reads += 1 }
            } catch is Busy { tally.change { $0.busy += 1 } }
        }
    }

    private struct Busy: Error {}

    /// The records of the writers as the program exports them.
    private static func records(_ stage: Stage) throws -> [String: Int] {
        let outcome = try stage.run(["export", "npcs", "--format", "ndjson"])
        if outcome.status == 5 { throw Busy() }
        guard outcome.status == 0 else { throw Trouble("export: \(outcome)") }
        var found: [String: Int] = [:]
        for line in outcome.output.split(separator: "\n") {
            let parsed = try JSONSerialization.jsonObject(with: Data(line.utf8))
            guard let record = parsed as? [String: Any], let id = record["id"] as? String else {
                throw Trouble("not a record: \(line)")
            }
            if id.hasPrefix("w") || id.hasPrefix("pair") { found[id] = record["hp"] as? Int }
        }
        return found
    }
}
