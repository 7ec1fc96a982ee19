internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferRecords

/// Counts and sums what is read of a stream, to hold it against what the stream promises.
internal final class StreamSums {
    private let authenticator: HMACSHA256.Authenticator
    /// How many entries there were.
    private(set) var counts = StreamEnd.Counts()
    /// The sum of their own codes.
    private(set) var sum = Sum256()
    /// Whether the sum misses what the gone key of a person covers.
    private(set) var hasGaps = false

    init(_ key: MACKey) { authenticator = HMACSHA256.Authenticator(key) }

    /// Takes in a record or an older version.
    func add(_ batch: StreamBatch, _ record: StreamRecord) {
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

    /// Takes in an entry of another kind.
    func add(_ kind: StreamKind, _ entry: ArraySlice<UInt8>) {
        counts.add(kind)
        sum.add(StreamCodes.own(authenticator, kind, 0, entry))
    }
}
