internal import CofferFormat
internal import CofferRecords
internal import CofferStore

/// The chunks that a file needs, one in the trash, or an older version of one: read from the
/// records themselves, nothing is counted up.
///
/// Eight bytes of a name stand for it: where two begin alike, one more is kept than has to be.
internal struct LiveChunks {
    /// How many files and older versions name them.
    private(set) var versions: UInt64 = 0
    private var beginnings: Set<UInt64> = []
    private var sequence: UInt64 = 0
    private var history: UInt64 = 0

    /// Reads all of them.
    ///
    /// - Throws: `FileError.damaged`, `RecordsError` for one that does not open or is missing:
    ///   nothing can be said then of what nobody needs.
    /// - Complexity: linear in the number of files and their chunks.
    init(_ reader: RecordReader) throws {
        if let plan = try StoredFile.collection.plan(reader) {
            try reader.scan(plan) {
                try take($0)
                return true
            }
            if try reader.state().hasHistory(in: plan.number) {
                try reader.scanHistory(plan) {
                    try take($0.record)
                    return true
                }
            }
        }
        try remember(reader)
    }

    /// How many there are.
    var count: Int { beginnings.count }

    /// Whether a chunk is needed.
    func contains(_ name: some Sequence<UInt8>) -> Bool {
        beginnings.contains(Self.beginning(name))
    }

    /// The first eight bytes of a name.
    static func beginning(_ name: some Sequence<UInt8>) -> UInt64 {
        name.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Takes in what was written since it was read last.
    ///
    /// - Throws: As ``init(_:)``.
    mutating func advance(_ reader: RecordReader) throws {
        let state = try reader.state()
        guard state.sequence != sequence else { return }
        if let plan = try StoredFile.collection.plan(reader) {
            try reader.scan(plan, changedAfter: sequence) { try take($0) }
            // What came and was replaced since is in neither of the two as they were.
            try reader.scanHistory(plan, from: history) { try take($0.record) }
        }
        try remember(reader)
    }

    private mutating func take(_ record: Record) throws {
        guard let file = StoredFile(record.value) else {
            throw FileError.damaged(name: "\(record.id)")
        }
        versions += 1
        for item in file.chunks.items { beginnings.insert(Self.beginning(item.name)) }
    }

    private mutating func remember(_ reader: RecordReader) throws {
        let state = try reader.state()
        sequence = state.sequence
        guard let plan = try StoredFile.collection.plan(reader) else { return }
        history = state.counters[plan.number]?.nextHistory ?? 1
    }
}
