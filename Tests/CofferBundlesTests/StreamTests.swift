import CofferBundles
import CofferBytes
import CofferCrypto
import CofferFormat
import Testing

/// What is sealed as a stream comes out of it, and nothing else does.
@Suite struct StreamTests {
    @Test func batchesOfEveryKindComeBackAsTheyWere() throws {
        var sample = StreamSample()
        let people = (10...12).map { StreamSample.person($0) }
        for person in people { sample.persons[person.id] = person.key }
        var batches: [(StreamBatch, [FieldKey])] = []
        for kind in StreamKind.allCases {
            for collection in kind.hasCollection ? [UInt32(1), 2, 65_535] : [0] {
                for number in 0..<(kind.isContent ? 3 : 1) {
                    var batch = StreamBatch(kind, collection: collection)
                    batch.count = UInt32(number + 3)
                    // One part that compresses, one that does not, one that is empty.
                    batch.parts[0].bytes = [UInt8](repeating: 1, count: number * 1_000)
                    var keys: [FieldKey] = []
                    if kind == .records || kind == .history {
                        for (index, person) in people.prefix(number + 1).enumerated() {
                            let bytes =
                                index == 0
                                ? [] : StreamSample.noise(index * 700, seed: UInt64(number))
                            batch.parts.append(StreamBatch.Part(key: person.id, bytes: bytes))
                            keys.append(person.key)
                        }
                    }
                    batches.append((batch, keys))
                }
            }
        }
        let segments = try sample.seal(batches)
        let found = try sample.open(segments)
        #expect(found.count == batches.count)
        #expect(found.count == 33)
        for (left, right) in zip(batches, found) { #expect(difference(left.0, right) == nil) }
    }

    /// Everything around the end of a segment: the header of a batch, that of a part, a body.
    @Test func aStreamMayEndAnywhereInASegment() throws {
        let sample = StreamSample()
        // The two headers of each of two batches, and the one byte of the last.
        let around = 2 * (13 + 25) + 1
        let limit = BundleStream.segmentSize
        var counts: [Int: Int] = [:]
        for total in (limit - 2...limit + 2).map({ $0 }) + [limit + 20, limit + 60, 2 * limit] {
            let body = StreamSample.noise(total - around, seed: UInt64(total))
            let segments = try sample.seal([
                (StreamBatch(.standing, count: 1, bytes: body), []),
                (StreamBatch(.end, count: 1, bytes: [5]), []),
            ])
            counts[total - limit] = segments.count
            #expect(segments.allSatisfy { $0.count <= BundleStream.sealedLimit })
            #expect(segments.dropLast().allSatisfy { $0.count == BundleStream.sealedLimit })
            let found = try sample.open(segments)
            #expect(found.count == 2)
            #expect(found.first?.parts[0].bytes == body)
            let plain = try sample.plain(segments)
            let last = total - (segments.count - 1) * limit
            #expect(plain.count == total - last + min(limit, Padding.paddedLength(last)))
        }
        #expect(counts == [-2: 1, -1: 1, 0: 1, 1: 2, 2: 2, 20: 2, 60: 2, limit: 2])
    }

    @Test func aPartMayBeLargerThanASegment() throws {
        var sample = StreamSample()
        let (id, key) = StreamSample.person(9)
        sample.persons[id] = key
        var batch = StreamBatch(.records, collection: 1)
        batch.count = 1
        batch.parts[0].bytes = StreamSample.noise(9 << 20)
        batch.parts.append(StreamBatch.Part(key: id, bytes: StreamSample.noise(5 << 20, seed: 2)))
        let segments = try sample.seal([
            (StreamBatch(.standing, count: 1, bytes: [1]), []), (batch, [key]),
            (StreamBatch(.end, count: 1, bytes: [5]), []),
        ])
        #expect(segments.count == 4)
        let found = try sample.open(segments)
        #expect(found.count == 3)
        if found.count == 3 { #expect(difference(found[1], batch) == nil) }
    }

    @Test func whoseKeyIsGoneIsPassedOverAndNothingElse() throws {
        var sample = StreamSample()
        let batches = try StreamSample.small()
        let segments = try sample.seal(batches)
        let without = try sample.open(segments)
        #expect(without.count == 4)
        #expect(
            without.map { $0.parts.map { $0.bytes == nil } } == [
                [false], [false], [false, true], [false],
            ])
        #expect(without[2].parts[0].bytes == batches[2].0.parts[0].bytes)
        #expect(without[2].count == 2)
        let (id, key) = StreamSample.person(9)
        sample.persons[id] = key
        #expect(try sample.open(segments)[2].parts[1].bytes == Array("what is theirs".utf8))
        sample.persons[id] = StreamSample.person(8).key
        #expect(sample.refusal(of: segments) == .part)
    }

    @Test func aSegmentOpensInItsPlaceOnly() throws {
        let sample = StreamSample()
        let segments = try sample.seal([
            (StreamBatch(.standing, count: 1, bytes: StreamSample.noise(9 << 20)), []),
            (StreamBatch(.end, count: 1, bytes: [5]), []),
        ])
        #expect(segments.count == 3)
        #expect(sample.refusal(of: segments) == nil)
        let (first, second, last) = (segments[0], segments[1], segments[2])
        #expect(sample.refusal(of: [second, first, last]) == .segment(1))
        #expect(sample.refusal(of: [first, last, second]) == .segment(2))
        #expect(sample.refusal(of: [first, first, last]) == .segment(2))
        #expect(sample.refusal(of: [first, second, second]) == .segment(3))
        #expect(sample.refusal(of: [second, last]) == .segment(1))
        #expect(sample.refusal(of: [first, last]) == .segment(2))
        #expect(sample.refusal(of: [first, second]) == .malformed("its end is missing"))
        #expect(sample.refusal(of: []) == .malformed("its end is missing"))
        for other in [
            StreamSample(vault: Sample.id(5)), StreamSample(bundle: Sample.id(5)),
            StreamSample(key: 8),
        ] {
            #expect(other.refusal(of: segments) == .segment(1))
        }
        var flipped = first
        flipped[flipped.count / 2] ^= 1
        #expect(sample.refusal(of: [flipped, second, last]) == .segment(1))
        #expect(sample.refusal(of: [Array(first.dropLast()), second, last]) == .segment(1))
    }

    /// Sealed under the right keys, but not as a writer seals.
    @Test func onlyTheFormOfAWriterIsTaken() throws {
        let sample = StreamSample()
        let whole = try sample.plain(try sample.seal(try StreamSample.small()))
        #expect(sample.refusal(of: try sample.sealPlain(whole)) == nil)
        let end = whole.lastIndex(of: 9).map { $0 + 1 } ?? 0
        var counts = 0
        func expectRefused(_ bytes: [UInt8], size: Int = BundleStream.segmentSize) throws {
            let segments = try sample.sealPlain(bytes, size: size)
            #expect(sample.refusal(of: segments) != nil)
            counts += 1
        }
        // Padding that is longer, shorter, or not of zeros.
        for count in [0, end, end + 1, whole.count - 1, whole.count - 16] {
            try expectRefused(Array(whole.prefix(count)))
        }
        try expectRefused(whole + [0])
        try expectRefused(whole + [UInt8](repeating: 0, count: 64))
        try expectRefused(Array(whole.dropLast()) + [1])
        var changed = whole
        changed[end] = 1
        try expectRefused(changed)
        // Segments that are not full.
        for size in [1, 16, end, whole.count / 2] { try expectRefused(whole, size: size) }
        // A segment more, of zeros or of nothing.
        let more = try sample.sealPlain([UInt8](repeating: 0, count: 16), size: 16)
        #expect(sample.refusal(of: try sample.sealPlain(whole) + more) != nil)
        #expect(counts == 13)
    }

    @Test func batchesOutOfOrderAreRefused() throws {
        func batch(_ kind: StreamKind, _ collection: UInt32 = 0) -> (StreamBatch, [FieldKey]) {
            (StreamBatch(kind, collection: collection, count: 1, bytes: [1]), [])
        }
        let sample = StreamSample()
        func isTaken(_ batches: [(StreamBatch, [FieldKey])]) throws -> Bool {
            sample.refusal(of: try sample.seal(batches)) == nil
        }
        let (standing, end) = (batch(.standing), batch(.end))
        #expect(try isTaken([standing, end]))
        #expect(
            try isTaken([
                standing, batch(.kept, 1), batch(.kept, 2), batch(.records, 1), batch(.records, 1),
                batch(.records, 5), batch(.history, 1), batch(.tombstones), batch(.tombstones),
                batch(.audit), end,
            ]))
        for wrong in [
            [end], [batch(.definitions), end], [batch(.records, 1), end],
            [standing, standing, end],
            [standing, batch(.definitions), batch(.definitions), end],
            [standing, batch(.records, 2), batch(.records, 1), end],
            [standing, batch(.history, 1), batch(.records, 1), end],
            [standing, batch(.kept, 2), batch(.kept, 2), end],
            [standing, batch(.kept, 2), batch(.kept, 1), end],
            [standing, batch(.records), end], [standing, batch(.tombstones, 1), end],
            [standing, batch(.audit), batch(.tombstones), end], [standing, end, end],
            [standing, end, batch(.audit)], [standing], [standing, batch(.audit)],
        ] {
            #expect(try !isTaken(wrong), "\(wrong.map(\.0.kind))")
        }
    }

    /// Counts at their ends, in a stream that somebody with the keys has made up.
    @Test func noCountEndsTheProgram() throws {
        let sample = StreamSample()
        let ends: [UInt32] = [0, 1, 2, 0x7FFF_FFFF, 0x8000_0000, .max - 1, .max]
        var taken = 0
        var tried = 0
        for kind in [UInt8(0), 1, 4, 8, 9, 10, 255] {
            for entries in ends {
                for parts in ends {
                    for length in ends {
                        var bytes: [UInt8] = [kind]
                        bytes.append(bigEndian: UInt32(kind == 4 ? 1 : 0))
                        bytes.append(bigEndian: entries)
                        bytes.append(bigEndian: parts)
                        bytes.append(contentsOf: StreamBatch.noKey.bytes)
                        bytes.append(UInt8(entries & 1))
                        bytes.append(bigEndian: length)
                        bytes.append(bigEndian: length)
                        let padded = Padding.paddedLength(bytes.count)
                        bytes.append(contentsOf: repeatElement(0, count: padded - bytes.count))
                        if sample.refusal(of: try sample.sealPlain(bytes)) == nil { taken += 1 }
                        tried += 1
                    }
                }
            }
        }
        #expect(tried == 2_401)
        #expect(taken == 0)
    }
}
