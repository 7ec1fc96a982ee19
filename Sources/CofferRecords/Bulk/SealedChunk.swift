internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferSQLite
internal import CofferStore

/// Records that are sealed one after the other, with their cells in one place.
internal final class SealedChunk: @unchecked Sendable {
    // Sendable is true because it goes from hand to hand under the lock of its line.

    /// Where the cells of a record lie.
    private struct Place {
        var id: Int
        var keys: Int
        var seal: Int
        var body: Int
        var end: Int
    }

    /// What is sealed.
    var entries: [SealingEntry] = []
    /// Count and sum of the sealed records.
    private(set) var tally = VaultState.Tally()
    private var places: [Place] = []
    private var bytes = RawBuffer(capacity: 256 << 10)

    /// Empties it.
    func clear() {
        entries.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        tally = VaultState.Tally()
        bytes.truncate(to: 0)
    }

    /// Seals all records, under nonces that are drawn now that every plaintext is final.
    func seal(
        with sealer: inout RecordSealer, counter: RowCounter, randomness: Randomness
    ) throws {
        var nonces = try NonceBatch(count: entries.count, randomness: randomness)
        for entry in entries {
            try sealer.seal(
                entry.draft, vaultKey: entry.vaultKey, subjectKey: entry.subjectKey,
                nonces: &nonces)
            var place = Place(id: bytes.count, keys: 0, seal: 0, body: 0, end: 0)
            append(entry.draft.id.bytes)
            place.keys = bytes.count
            for key in entry.draft.keys { bytes.append(key) }
            place.seal = bytes.count
            append(sealer.seal)
            place.body = bytes.count
            append(sealer.body)
            place.end = bytes.count
            places.append(place)
            unsafe sealer.seal.withUnsafeBytes {
                unsafe counter.add(key: entry.draft.rid, seal: $0)
            }
        }
        tally = counter.take()
    }

    /// Count and sum of the first records.
    func tally(of count: Int, _ frame: Frame, _ plan: CollectionPlan) -> VaultState.Tally {
        let counter = RowCounter(frame, .records, collection: plan.number)
        for (entry, place) in zip(entries, places).prefix(count) {
            unsafe counter.add(
                key: entry.draft.rid,
                seal: UnsafeRawBufferPointer(rebasing: bytes.bytes[place.seal..<place.body]))
        }
        return counter.tally
    }

    private func append(_ part: [UInt8]) {
        unsafe part.withUnsafeBytes { unsafe bytes.append($0) }
    }

    /// Binds a record to the parameters of its plan's insert, until the bindings are cleared.
    @unsafe
    func bindNoCopy(_ index: Int, to statement: borrowing Statement) throws {
        let entry = entries[index]
        let place = places[index]
        let record = entry.draft.record
        let all = unsafe bytes.bytes
        func part(_ start: Int, _ end: Int) -> UnsafeRawBufferPointer {
            unsafe UnsafeRawBufferPointer(rebasing: all[start..<end])
        }
        try statement.bind(entry.draft.rid, at: 1)
        try unsafe statement.bindNoCopy(part(place.id, place.keys), at: 2)
        try statement.bind(Int64(bitPattern: entry.draft.sequence), at: 3)
        try unsafe statement.bindNoCopy(part(place.keys, place.seal), at: 4)
        try unsafe statement.bindNoCopy(part(place.seal, place.body), at: 5)
        for (_, column, value) in record.clear { try value.bind(to: statement, at: column + 1) }
        for slot in record.positions.indices {
            let bounds = record.bounds[slot]
            try unsafe statement.bindNoCopy(
                part(place.body + bounds.lowerBound, place.body + bounds.upperBound),
                at: record.plan.fieldColumns[record.positions[slot]] + 1)
        }
    }
}
