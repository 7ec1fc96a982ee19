import Foundation

/// One of many who write at once, each command a process of its own.
struct StormWorker {
    let stage: Stage
    let number: Int
    let hasUndo: Bool
    let journal: Shared<StormJournal>
    private var stamps = 0
    private var feed: [(number: Int, change: StormJournal.Change)] = []

    static let collection = "tally"
    static let counters = (0..<3).map { "counter\($0)" }

    init(_ stage: Stage, _ number: Int, hasUndo: Bool, _ journal: Shared<StormJournal>) {
        self.stage = stage
        self.number = number
        self.hasUndo = hasUndo
        self.journal = journal
    }

    /// Does one thing after the other until the end.
    mutating func work(until end: Date) throws {
        while Date() < end {
            switch Int.random(in: 0..<100) {
            case 0..<14: try add()
            case 14..<32: try set()
            case 32..<52: try increment()
            case 52..<60: try putPair()
            case 60..<70: try remove()
            case 70..<74: try restore()
            case 74..<77: try setWhere()
            case 77..<87: try hasUndo ? undo() : increment()
            case 87..<92: try ask()
            case 92..<93: _ = try run(["check"])
            default: try follow()
            }
        }
        try follow()
        let seen = feed
        journal.change { $0.noteFeed(seen) }
    }

    private mutating func stamp() -> String {
        stamps += 1
        return "w\(number)x\(stamps)"
    }

    /// Runs a command; nil where the vault has refused it, as it may.
    private func run(
        _ words: [String], input: String? = nil, mayMiss: Bool = false
    ) throws -> [[String: Any]]? {
        let outcome = try stage.run(words + ["--json", "--quiet"], input: input)
        guard outcome.status == 0 else {
            let parsed = try? JSONSerialization.jsonObject(with: Data(outcome.errors.utf8))
            let error = (parsed as? [String: Any])?["error"] as? [String: Any]
            let code = error?["code"] as? String ?? "\(outcome)"
            let isUsual = outcome.status == 5 || (mayMiss && outcome.status == 4)
            journal.change { journal in
                journal.refused[code, default: 0] += 1
                if !isUsual { journal.wrong.append("\(words): \(outcome)") }
            }
            return nil
        }
        journal.change { $0.commands += 1 }
        return try Self.lines(outcome.output)
    }

    static func lines(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map {
            let parsed = try JSONSerialization.jsonObject(with: Data($0.utf8))
            return parsed as? [String: Any] ?? ["list": parsed]
        }
    }

    private func note(
        _ write: StormJournal.Write, of name: String, _ answer: [String: Any]?
    ) throws {
        guard let answer else { return }
        guard let id = answer["id"] as? String, let version = answer["version"] as? Int else {
            throw Trouble("not an answer to a write: \(answer)")
        }
        journal.change { $0.note(write, of: name, id: id, version: version) }
    }

    /// A record that anybody has made, there or not.
    private func someone() -> String? {
        journal.value.names.filter { $0.hasPrefix("w") }.randomElement()
    }

    private mutating func add() throws {
        let stamp = stamp()
        // One that was there before, perhaps; it is refused where it still is.
        let name = Bool.random() ? stamp : someone() ?? stamp
        let answer = try run(["add", Self.collection, "id=\(name)", "n=0", "by=\(stamp)"])
        let content = ["id": name, "n": "0", "by": stamp]
        try note(.whole(content), of: name, answer?.first)
    }

    private mutating func set() throws {
        guard let name = someone() else { return }
        let stamp = stamp()
        let answer = try run(["set", Self.collection, name, "by=\(stamp)"], mayMiss: true)
        try note(.fields(["by": stamp]), of: name, answer?.first)
    }

    /// Reads, adds one, writes if nobody else has; again when somebody has.
    private mutating func increment() throws {
        guard let counter = Self.counters.randomElement() else { return }
        while true {
            guard let record = try run(["get", Self.collection, counter])?.first,
                let version = record["version"] as? Int,
                let count = (record["fields"] as? [String: Any])?["n"] as? Int
            else { throw Trouble("no counter") }
            let stamp = stamp()
            let answer = try run([
                "set", Self.collection, counter, "n=\(count + 1)", "by=\(stamp)", "--if-version",
                "\(version)",
            ])
            guard let answer else { continue }
            return try note(.increment(["by": stamp]), of: counter, answer.first)
        }
    }

    /// Two records in one transaction.
    private mutating func putPair() throws {
        let stamp = stamp()
        let names = ["a", "b"].map { "pair\(number)\($0)" }
        let input = "pair\(number).ndjson"
        let lines = names.map { #"{"id":"\#($0)","n":\#(stamps),"by":"\#(stamp)"}"# }
        try Files.write(lines.joined(separator: "\n"), to: stage.scratch.path + "/" + input)
        let answer = try run(["put", Self.collection, "--stdin"], input: input)
        guard let answer else { return }
        for (name, written) in zip(names, answer) {
            let content = ["id": name, "n": "\(stamps)", "by": stamp]
            try note(.whole(content), of: name, written)
        }
    }

    private func remove() throws {
        guard let one = someone(), let other = someone() else { return }
        let names = Bool.random() || one == other ? [one] : [one, other]
        let answer = try run(["rm", Self.collection] + names + ["--yes"], mayMiss: true)
        guard let answer else { return }
        guard answer.first?["removed"] as? Int == names.count else {
            throw Trouble("not all were removed: \(answer)")
        }
        journal.change { journal in names.forEach { journal.noteRemoval(of: $0) } }
    }

    private func restore() throws {
        guard let name = someone() else { return }
        let answer = try run(["trash", "restore", Self.collection, name], mayMiss: true)
        try note(.restore, of: name, answer?.first)
    }

    private mutating func setWhere() throws {
        let stamp = stamp()
        let writer = Int.random(in: 0...number)
        let answer = try run([
            "set", Self.collection, "--where", "by like 'w\(writer)x%7'", "mark=\(stamp)", "--yes",
        ])
        guard let answer else { return }
        guard let changed = answer.first?["changed"] as? Int else { throw Trouble("\(answer)") }
        journal.change { $0.noteWide(stamp, changed: changed) }
    }

    private func undo() throws {
        guard let answer = try run(["undo"], mayMiss: true)?.first else { return }
        guard let restored = answer["restored"] as? Int, let removed = answer["removed"] as? Int,
            let reverted = answer["reverted"] as? Int
        else { throw Trouble("not an undo: \(answer)") }
        journal.change {
            $0.noteUndo(
                StormJournal.Undone(restored: restored, reverted: reverted, removed: removed))
        }
    }

    /// Both of a pair are there, or none, and alike.
    private func ask() throws {
        let answer = try run([
            "sql",
            """
            select count(*) as odd from (select substr(id, 1, length(id) - 1) as pair
            from tally where id like 'pair%' group by pair
            having count(*) <> 2 or min(by) <> max(by) or min(n) <> max(n)
            or count(mark) = 1 or min(mark) <> max(mark))
            """,
        ])
        guard let answer, answer.first?["odd"] as? Int != 0 else { return }
        let told = "half of a transaction: \(answer)"
        journal.change { $0.wrong.append(told) }
    }

    /// Reads the change feed on from where it stood.
    private mutating func follow() throws {
        let last = feed.last?.number ?? 0
        guard let answer = try run(["changes", "--since", "\(last)"]) else { return }
        feed += try answer.compactMap(Self.change)
    }

    /// A line of the change feed about the collection of the storm.
    static func change(
        _ line: [String: Any]
    ) throws -> (number: Int, change: StormJournal.Change)? {
        guard let number = line["seq"] as? Int, let id = line["id"] as? String,
            let version = line["version"] as? Int, let kind = line["kind"] as? String
        else { throw Trouble("not a change: \(line)") }
        guard line["collection"] as? String == collection else { return nil }
        let change = StormJournal.Change(id: id, version: version, isRemoval: kind == "delete")
        return (number, change)
    }
}
