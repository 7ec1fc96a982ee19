internal import CofferBundles
internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferRecords

/// Writes one stream of what several bundles hold: what the last of them would have been, had it
/// continued what the oldest continues.
///
/// Entries keep their bytes; only what was replaced, deleted or thinned meanwhile is left out. Of the
/// chunks of files none is: a bundle that goes on from this one may need one that no file of its
/// instant did. In memory are the names of all chunks.
internal final class MergeStream {
    private let sources: [MergeSource]
    private let census: MergeCensus
    private let persons: [Identifier: FieldKey]
    private let authenticator: HMACSHA256.Authenticator
    private let receiver: (StreamBatch, [FieldKey]) throws -> Void
    private var batch = StreamBatch(.standing)
    private var parts: [Identifier: Int] = [:]
    private var size = 0
    private var end = StreamEnd()
    private var chunks: Set<[UInt8]> = []

    /// A batch ends with the entry that makes it this large, in bytes.
    private static let batchSize = 1 << 20
    /// A batch has at most this many entries.
    private static let batchCount = 16_384

    /// Prepares one.
    ///
    /// - Parameters:
    ///   - sources: The bundles, the newest first, each at its first entry.
    ///   - key: The MAC key of the bundle that is written.
    ///   - receiver: Gets the batches in order.
    init(
        _ sources: [MergeSource], _ census: MergeCensus, _ persons: [Identifier: FieldKey],
        key: MACKey, receiver: @escaping (StreamBatch, [FieldKey]) throws -> Void
    ) {
        self.sources = sources
        self.census = census
        self.persons = persons
        authenticator = HMACSHA256.Authenticator(key)
        self.receiver = receiver
    }

    /// Writes everything.
    ///
    /// - Parameter looked: Hears of each entry that is read; what it throws ends the stream.
    /// - Returns: The last entry.
    /// - Throws: `MergeRefused`; what reading and the receiver throw.
    func write(looked: () throws -> Void) throws -> StreamEnd {
        let newest = sources[0]
        try receiver(
            StreamBatch(.standing, collection: 0, count: 1, bytes: newest.standing), [])
        try receiver(newest.definitions, [])
        for batch in newest.kept { try receiver(batch, []) }
        var last: MergeSource.Place?
        while let index = next() {
            let source = sources[index]
            guard let entry = source.entry else { break }
            if let name = entry.chunk {
                // Of two with one name the newer counts, as when a chain is restored.
                if chunks.insert(name).inserted { try add(chunk: entry) }
            } else if entry.place != last, census.isLive(entry, in: index) {
                // Two bundles have one deletion where nothing came in between.
                try checkForm(entry, of: source)
                try add(entry)
                last = entry.place
            }
            try source.advance()
            try looked()
        }
        try flush()
        guard let promise = newest.end, sources.allSatisfy({ $0.end != nil }) else {
            throw MergeRefused("its end is missing")
        }
        end.live = promise.live
        end.liveCode = promise.liveCode
        try receiver(StreamBatch(.end, collection: 0, count: 1, bytes: end.bytes), [])
        return end
    }

    /// The source whose entry comes first; of equal ones the newest.
    private func next() -> Int? {
        var best: Int?
        var first: MergeSource.Place?
        for (index, source) in sources.enumerated() {
            guard let place = source.entry?.place else { continue }
            if first.map({ place < $0 }) ?? true { (best, first) = (index, place) }
        }
        return best
    }

    /// Refuses a record that the newest definition would have written in another way.
    ///
    /// The stream has records under the definitions that it carries: a property that got a field
    /// of its own since may not stand among those without one.
    private func checkForm(_ entry: MergeSource.Entry, of source: MergeSource) throws {
        guard entry.place.kind == .records, let record = entry.record,
            let now = sources[0].parsed[entry.place.collection],
            let then = source.parsed[entry.place.collection], now.version != then.version
        else { return }
        let refusal = MergeRefused("a schema has changed meanwhile")
        for field in record.fields {
            guard let place = now.fields.first(where: { $0.number == field.number }),
                then.fields.first(where: { $0.number == field.number })?.scope == place.scope
            else { throw refusal }
            guard field.number == now.overflowField else { continue }
            var coder = FieldCoder()
            guard case .object(let members) = try coder.value(field.content, field.body.span),
                members.allSatisfy({ member in !now.fields.contains { $0.name == member.name } })
            else { throw refusal }
        }
        guard now.subject == then.subject else { throw refusal }
    }

    private func add(_ entry: MergeSource.Entry) throws {
        let place = entry.place
        if place.kind != batch.kind || place.collection != batch.collection {
            try flush()
            batch = StreamBatch(place.kind, collection: place.collection)
        }
        end.entries.add(place.kind)
        end.ownSum.add(
            StreamCodes.own(
                authenticator, place.kind, place.collection, entry.head, entry.own))
        batch.parts[0].bytes?.append(contentsOf: entry.head)
        size += entry.head.count + entry.own.count
        if place.kind.hasCollection {
            let part = try entry.person.map { try self.part($0) } ?? 0
            batch.parts[0].bytes?.append(varint: UInt64(part))
            if part > 0 { batch.parts[part].bytes?.append(contentsOf: entry.own) }
        }
        batch.count += 1
        if size >= Self.batchSize || batch.count >= Self.batchCount { try flush() }
    }

    /// Adds a chunk: its code is formed of what stands before its bytes.
    private func add(chunk entry: MergeSource.Entry) throws {
        if batch.kind != .chunks {
            try flush()
            batch = StreamBatch(.chunks)
        }
        end.entries.add(.chunks)
        end.ownSum.add(StreamCodes.own(authenticator, .chunks, 0, entry.head))
        batch.parts[0].bytes?.append(contentsOf: entry.head)
        batch.parts[0].bytes?.append(contentsOf: entry.own)
        size += entry.head.count + entry.own.count
        batch.count += 1
        if size >= Self.batchSize || batch.count >= Self.batchCount { try flush() }
    }

    private func part(_ person: Identifier) throws -> Int {
        if let known = parts[person] { return known }
        batch.parts.append(StreamBatch.Part(key: person, bytes: []))
        parts[person] = batch.parts.count - 1
        return batch.parts.count - 1
    }

    private func flush() throws {
        defer {
            batch = StreamBatch(batch.kind, collection: batch.collection)
            parts.removeAll(keepingCapacity: true)
            size = 0
        }
        guard batch.count > 0 else { return }
        let keys = try batch.parts.dropFirst().map { part in
            guard let key = persons[part.key] else {
                throw MergeRefused("the key of a person in it is gone")
            }
            return key
        }
        try receiver(batch, keys)
    }
}
