import CofferBundles
import CofferBytes
import CofferCrypto
import CofferFormat

/// What must hold for the stream of a bundle, whoever has sealed it.
internal enum StreamProperties {
    static func standing(_ input: [UInt8]) -> String? {
        same(input, try? StreamStanding(parsing: input).bytes)
    }

    static func end(_ input: [UInt8]) -> String? {
        same(input, try? StreamEnd(parsing: input).bytes)
    }

    static func ranges(_ input: [UInt8]) -> String? {
        guard let count = input.first else { return nil }
        let bytes = Array(input.dropFirst())
        guard let ranges = try? StreamRanges(bytes, count: UInt32(count)) else { return nil }
        guard
            ranges.ranges.allSatisfy({
                ranges.contains($0.lowerBound) && !ranges.contains($0.upperBound + 1)
            })
        else { return "a range does not end where it ends" }
        return same(bytes, ranges.bytes)
    }

    static func records(_ input: [UInt8]) -> String? {
        guard input.count >= 3 else { return nil }
        let kind = input[0] & 1 == 0 ? StreamKind.records : .history
        let middle = min(input.count, 3 + Int(input[1]) << 8 + Int(input[2]))
        let parts = [Array(input[3..<middle]), Array(input[middle...])]
        var cursors: [StreamCursor?] = parts.map { StreamCursor($0) }
        while cursors[0]?.isAtEnd == false {
            let before = cursors.map { $0?.offset ?? 0 }
            guard let record = try? StreamRecord(kind, &cursors) else { return nil }
            let own = parts[1][before[1]..<(cursors[1]?.offset ?? 0)]
            let entry = parts[0][before[0]..<(cursors[0]?.offset ?? 0)]
            guard record.range.lowerBound == before[0], parts[1][record.partRange] == own else {
                return "an entry lies elsewhere"
            }
            if let problem = written(record, entry, own) { return problem }
        }
        return nil
    }

    /// Writes a record again and compares.
    private static func written(
        _ record: StreamRecord, _ entry: ArraySlice<UInt8>, _ own: ArraySlice<UInt8>
    ) -> String? {
        var bytes: [UInt8] = []
        if let version = record.version {
            bytes.append(varint: version.number)
            bytes.append(varint: version.change)
            bytes.append(bigEndian: version.time)
            bytes.append(version.reason.rawValue)
        }
        bytes.append(contentsOf: record.id.bytes)
        bytes.append(varint: UInt64(record.rid))
        bytes.append(varint: record.sequence)
        bytes.append(bigEndian: record.header.created)
        bytes.append(bigEndian: record.header.modified)
        bytes.append(contentsOf: record.header.device.bytes)
        bytes.append(varint: record.header.revision)
        guard record.header.present == record.fields.map(\.number),
            zip(record.fields, record.fields.dropFirst()).allSatisfy({ $0.number < $1.number })
        else { return "fields out of order" }
        if record.part == 0 {
            append(record.fields, &bytes)
            bytes.append(varint: 0)
            return same(Array(entry), bytes)
        }
        // Which fields lie where cannot be told from the record; how many bytes they have can.
        var fields: [UInt8] = []
        append(record.fields, &fields)
        let heads = [entry.dropFirst(bytes.count), own].map { StreamCursor(Array($0)) }
        var size = 0
        for var head in heads {
            _ = try? head.varint()
            size -= head.offset
        }
        var counted: [UInt8] = []
        counted.append(varint: UInt64(record.fields.count))
        var part: [UInt8] = []
        part.append(varint: UInt64(record.part))
        size += entry.count - bytes.count - part.count + own.count
        return size == fields.count - counted.count ? nil : "fields of another size"
    }

    private static func append(_ fields: [StreamRecord.Field], _ bytes: inout [UInt8]) {
        bytes.append(varint: UInt64(fields.count))
        for field in fields {
            unsafe field.body.withUnsafeBytes {
                unsafe StreamRecord.append(field.number, field.content, $0, to: &bytes)
            }
        }
    }

    /// Somebody with the bundle's key may seal anything.
    static func stream(_ input: [UInt8]) -> String? {
        guard let batches = open(input) else { return nil }
        let keys = batches.map { batch in batch.parts.dropFirst().map { _ in StreamSeeds.personKey }
        }
        guard batches.allSatisfy({ $0.parts.allSatisfy { $0.bytes != nil } }) else { return nil }
        guard let plain = StreamSeeds.plain(of: Array(zip(batches, keys))) else {
            return "a stream cannot be written again"
        }
        guard let again = open(plain), again.count == batches.count else {
            return "what is written again cannot be read"
        }
        for (left, right) in zip(batches, again) {
            guard left.kind == right.kind, left.collection == right.collection,
                left.count == right.count, left.parts.map(\.key) == right.parts.map(\.key),
                left.parts.map(\.bytes) == right.parts.map(\.bytes)
            else { return "a batch has changed" }
        }
        return nil
    }

    private static func open(_ plain: [UInt8]) -> [StreamBatch]? {
        let key = StreamSeeds.key
        let size = BundleStream.segmentSize
        let count = max(1, (plain.count + size - 1) / size)
        let opener = StreamOpener(
            vault: StreamSeeds.vault, bundle: StreamSeeds.bundle, key: key, count: count,
            read: { number in
                let piece = plain[(number - 1) * size..<min(plain.count, number * size)]
                return try Cobblestone.seal(
                    Array(piece), under: key, context: StreamSeeds.context(number),
                    randomness: .system)
            },
            person: { $0 == StreamSeeds.person ? StreamSeeds.personKey : nil })
        var batches: [StreamBatch] = []
        do {
            while let batch = try opener.next() { batches.append(batch) }
        } catch { return nil }
        return batches
    }

    private static func same(_ input: [UInt8], _ written: [UInt8]?) -> String? {
        guard let written else { return nil }
        return written == input ? nil : "what was read is written in another form"
    }
}
