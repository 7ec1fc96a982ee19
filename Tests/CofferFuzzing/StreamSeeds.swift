import CofferBundles
import CofferBytes
import CofferCrypto
import CofferFormat

/// Valid parts of a bundle's stream, and whole ones.
internal enum StreamSeeds {
    static let vault = RowSeeds.id(1)
    static let bundle = RowSeeds.id(2)
    static let person = RowSeeds.id(5)

    static let key = SealingKey(secret(3))
    static let personKey = FieldKey(secret(4))

    private static func secret(_ number: UInt8) -> SecretBytes {
        SecretBytes(count: 32) { for index in $0.indices { $0[index] = number } }
    }

    static let standings: [[UInt8]] = {
        var state = VaultState(instance: RowSeeds.id(3))
        let empty = StreamStanding(state).bytes
        state.sequence = 90
        state.change = 80
        state.nextCollection = 9
        for collection in [UInt32(1), 2, 8] {
            state.counters[collection] = VaultState.Counters(
                nextField: 5, nextHistory: 40 * UInt64(collection))
        }
        state.devices = [RowSeeds.id(1): 3, RowSeeds.id(2): 4]
        return [empty, StreamStanding(state).bytes]
    }()

    static let end: [UInt8] = {
        var end = StreamEnd()
        end.entries.add(.records, 3)
        end.live.add(.history, 4)
        end.ownSum.add([UInt8](1...32).span)
        return end.bytes
    }()

    private static let numbers: [[UInt64]] = [[1, 2, 3], [1, 2, 3, 5, 6, 90, 300, 301, 1_000]]

    /// A count, and the ranges.
    static let ranges: [[UInt8]] = numbers.map { numbers in
        var ranges = StreamRanges()
        for number in numbers { ranges.append(number) }
        return [UInt8(ranges.ranges.count)] + ranges.bytes
    }

    private static let fields: [UInt8] = {
        var bytes: [UInt8] = []
        let fields: [(UInt16, FieldContent, [UInt8])] = [
            (1, .null, []), (2, .integer(-7), []), (3, .double(0.5), []),
            (200, .text, Array("Åse".utf8)), (300, .json, Array("[1]".utf8)),
        ]
        bytes.append(varint: UInt64(fields.count))
        for (number, content, body) in fields {
            unsafe body.withUnsafeBytes {
                unsafe StreamRecord.append(number, content, $0, to: &bytes)
            }
        }
        return bytes
    }()

    private static func record(part: UInt64) -> [UInt8] {
        var entry = RowSeeds.id(6).bytes
        for number in [UInt64(12), 300] { entry.append(varint: number) }
        for time in [Int64(5), -6] { entry.append(bigEndian: time) }
        entry.append(contentsOf: RowSeeds.id(7).bytes)
        entry.append(varint: 2)
        entry.append(contentsOf: part == 0 ? fields : [0])
        entry.append(varint: part)
        return entry
    }

    private static var version: [UInt8] {
        var entry: [UInt8] = []
        for number in [UInt64(3), 290] { entry.append(varint: number) }
        entry.append(bigEndian: Int64(8))
        entry.append(HistoryNote.Reason.replaced.rawValue)
        return entry + record(part: 0)
    }

    /// Whether they are older versions, how many bytes the first part has, and both parts.
    static let records: [[UInt8]] = [
        (UInt8(0), record(part: 0) + record(part: 1), fields), (1, version + version, []),
    ].map { isVersion, first, second in
        [isVersion] + UInt16(first.count).bigEndianBytes + first + second
    }

    static let streams: [[UInt8]] = {
        var records = StreamBatch(.records, collection: 1)
        records.count = 2
        records.parts[0].bytes = record(part: 0) + record(part: 1)
        records.parts.append(StreamBatch.Part(key: person, bytes: fields))
        let long = [UInt8](repeating: 7, count: 3_000)
        let batches: [(StreamBatch, [FieldKey])] = [
            (StreamBatch(.standing, count: 1, bytes: standings[1]), []),
            (StreamBatch(.definitions, count: 1, bytes: long), []), (records, [personKey]),
            (StreamBatch(.tombstones, count: 2, bytes: [1, 2, 3]), []),
            (StreamBatch(.end, count: 1, bytes: end), []),
        ]
        return [batches, [batches[0], batches[4]]].compactMap { plain(of: $0) }
    }()

    /// The plain bytes of a stream, as its segments hold them; nil where it cannot be sealed.
    static func plain(of batches: [(StreamBatch, [FieldKey])]) -> [UInt8]? {
        var plain: [UInt8] = []
        let sealer = StreamSealer(vault: vault, bundle: bundle, key: key, randomness: fixed) {
            plain += try Cobblestone.open($1, under: key, context: context($0))
        }
        defer { sealer.stop() }
        do {
            for (batch, keys) in batches { try sealer.add(batch, keys: keys) }
            try sealer.finish()
        } catch { return nil }
        return plain
    }

    /// Every seed is the same in every run.
    private static let fixed = Randomness { bytes throws(CryptoError) in
        for index in bytes.indices { bytes[index] = 9 }
    }

    static func context(_ number: Int) -> [UInt8] {
        SealContext.make(
            "coffer/v1/segment", vault.bytes, bundle.bytes, UInt32(number).bigEndianBytes)
    }
}
