import Foundation

/// The life of one record: every version that the vault keeps, held against the journal.
struct StormLife {
    /// What the versions that nobody acknowledged must be.
    private(set) var undone = StormJournal.Undone()
    /// How many removals there are.
    private(set) var removals = 0
    /// The stamps of `set --where` that this record carries.
    private(set) var wide: [String] = []
    /// By how much undoing and undoing again has moved the counter.
    private(set) var moved = 0
    /// Every change of it, as the feed may tell it.
    private(set) var changes: Set<StormJournal.Change> = []
    /// What the feed tells at the end.
    private(set) var lasting: Set<StormJournal.Change> = []
    /// The record as it is; nil for one that is gone.
    private(set) var content: StormJournal.Content?
    /// What its versions hold, in their order, and nil where it was removed.
    private(set) var contents: [StormJournal.Content?] = []
    private(set) var wrong: [String] = []

    private let id: String
    private let writes: [Int: StormJournal.Write]
    private let wideStamps: Set<String>

    /// Reads what `history --json` has printed.
    init(_ id: String, _ history: String, _ journal: StormJournal) throws {
        self.id = id
        writes = journal.writes[id] ?? [:]
        wideStamps = Set(journal.wide.keys)
        let parsed = try JSONSerialization.jsonObject(with: Data(history.utf8))
        guard let versions = parsed as? [[String: Any]] else { throw Trouble("not a history") }
        var next = 1
        var isGone = true
        for version in versions.reversed() {
            guard let number = version["version"] as? Int, let fate = version["fate"] as? String,
                let fields = version["fields"] as? [String: Any]
            else { throw Trouble("not a version: \(version)") }
            if number != next { wrong.append("\(id): version \(number) where \(next) should be") }
            take(number, fields.mapValues { "\($0)" })
            next = number + 1
            isGone = fate == "deleted"
            if isGone {
                take(next, nil)
                next += 1
            }
        }
        let lost = Set(writes.keys).subtracting(
            changes.lazy.filter { !$0.isRemoval }.map(\.version))
        if !lost.isEmpty { wrong.append("\(id): versions \(lost.sorted()) are lost") }
        content = contents.last ?? nil
        lasting = changes.filter(\.isRemoval)
        if !isGone {
            lasting.insert(StormJournal.Change(id: id, version: next - 1, isRemoval: false))
        }
        let own = journal.removals[id] ?? 0
        if removals < own { wrong.append("\(id): \(own) removals, \(removals) found") }
        undone.removed = removals - own
        if undone.removed > removableByUndo {
            wrong.append("\(id): \(removals) removals, \(own) were asked for")
        }
    }

    /// How many removals follow on the record's making, as an undo of that does.
    private var removableByUndo: Int {
        contents.indices.count { index in
            contents[index] == nil && (index < 2 || contents[index - 2] == nil)
        }
    }

    private mutating func take(_ number: Int, _ now: StormJournal.Content?) {
        let before = contents.last ?? nil
        let earlier = contents.count > 1 ? contents[contents.count - 2] : nil
        changes.insert(StormJournal.Change(id: id, version: number, isRemoval: now == nil))
        contents.append(now)
        guard let now else {
            removals += 1
            return
        }
        let wanted: StormJournal.Content?
        switch writes[number] {
        case .whole(let fields): wanted = fields
        case .fields(let fields): wanted = before?.merging(fields) { $1 }
        case .increment(let fields):
            let count = before?["n"].flatMap(Int.init).map { "\($0 + 1)" }
            wanted = before?.merging(fields) { $1 }.merging(["n": count ?? "none"]) { $1 }
        case .restore: wanted = earlier
        case nil:
            if let mark = now["mark"], wideStamps.contains(mark), !wide.contains(mark) {
                wide.append(mark)
                wanted = before?.merging(["mark": mark]) { $1 }
            } else {
                wanted = earlier
                before == nil ? (undone.restored += 1) : (undone.reverted += 1)
                moved += (now["n"].flatMap(Int.init) ?? 0) - (before?["n"].flatMap(Int.init) ?? 0)
            }
        }
        if now != wanted {
            wrong.append("\(id): version \(number) is \(now), not \(wanted ?? [:])")
        }
    }
}
