internal import CofferBundles
internal import CofferBytes
internal import CofferFormat
internal import CofferRecords

/// Holds all that a chain gives against what its newest bundle says that the vault had.
///
/// Memory: one number of eight bytes for each record, older version, deletion and audit entry.
internal final class ChainProof: ChainReader.Receiver {
    private var numbers: [StreamKind: [UInt32: [UInt64]]] = [:]

    /// Reads the chain to its end.
    ///
    /// - Throws: `BackupError.promiseBroken`; as `ChainReader.read()`.
    static func prove(_ chain: VerifiedChain) throws {
        let proof = ChainProof()
        let reader = try ChainReader(chain.bundles, chain.trust, proof) { _, _ in }
        try reader.read()
        let keys = try chain.trust.keys(of: chain.bundles[0])
        guard reader.withheld == 0, proof.code(keys) == reader.promise.liveCode else {
            throw BackupError.promiseBroken("the records that the newest bundle counts")
        }
    }

    private func code(_ keys: BundleKeys) -> [UInt8] {
        var code = LiveCode()
        for kind in StreamKind.allCases where kind.isContent {
            for (collection, numbers) in (numbers[kind] ?? [:]).sorted(by: { $0.key < $1.key }) {
                for number in numbers.sorted() { code.add(number) }
                _ = code.end(kind, collection)
            }
        }
        return code.finish(keys.mac)
    }

    func begin(_ standing: StreamStanding, _ definitions: [Definition]) {}

    func record(_ record: StreamRecord, key: Identifier?, collection: UInt32) {
        numbers[.records, default: [:]][collection, default: []].append(record.sequence)
    }

    func version(_ record: StreamRecord, key: Identifier?, collection: UInt32) {
        guard let number = record.version?.number else { return }
        numbers[.history, default: [:]][collection, default: []].append(number)
    }

    func tombstone(_ tombstone: Tombstone, sequence: UInt64) {
        numbers[.tombstones, default: [:]][0, default: []].append(sequence)
    }

    func audit(_ number: UInt64, seal: [UInt8]) {
        numbers[.audit, default: [:]][0, default: []].append(number)
    }
}
