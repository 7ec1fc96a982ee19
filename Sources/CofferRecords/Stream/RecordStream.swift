internal import CofferBytes
package import CofferCrypto
package import CofferFormat
internal import CofferKeys
internal import CofferSQLite
internal import CofferStore

/// Writes what a bundle carries of a vault, batch after batch.
///
/// It belongs to one reading, so that everything is of one instant. The format is
/// `Docs/Format.md`, section 19. Complexity: O(records) for a full stream; for an incremental one
/// O(changes), and one number of eight bytes for each record.
package final class RecordStream {
    /// What an incremental stream continues.
    package struct Parent: Sendable {
        /// The last change that it has.
        package let sequence: UInt64
        /// The first audit entry that it does not have.
        package let nextAudit: UInt64
        /// The first older version that it does not have, by collection.
        package let nextHistory: [UInt32: UInt64]

        /// Names what there is already.
        package init(sequence: UInt64, nextAudit: UInt64, nextHistory: [UInt32: UInt64]) {
            self.sequence = sequence
            self.nextAudit = nextAudit
            self.nextHistory = nextHistory
        }
    }

    /// Takes a batch; the keys are those of its parts from the second on.
    package typealias Receiver = (StreamBatch, [FieldKey]) throws -> Void

    internal let reader: RecordReader
    internal let parent: Parent?
    internal let state: VaultState
    private let key: MACKey
    private let codes: HMACSHA256.Batch
    private let receiver: Receiver
    private let spare: () -> [UInt8]
    private let looked: (UInt64) throws -> Void
    private var end = StreamEnd()
    /// How many records it has written of those that a person keeps.
    package private(set) var ownRecords: UInt64 = 0
    private var counted: UInt64 = 0
    /// How many entries were written since somebody heard of it.
    private var unheard: UInt64 = 0
    private var batch = StreamBatch(.standing)
    private var bytes: [UInt8] = []
    /// Where the entry under way begins in `bytes`.
    private var start = 0
    /// What stands before the entry in the message of its code.
    private var head: [UInt8] = []
    private var parts: [UInt32: Int] = [:]
    private var persons: [UInt32: (id: Identifier, key: FieldKey)] = [:]
    private var keys: [FieldKey] = []
    private var own: [UInt8] = []
    private var ownSize = 0
    internal var lent = RawBuffer(capacity: 4_096)

    /// A batch ends with the entry that makes it this large, in bytes.
    ///
    /// Nobody waits for the last batch of many; of the few that changes make, the last one is
    /// compressed while nothing else is left to do.
    private var batchSize: Int { parent == nil ? 1 << 20 : 1 << 18 }
    /// A batch has at most this many entries.
    private static let batchCount = 16_384
    /// After so many entries somebody hears of them.
    private static let hearing: UInt64 = 512

    /// Starts a stream.
    ///
    /// - Parameters:
    ///   - parent: What it continues; nil for a full one.
    ///   - key: The bundle's MAC key.
    ///   - looked: Hears now and then how many entries more were written; what it throws ends the
    ///     stream.
    ///   - spare: Gives memory that a batch had which nobody needs any more, for the next one.
    ///   - receiver: Gets the batches in order.
    package init(
        _ reader: RecordReader, after parent: Parent?, key: MACKey,
        looked: @escaping (UInt64) throws -> Void, spare: @escaping () -> [UInt8] = { [] },
        receiver: @escaping Receiver
    ) throws {
        self.reader = reader
        self.parent = parent
        self.looked = looked
        self.spare = spare
        self.receiver = receiver
        state = try reader.state()
        self.key = key
        codes = HMACSHA256.Batch(key)
    }

    /// Writes everything.
    ///
    /// - Parameter chunks: Adds the chunks of files that belong into it.
    /// - Returns: The last entry: counts and sums.
    /// - Throws: `RecordsError.damaged`, `.incomplete`; `StoreError.damaged`; `SQLiteError`; what
    ///   the receiver throws.
    package func write(chunks: (RecordStream) throws -> Void = { _ in }) throws -> StreamEnd {
        try send(.standing, 1, StreamStanding(state).bytes)
        let definitions = try reader.definitions()
        var bytes: [UInt8] = []
        for definition in definitions { bytes.append(prefixed32: definition) }
        try send(.definitions, definitions.count, bytes)
        let plans = try reader.allPlans()
        let live = try LiveCount(reader, plans, state, key: key, audits: state.nextAudit)
        // What changed leaves the second thread idle; to read everything needs it.
        if parent != nil { live.start() }
        defer { live.stop() }
        for plan in plans {
            guard let kept = live.kept[plan.number], kept.count > 0 else { continue }
            try send(.kept, kept.ranges.count, kept.bytes, collection: plan.number)
        }
        for plan in plans { try writeRecords(plan) }
        live.start()
        for plan in plans { try writeHistory(plan) }
        try writeTombstones()
        try writeAudit()
        try chunks(self)
        try flush()
        codes.flush { end.ownSum.add($0) }
        let found = try live.finish()
        end.live = found.live
        end.liveCode = found.liveCode
        try send(.end, 1, end.bytes)
        return end
    }

    /// Counts and sums what the vault of a reading holds, as a bundle of it would promise.
    ///
    /// - Parameter audits: How many audit entries count.
    /// - Throws: `RecordsError.incomplete`, `StoreError.damaged` where rows are missing that the
    ///   state counts; `SQLiteError`.
    package static func live(
        _ reader: RecordReader, key: MACKey, audits: UInt64
    ) throws -> StreamEnd {
        let live = try LiveCount(
            reader, try reader.allPlans(), try reader.state(), key: key, audits: audits)
        return try live.finish()
    }

    private func send(
        _ kind: StreamKind, _ count: Int, _ bytes: [UInt8], collection: UInt32 = 0
    ) throws {
        try receiver(
            StreamBatch(kind, collection: collection, count: count, bytes: bytes), [])
    }
}

extension RecordStream {
    /// Begins an entry; its bytes are appended to what it gives.
    internal func begin(_ kind: StreamKind, _ collection: UInt32) throws {
        if batch.kind != kind || batch.collection != collection {
            try flush()
            batch = StreamBatch(kind, collection: collection)
            head.removeAll(keepingCapacity: true)
            StreamCodes.beginEntry(kind, collection, &head)
        }
        own.removeAll(keepingCapacity: true)
        start = bytes.count
    }

    /// Counts the records of a collection that is written.
    internal func finishRecords(_ plan: CollectionPlan) {
        if !plan.definition.isSystem { ownRecords &+= end.entries.records &- counted }
        counted = end.entries.records
    }

    /// Appends to the entry.
    internal func withEntry(_ body: (inout [UInt8]) throws -> Void) rethrows {
        // Held here, the bytes cost no look at who else may be at them.
        var held: [UInt8] = []
        swap(&held, &bytes)
        defer { swap(&held, &bytes) }
        try body(&held)
    }

    /// Appends to what the entry has under a person's key.
    internal func withOwn(_ body: (inout [UInt8]) throws -> Void) rethrows { try body(&own) }

    /// Ends the entry of a chunk: its code is formed of what stands before its bytes.
    internal func endChunk(_ stored: [UInt8]) throws {
        end.entries.add(.chunks)
        addCode()
        bytes += stored
        batch.count += 1
        if bytes.count >= batchSize || batch.count >= Self.batchCount { try flush() }
    }

    /// Ends an entry.
    ///
    /// - Parameter key: The number of the person's key, where `own` holds fields under it.
    internal func endEntry(hasPart: Bool, key: UInt32) throws {
        end.entries.add(batch.kind)
        addCode()
        if hasPart {
            let part = key == 0 ? 0 : try part(key)
            bytes.append(varint: UInt64(part))
            if part > 0 {
                batch.parts[part].bytes?.append(contentsOf: own)
                ownSize += own.count
            }
        }
        batch.count += 1
        if bytes.count + ownSize >= batchSize || batch.count >= Self.batchCount {
            try flush()
        }
        unheard += 1
        if unheard == Self.hearing {
            unheard = 0
            try looked(Self.hearing)
        }
    }

    /// Adds up the own code of the entry under way.
    private func addCode() {
        func add(_ entry: UnsafeRawBufferPointer) {
            unsafe head.withUnsafeBytes { head in
                unsafe codes.add(head, entry) { end.ownSum.add($0) }
            }
        }
        if own.isEmpty {
            unsafe bytes.withUnsafeBytes {
                unsafe add(UnsafeRawBufferPointer(rebasing: $0[start...]))
            }
        } else {
            unsafe (bytes[start...] + own).withUnsafeBytes { unsafe add($0) }
        }
    }

    /// The part of the batch that holds what is under the key of a person.
    private func part(_ number: UInt32) throws -> Int {
        if let known = parts[number] { return known }
        // A key is opened once, though its person occurs in many batches.
        let person: (id: Identifier, key: FieldKey)
        if let known = persons[number] {
            person = known
        } else {
            guard let id = try reader.keys.subjectKeyID(number),
                let key = try reader.keys.key(number, .subject)
            else { throw StoreError.damaged("the key of a person") }
            person = (id, key)
            persons[number] = person
        }
        batch.parts.append(StreamBatch.Part(key: person.id, bytes: []))
        keys.append(person.key)
        parts[number] = batch.parts.count - 1
        return batch.parts.count - 1
    }

    /// Hands over the batch under way.
    internal func flush() throws {
        guard batch.count > 0 else { return }
        batch.parts[0].bytes = bytes
        bytes = spare()
        bytes.removeAll(keepingCapacity: true)
        let whole = batch
        batch = StreamBatch(batch.kind, collection: batch.collection)
        try receiver(whole, keys)
        ownSize = 0
        parts.removeAll(keepingCapacity: true)
        keys.removeAll(keepingCapacity: true)
    }
}
