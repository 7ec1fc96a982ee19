internal import CofferBytes
internal import CofferFormat
internal import CofferStore

/// Records that were opened for single look-ups, the least recently used of them let go first.
///
/// It belongs to one state of the vault; ``follow(_:)`` brings it to the next one by letting go of
/// what was changed in between. Readings of everything go past it.
internal final class RecordCache {
    /// Whether it keeps anything.
    var isOn: Bool { limit > 0 }
    /// What it has done.
    private(set) var counts = Records.CacheCounts()
    /// The most bytes that it may take.
    private let limit: Int
    private var coder = FieldCoder()
    private var names: [Name: Int] = [:]
    /// Which name would lead to a record instead, once there is one with that id.
    private var rivals: [Key: Name] = [:]
    private var places: [Key: Int] = [:]
    private var entries: [Entry] = []
    private var free: [Int] = []
    /// The entry used last, and the one whose use lies furthest back; -1 for none.
    private var newest = -1
    private var oldest = -1
    private var sequence: UInt64 = 0
    private var instance: Identifier?
    private var frame: Frame.Identity?

    /// The most changes that are looked at one by one.
    private static let patience = 1_000
    /// The most names under which one record is found.
    private static let nameLimit = 4

    private struct Key: Hashable {
        let collection: UInt32
        let id: Identifier
    }

    /// What a record was asked for by.
    private struct Name: Hashable {
        let collection: UInt32
        let text: String
    }

    private struct Entry {
        let key: Key
        let record: CachedRecord?
        var names: [Name]
        /// Ids that its names would sooner lead to.
        var rivals: [Key]
        var newer: Int
        var older: Int
    }

    /// Keeps nothing yet, and goes on counting from what another one has come to.
    init(limit: Int, after counts: Records.CacheCounts = Records.CacheCounts()) {
        self.limit = max(0, limit)
        self.counts.hits = counts.hits
        self.counts.misses = counts.misses
    }
}

extension RecordCache {
    /// Whether a record is here that `text` named before.
    func has(_ text: String, in plan: CollectionPlan) -> Bool {
        names[Name(collection: plan.number, text: text)] != nil
    }

    /// The record that `text` named before; nil when it is not here.
    func find(_ text: String, in plan: CollectionPlan) -> Record? {
        guard let place = names[Name(collection: plan.number, text: text)],
            let record = entries[place].record?.record(plan, &coder)
        else { return nil }
        touch(place)
        counts.hits += 1
        return record
    }

    /// Keeps a record that `text` named and that was not here.
    ///
    /// - Parameter passed: The ids that `text` would have led to sooner, had they been there.
    func keep(
        _ record: Record, moving plaintexts: inout OpenedPlaintexts, as text: String,
        past passed: some Collection<Identifier>, in plan: CollectionPlan
    ) {
        counts.misses += 1
        let name = Name(collection: plan.number, text: text)
        let key = Key(collection: plan.number, id: record.id)
        if let place = places[key] {
            touch(place)
            guard entries[place].names.count < Self.nameLimit else { return }
            add(name, past: passed, to: place)
            return
        }
        let copy = CachedRecord(record, moving: &plaintexts)
        guard copy.cost <= limit / 4 else { return }
        while counts.bytes + copy.cost > limit, oldest >= 0 { remove(oldest) }
        let entry = Entry(key: key, record: copy, names: [], rivals: [], newer: -1, older: -1)
        let place: Int
        if let reused = free.popLast() {
            place = reused
            entries[place] = entry
        } else {
            place = entries.count
            entries.append(entry)
        }
        places[key] = place
        add(name, past: passed, to: place)
        counts.records += 1
        counts.bytes += copy.cost
        link(place)
    }

    /// Whether it belongs to the state that a reader knows.
    ///
    /// The vault may have moved on in a transaction that did not ask for single records.
    func isUpToDate(with reader: RecordReader) throws -> Bool {
        let (instance, sequence) = try reader.position()
        return frame === reader.frame.identity && self.instance == instance
            && self.sequence == sequence
    }

    /// Lets go of everything that was changed since the state it belongs to.
    func follow(_ reader: RecordReader) throws {
        let state = try reader.state()
        defer {
            sequence = state.sequence
            instance = state.instance
            frame = reader.frame.identity
        }
        guard frame === reader.frame.identity, instance == state.instance,
            state.sequence >= sequence, state.sequence - sequence <= Self.patience
        else { return removeAll() }
        guard state.sequence > sequence, counts.records > 0 else { return }
        do {
            try reader.changes(after: sequence) { change in
                let plan = try reader.plan(named: change.collection)
                let key = Key(collection: plan.number, id: change.id)
                if let place = places[key] { remove(place) }
                if let name = rivals[key], let place = names[name] { remove(place) }
                return true
            }
        } catch {
            // Whatever is wrong with a change is said where somebody asks for it.
            removeAll()
        }
    }

    /// Lets go of everything.
    func removeAll() {
        names = [:]
        rivals = [:]
        places = [:]
        entries = []
        free = []
        newest = -1
        oldest = -1
        counts.records = 0
        counts.bytes = 0
    }
}

extension RecordCache {
    private func add(_ name: Name, past passed: some Collection<Identifier>, to place: Int) {
        names[name] = place
        entries[place].names.append(name)
        for id in passed {
            let key = Key(collection: name.collection, id: id)
            rivals[key] = name
            entries[place].rivals.append(key)
        }
    }

    private func touch(_ place: Int) {
        guard newest != place else { return }
        unlink(place)
        link(place)
    }

    private func link(_ place: Int) {
        entries[place].older = newest
        entries[place].newer = -1
        if newest >= 0 { entries[newest].newer = place }
        newest = place
        if oldest < 0 { oldest = place }
    }

    private func unlink(_ place: Int) {
        let (newer, older) = (entries[place].newer, entries[place].older)
        if newer >= 0 { entries[newer].older = older } else { newest = older }
        if older >= 0 { entries[older].newer = newer } else { oldest = newer }
    }

    private func remove(_ place: Int) {
        unlink(place)
        let entry = entries[place]
        for name in entry.names { names[name] = nil }
        for key in entry.rivals { rivals[key] = nil }
        places[entry.key] = nil
        counts.records -= 1
        counts.bytes -= entry.record?.cost ?? 0
        // The plaintext goes, and is erased, with the last copy of the entry.
        entries[place] = Entry(
            key: entry.key, record: nil, names: [], rivals: [], newer: -1, older: -1)
        free.append(place)
    }
}
