internal import CofferBundles
internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferRecords

/// Counts and sums what is read of a stream, to hold it against what the stream promises, and sees
/// that its entries ascend.
internal final class StreamSums {
    private let authenticator: HMACSHA256.Authenticator
    /// How many entries there were.
    private(set) var counts = StreamEnd.Counts()
    /// The sum of their own codes.
    private(set) var sum = Sum256()
    /// Whether the sum misses what the gone key of a person covers.
    private(set) var hasGaps = false

    private var last: (kind: StreamKind, collection: UInt32, number: UInt64)?

    init(_ key: MACKey) { authenticator = HMACSHA256.Authenticator(key) }

    /// Takes in a record or an older version.
    ///
    /// - Throws: `malformed` where it does not follow the one before.
    func add(
        _ batch: StreamBatch, _ record: StreamRecord
    ) throws(StreamOpener.Failure) {
        try follow(
            batch.kind, batch.collection,
            record.version?.number ?? UInt64(clamping: record.rid))
        counts.add(batch.kind)
        guard let bytes = batch.parts[0].bytes else { return }
        guard record.part > 0 else {
            return sum.add(
                StreamCodes.own(authenticator, batch.kind, batch.collection, bytes[record.range]))
        }
        guard let part = batch.parts[record.part].bytes else {
            hasGaps = true
            return
        }
        sum.add(
            StreamCodes.own(
                authenticator, batch.kind, batch.collection, bytes[record.range],
                part[record.partRange]))
    }

    /// Takes in an entry of another kind, with its number.
    ///
    /// - Throws: As ``add(_:_:)``.
    func add(
        _ kind: StreamKind, _ number: UInt64, _ entry: ArraySlice<UInt8>
    ) throws(StreamOpener.Failure) {
        try follow(kind, 0, number)
        counts.add(kind)
        sum.add(StreamCodes.own(authenticator, kind, 0, entry))
    }

    /// Takes in a chunk of a file, by what stands before its bytes.
    func addChunk(_ head: ArraySlice<UInt8>) {
        counts.add(.chunks)
        sum.add(StreamCodes.own(authenticator, .chunks, 0, head))
    }

    /// Entries of a collection ascend over all its batches.
    private func follow(
        _ kind: StreamKind, _ collection: UInt32, _ number: UInt64
    ) throws(StreamOpener.Failure) {
        if let last, last.kind == kind, last.collection == collection, last.number >= number {
            throw .malformed("the order of the entries")
        }
        last = (kind, collection, number)
    }
}
