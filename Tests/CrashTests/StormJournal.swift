/// What was acknowledged during a storm, kept outside of the vault.
///
/// Every write carries a stamp that no other has, in `by` or in `mark`; so what is found in the
/// vault can be laid to the write that made it, and the first place of a stamp in the life of a
/// record is that write, every later one an undo.
struct StormJournal: Sendable {
    /// The fields of a record, each as text.
    typealias Content = [String: String]

    /// One acknowledged write of one record.
    enum Write: Sendable {
        /// The whole record.
        case whole(Content)
        /// Some fields of it.
        case fields(Content)
        /// The counter was one higher than in the version that was read.
        case increment(Content)
        /// The record came back from the trash as it was.
        case restore
    }

    /// What `undo` said that it has done.
    struct Undone: Equatable, Sendable {
        var restored = 0
        var reverted = 0
        var removed = 0
    }

    /// A line of the change feed.
    struct Change: Hashable, Sendable {
        let id: String
        let version: Int
        let isRemoval: Bool
    }

    /// The names of the records, and the ids that the vault gave them.
    private(set) var ids: [String: String] = [:]
    /// By record and version.
    private(set) var writes: [String: [Int: Write]] = [:]
    /// How many records `set --where` said that it has changed, by stamp.
    private(set) var wide: [String: Int] = [:]
    /// How often each record was removed.
    private(set) var removals: [String: Int] = [:]
    private(set) var undone = Undone()
    private(set) var undos = 0
    private(set) var increments: [String: Int] = [:]
    private(set) var feeds: [[(number: Int, change: Change)]] = []

    /// Records that can be written, with those that were removed.
    private(set) var names: [String] = []
    var commands = 0
    var refused: [String: Int] = [:]
    var wrong: [String] = []

    mutating func note(_ write: Write, of name: String, id: String, version: Int) {
        if ids.updateValue(id, forKey: name) == nil { names.append(name) }
        if case .increment = write { increments[name, default: 0] += 1 }
        if writes[id, default: [:]].updateValue(write, forKey: version) != nil {
            wrong.append("version \(version) of \(name) was acknowledged twice")
        }
    }

    mutating func noteWide(_ stamp: String, changed: Int) { wide[stamp] = changed }

    mutating func noteRemoval(of name: String) {
        guard let id = ids[name] else { return wrong.append("\(name) removed before it was there") }
        removals[id, default: 0] += 1
    }

    mutating func noteUndo(_ undone: Undone) {
        undos += 1
        self.undone.restored += undone.restored
        self.undone.reverted += undone.reverted
        self.undone.removed += undone.removed
    }

    mutating func noteFeed(_ feed: [(number: Int, change: Change)]) { feeds.append(feed) }
}
