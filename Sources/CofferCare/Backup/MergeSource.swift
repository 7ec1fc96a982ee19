internal import CofferBundles
internal import CofferBytes
internal import CofferChunks
internal import CofferCrypto
internal import CofferFormat
internal import CofferKeys
internal import CofferRecords

/// The stream of one bundle of a chain that is merged, read entry after entry.
///
/// Entries are handed on as they are written, not decoded; whatever the stream promises is held
/// against what it has. Memory: one segment, one batch.
internal final class MergeSource {
    /// Where an entry comes in a stream.
    struct Place: Comparable {
        let kind: StreamKind
        let collection: UInt32
        let number: UInt64

        static func < (one: Place, other: Place) -> Bool {
            (one.kind.rawValue, one.collection, one.number)
                < (other.kind.rawValue, other.collection, other.number)
        }
    }

    /// An entry of a record, an older version, a deletion, the audit log or a chunk of a file.
    struct Entry {
        let place: Place
        /// Its bytes in the first part, without the number of its own part.
        let head: ArraySlice<UInt8>
        /// Whose part holds the rest; nil where all of it stands in the first.
        let person: Identifier?
        /// What that part has of it; of a chunk, its stored bytes.
        let own: ArraySlice<UInt8>
        /// Which record it is about; nil in the audit log.
        let subject: MergeCensus.Record?
        /// The record itself, of kinds that have one.
        let record: StreamRecord?
        /// The name of a chunk.
        var chunk: [UInt8]?
    }

    let bundle: BundleReader
    /// Its definitions as they stand in the stream, and parsed.
    private(set) var definitions = StreamBatch(.definitions)
    private(set) var parsed: [UInt32: Definition] = [:]
    /// The bytes of its standing.
    private(set) var standing: [UInt8] = []
    /// Its batches of ranges that are kept.
    private(set) var kept: [StreamBatch] = []
    /// The entry that comes next; nil after the last.
    private(set) var entry: Entry?
    /// What it promises; there when every entry was read.
    private(set) var end: StreamEnd?

    private let keys: BundleKeys
    private let opener: StreamOpener
    private let sums: StreamSums
    private let proof: ChunkProof?
    private var batch = StreamBatch(.standing)
    private var cursors: [StreamCursor?] = []
    private var left: UInt32 = 0

    /// Reads to the first entry.
    ///
    /// - Throws: `MergeRefused`, `BackupError.damaged`; `BundleError`; `KeysError`.
    init(
        _ bundle: BundleReader, _ trust: BundleTrust, _ persons: [Identifier: FieldKey]
    ) throws {
        self.bundle = bundle
        keys = try trust.keys(of: bundle)
        opener = StreamOpener(
            vault: bundle.manifest.vault, bundle: bundle.manifest.bundle, key: keys.sealing,
            count: bundle.manifest.members.count,
            read: { try bundle.read(.records($0)) }, person: { persons[$0] })
        sums = StreamSums(keys.mac)
        proof = (try? ChunkKeys(trust.keyring)).map(ChunkProof.init)
        try advance()
    }

    /// Goes to the next entry.
    ///
    /// - Throws: As ``init(_:_:_:)``.
    func advance() throws {
        do { try step() } catch { throw ChainReader.explained(error, bundle.path) }
    }

    private func step() throws {
        entry = nil
        while left == 0 {
            for cursor in cursors { try cursor?.end() }
            cursors = []
            guard let next = try opener.next() else { return }
            try begin(next)
        }
        left -= 1
        switch batch.kind {
        case .chunks: entry = try nextChunk()
        case let kind where kind.hasCollection: entry = try nextRecord()
        default: entry = try nextOther()
        }
    }

    private func begin(_ next: StreamBatch) throws {
        let bytes = next.parts[0].bytes ?? []
        switch next.kind {
        case .standing: standing = bytes
        case .definitions:
            definitions = next
            for definition in try ChainReader.definitions(next) {
                parsed[definition.collection] = definition
            }
        case .kept: kept.append(next)
        case .end: try check(try StreamEnd(parsing: bytes))
        case .records, .history, .tombstones, .audit, .chunks:
            guard next.parts.allSatisfy({ $0.bytes != nil }) else {
                throw MergeRefused("the key of a person in it is gone")
            }
            batch = next
            left = next.count
            cursors = next.parts.map { $0.bytes.map(StreamCursor.init) }
        }
    }

    private func check(_ end: StreamEnd) throws {
        let manifest = bundle.manifest
        let digest = StreamCodes.digest(
            end, key: keys.mac, vault: manifest.vault, bundle: manifest.bundle)
        guard end.entries == sums.counts, end.ownSum == sums.sum, digest == manifest.digest,
            Manifest.Counts(end.entries) == manifest.entries,
            Manifest.Counts(end.live) == manifest.live
        else {
            throw BackupError.damaged(
                path: bundle.path, reason: "its entries are not those that it promises")
        }
        self.end = end
    }

    private func nextRecord() throws -> Entry {
        let record = try StreamRecord(batch.kind, &cursors)
        try sums.add(batch, record)
        let part = batch.parts[record.part]
        let number = record.version?.number ?? UInt64(clamping: record.rid)
        return Entry(
            place: Place(kind: batch.kind, collection: batch.collection, number: number),
            head: (batch.parts[0].bytes ?? [])[record.range],
            person: record.part == 0 ? nil : part.key,
            own: record.part == 0 ? [] : (part.bytes ?? [])[record.partRange],
            subject: MergeCensus.Record(collection: batch.collection, id: record.id),
            record: record)
    }

    /// The next chunk, which gives what its name says.
    ///
    /// All of them have one place, because they are in no order.
    private func nextChunk() throws -> Entry {
        guard var cursor = cursors.first ?? nil else { throw ByteReader.Failure.truncated }
        let (chunk, head) = try StreamChunk.read(&cursor)
        guard chunk.generation <= bundle.manifest.generation else {
            throw StreamOpener.Failure.malformed("a chunk from after its instant")
        }
        guard proof?.holds(chunk) == true else {
            throw BackupError.damaged(
                path: bundle.path,
                reason: "bytes of a file are not those that they are named for")
        }
        let bytes = batch.parts[0].bytes ?? []
        sums.addChunk(bytes[head])
        cursors[0] = cursor
        return Entry(
            place: Place(kind: .chunks, collection: 0, number: 0), head: bytes[head], person: nil,
            own: bytes[head.upperBound..<cursor.offset], subject: nil, record: nil,
            chunk: chunk.name)
    }

    private func nextOther() throws -> Entry {
        guard var cursor = cursors.first ?? nil else { throw ByteReader.Failure.truncated }
        let bytes = batch.parts[0].bytes ?? []
        let start = cursor.offset
        let number = try cursor.varint()
        var subject: MergeCensus.Record?
        if batch.kind == .tombstones {
            let grave = try Tombstone(parsing: Array(cursor[try cursor.range(Tombstone.size)]))
            subject = MergeCensus.Record(collection: grave.collection, id: grave.id)
        } else {
            _ = try cursor.prefixed32(limit: 2 * AuditEntry.sizeLimit)
        }
        let head = bytes[start..<cursor.offset]
        try sums.add(batch.kind, number, head)
        cursors[0] = cursor
        return Entry(
            place: Place(kind: batch.kind, collection: 0, number: number), head: head,
            person: nil, own: [], subject: subject, record: nil)
    }
}

/// Bundles that are good but cannot be merged; the text says why.
internal struct MergeRefused: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}
