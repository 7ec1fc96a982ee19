internal import CofferBundles
internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferKeys
internal import CofferRecords
internal import CofferStore

/// Reads the streams of a chain, the newest first, and gives what the vault held at its end.
///
/// Of a record that several bundles carry the newest counts, so that nothing is written twice;
/// only ids of what the incremental ones touched are kept in memory.
internal final class ChainReader {
    /// What the entries of a chain are given to.
    protocol Receiver: AnyObject {
        /// How the vault stood, and every version of every definition; comes first.
        func begin(_ standing: StreamStanding, _ definitions: [Definition]) throws
        /// A record of the vault; nil for `key` where none of its fields belongs to a person.
        func record(_ record: StreamRecord, key: Identifier?, collection: UInt32) throws
        /// An older version of a record.
        func version(_ record: StreamRecord, key: Identifier?, collection: UInt32) throws
        /// A deletion.
        func tombstone(_ tombstone: Tombstone, sequence: UInt64) throws
        /// An entry of the audit log; they come in order.
        func audit(_ number: UInt64, seal: [UInt8]) throws
        /// A chunk of a file; several bundles may have the same.
        func chunk(_ chunk: StreamChunk) throws
    }

    private struct Place: Hashable {
        let collection: UInt32
        let id: Identifier
    }

    private let chain: [BundleReader]
    private let trust: BundleTrust
    private let receiver: any Receiver
    private let progress: (UInt64, UInt64) throws -> Void
    private var persons: [Identifier: FieldKey] = [:]
    private var seen: Set<Place> = []
    private var graves: Set<UInt64> = []
    private var kept: [UInt32: StreamRanges] = [:]
    private var audits: [[(UInt64, [UInt8])]] = []
    private var done: UInt64 = 0
    private let total: UInt64
    /// How many entries were left out because the key of their person is gone.
    private(set) var withheld: UInt64 = 0
    private var withheldRecords: [UInt32: UInt64] = [:]
    /// What the newest bundle promises.
    private(set) var promise = StreamEnd()

    init(
        _ chain: [BundleReader], _ trust: BundleTrust, _ receiver: any Receiver,
        progress: @escaping (UInt64, UInt64) throws -> Void
    ) throws {
        self.chain = chain
        self.trust = trust
        self.receiver = receiver
        self.progress = progress
        total = chain.reduce(0) {
            $0 &+ $1.manifest.entries.records &+ $1.manifest.entries.history
                &+ $1.manifest.entries.chunks
        }
        for row in trust.rows.subjects {
            let key = try Keyring.open(
                number: row.number, who: row.who, seal: row.seal, root: trust.root,
                vault: trust.keyring.vault)
            persons[key.facts.id] = key.fieldKey()
        }
    }

    /// Reads everything.
    ///
    /// - Throws: `BackupError.damaged`, `.cancelled`; `BundleError`; what the receiver throws.
    func read() throws {
        for (index, bundle) in chain.enumerated() {
            do { try read(bundle, isNewest: index == 0) } catch {
                throw Self.explained(error, bundle.path)
            }
        }
        for entries in audits.reversed() {
            for (number, seal) in entries { try receiver.audit(number, seal: seal) }
        }
    }

    /// How many records of a collection were left out because the key of their person is gone.
    func withheld(in collection: UInt32?) -> UInt64 {
        collection.flatMap { withheldRecords[$0] } ?? 0
    }

    /// What goes wrong with a stream, as an error of its bundle.
    static func explained(_ error: any Error, _ path: String) -> any Error {
        switch error {
        case let failure as StreamOpener.Failure:
            return BackupError.damaged(path: path, reason: failure.message)
        case let failure as ByteReader.Failure:
            return BackupError.damaged(
                path: path, reason: "its stream is not written as it should be (\(failure))")
        default: return error
        }
    }

    private func read(_ bundle: BundleReader, isNewest: Bool) throws {
        let keys = try trust.keys(of: bundle)
        let opener = StreamOpener(
            vault: bundle.manifest.vault, bundle: bundle.manifest.bundle, key: keys.sealing,
            count: bundle.manifest.members.count,
            read: { try bundle.read(.records($0)) }, person: { self.persons[$0] })
        let sums = StreamSums(keys.mac)
        var standing: StreamStanding?
        var hasDefinitions = false
        audits.append([])
        // What this bundle has counts before the older ones, not before itself.
        var touched: Set<Place> = []
        let isOldest = bundle.manifest.kind == .full
        while let batch = try opener.next() {
            switch batch.kind {
            case .standing:
                standing = try StreamStanding(parsing: batch.parts[0].bytes ?? [])
            case .definitions:
                let definitions = try Self.definitions(batch)
                hasDefinitions = true
                if isNewest, let standing { try receiver.begin(standing, definitions) }
            case .kept:
                guard isNewest else { continue }
                kept[batch.collection] = try StreamRanges(
                    batch.parts[0].bytes ?? [], count: batch.count)
            case .records, .history:
                try readRecords(batch, sums) { record, key in
                    if batch.kind == .history {
                        guard let number = record.version?.number,
                            kept[batch.collection]?.contains(number) == true
                        else { return }
                        return try receiver.version(
                            record, key: key, collection: batch.collection)
                    }
                    let place = Place(collection: batch.collection, id: record.id)
                    guard !seen.contains(place) else { return }
                    if !isOldest { touched.insert(place) }
                    try receiver.record(record, key: key, collection: batch.collection)
                }
            case .tombstones:
                try readTombstones(batch, sums) { sequence, grave in
                    let place = Place(collection: grave.collection, id: grave.id)
                    if !isOldest { touched.insert(place) }
                    try receiver.tombstone(grave, sequence: sequence)
                }
            case .audit: try readAudit(batch, sums)
            case .chunks: try readChunks(batch, sums, bundle)
            case .end:
                let end = try StreamEnd(parsing: batch.parts[0].bytes ?? [])
                try check(end, sums, bundle, keys)
                guard hasDefinitions, let standing, bundle.manifest.agrees(with: standing) else {
                    throw BackupError.damaged(
                        path: bundle.path, reason: "it does not stand as its manifest says")
                }
                if isNewest { promise = end }
            }
        }
        seen.formUnion(touched)
    }

    private func check(
        _ end: StreamEnd, _ sums: StreamSums, _ bundle: BundleReader, _ keys: BundleKeys
    ) throws {
        let manifest = bundle.manifest
        let digest = StreamCodes.digest(
            end, key: keys.mac, vault: manifest.vault, bundle: manifest.bundle)
        guard end.entries == sums.counts, sums.hasGaps || end.ownSum == sums.sum,
            digest == manifest.digest, Manifest.Counts(end.entries) == manifest.entries,
            Manifest.Counts(end.live) == manifest.live
        else {
            throw BackupError.damaged(
                path: bundle.path, reason: "its entries are not those that it promises")
        }
    }

    /// The definitions of a batch, ascending.
    static func definitions(_ batch: StreamBatch) throws -> [Definition] {
        var cursor = StreamCursor(batch.parts[0].bytes ?? [])
        var definitions: [Definition] = []
        for _ in 0..<batch.count {
            let bytes = try cursor.prefixed32(limit: Definition.sizeLimit)
            definitions.append(try Definition(parsing: bytes))
        }
        try cursor.end()
        return definitions
    }

    private func readRecords(
        _ batch: StreamBatch, _ sums: StreamSums,
        _ body: (StreamRecord, Identifier?) throws -> Void
    ) throws {
        var cursors = batch.parts.map { $0.bytes.map(StreamCursor.init) }
        for _ in 0..<batch.count {
            let record = try StreamRecord(batch.kind, &cursors)
            let part = batch.parts[record.part]
            done += 1
            if done % 512 == 0 { try progress(done, total) }
            try sums.add(batch, record)
            guard record.part == 0 || part.bytes != nil else {
                withheld += 1
                if batch.kind == .records {
                    withheldRecords[batch.collection, default: 0] += 1
                }
                continue
            }
            try body(record, record.part == 0 ? nil : part.key)
        }
        for cursor in cursors { try cursor?.end() }
    }

    private func readTombstones(
        _ batch: StreamBatch, _ sums: StreamSums, _ body: (UInt64, Tombstone) throws -> Void
    ) throws {
        let bytes = batch.parts[0].bytes ?? []
        var cursor = StreamCursor(bytes)
        for _ in 0..<batch.count {
            let start = cursor.offset
            let sequence = try cursor.varint()
            let grave = try Tombstone(parsing: Array(cursor[try cursor.range(Tombstone.size)]))
            try sums.add(batch.kind, sequence, bytes[start..<cursor.offset])
            // A bundle before this one has it, too, where nothing came in between.
            guard graves.insert(sequence).inserted else { continue }
            try body(sequence, grave)
        }
        try cursor.end()
    }

    private func readChunks(
        _ batch: StreamBatch, _ sums: StreamSums, _ bundle: BundleReader
    ) throws {
        let bytes = batch.parts[0].bytes ?? []
        var cursor = StreamCursor(bytes)
        for _ in 0..<batch.count {
            let (chunk, head) = try StreamChunk.read(&cursor)
            guard chunk.generation <= bundle.manifest.generation else {
                throw StreamOpener.Failure.malformed("a chunk from after its instant")
            }
            done += 1
            // Of chunks these are some 4 MiB.
            if done % 16 == 0 { try progress(done, total) }
            sums.addChunk(bytes[head])
            try receiver.chunk(chunk)
        }
        try cursor.end()
    }

    private func readAudit(_ batch: StreamBatch, _ sums: StreamSums) throws {
        let bytes = batch.parts[0].bytes ?? []
        var cursor = StreamCursor(bytes)
        for _ in 0..<batch.count {
            let start = cursor.offset
            let number = try cursor.varint()
            let seal = try cursor.prefixed32(limit: 2 * AuditEntry.sizeLimit)
            try sums.add(batch.kind, number, bytes[start..<cursor.offset])
            audits[audits.count - 1].append((number, seal))
        }
        try cursor.end()
    }
}

extension ChainReader.Receiver {
    /// Most have no use for the bytes of files.
    internal func chunk(_ chunk: StreamChunk) throws {}
}

extension StreamOpener.Failure {
    /// The reason in words.
    internal var message: String {
        switch self {
        case .segment(let number): "segment \(number) does not open in its place"
        case .part: "what belongs to a person does not open under their key"
        case .malformed(let what): "its stream is not written as it should be: \(what)"
        }
    }
}

extension Manifest {
    /// Whether the stream is of the instant that the manifest names.
    fileprivate func agrees(with standing: StreamStanding) -> Bool {
        let state = standing.state
        return instance == state.instance && epoch == state.epoch
            && generation == state.generation && sequence == state.sequence
            && audit == state.auditHead
    }
}
