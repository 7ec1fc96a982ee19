import CofferBytes
import CofferFormat
import Testing

/// Records and older versions of them in a stream.
@Suite struct StreamRecordTests {
    /// A record as a writer puts it, and what lies in the part of its person.
    private struct Written {
        var entry: [UInt8] = []
        var own: [UInt8] = []
    }

    private static let fields: [(UInt16, FieldContent, [UInt8])] = [
        (1, .null, []), (2, .bool(true), []), (3, .bool(false), []), (4, .integer(.min), []),
        (130, .double(-0.0), []), (131, .number, Array("1e400".utf8)),
        (500, .text, Array("Åse".utf8)), (501, .text, []), (1_000, .bytes, [0, 255]),
        (2_040, .json, Array("[1]".utf8)),
    ]

    private static func append(
        _ fields: ArraySlice<(UInt16, FieldContent, [UInt8])>, _ output: inout [UInt8]
    ) {
        output.append(varint: UInt64(fields.count))
        for (number, content, body) in fields {
            unsafe body.withUnsafeBytes {
                unsafe StreamRecord.append(number, content, $0, to: &output)
            }
        }
    }

    private static func written(part: UInt64, split: Int, isVersion: Bool) -> Written {
        var written = Written()
        if isVersion {
            written.entry.append(varint: 77)
            written.entry.append(varint: 300)
            written.entry.append(bigEndian: Int64(-5))
            written.entry.append(HistoryNote.Reason.deleted.rawValue)
        }
        written.entry.append(contentsOf: Sample.id(4).bytes)
        written.entry.append(varint: 1 << 40)
        written.entry.append(varint: 9)
        written.entry.append(bigEndian: Int64.min)
        written.entry.append(bigEndian: Int64.max)
        written.entry.append(contentsOf: Sample.id(5).bytes)
        written.entry.append(varint: 3)
        append(fields[split...], &written.entry)
        written.entry.append(varint: part)
        if part > 0 { append(fields[..<split], &written.own) }
        return written
    }

    @Test func aRecordIsReadAsItIsWritten() throws {
        for isVersion in [false, true] {
            for split in [0, 3, Self.fields.count] {
                let part: UInt64 = split == 0 ? 0 : 1
                let one = Self.written(part: part, split: split, isVersion: isVersion)
                var cursors: [StreamCursor?] = [
                    StreamCursor(one.entry + one.entry), StreamCursor(one.own + one.own),
                ]
                for _ in 0..<2 {
                    let record = try StreamRecord(isVersion ? .history : .records, &cursors)
                    #expect(record.id == Sample.id(4) && record.rid == 1 << 40)
                    #expect(record.sequence == 9 && record.part == Int(part))
                    #expect(record.header.created == .min && record.header.modified == .max)
                    #expect(record.header.device == Sample.id(5) && record.header.revision == 3)
                    #expect(record.header.present == Self.fields.map(\.0))
                    #expect(record.fields.map { Array($0.body.suffix(5)) } == Self.bodies)
                    #expect((record.version?.number ?? 77) == 77)
                    #expect((record.version == nil) == !isVersion)
                }
                #expect(cursors.allSatisfy { $0?.isAtEnd == true })
                // Without the key of the person what is not theirs is still read.
                var less: [StreamCursor?] = [StreamCursor(one.entry), nil]
                let record = try StreamRecord(isVersion ? .history : .records, &less)
                #expect(record.fields.count == Self.fields.count - split)
                #expect(less[0]?.isAtEnd == true)
            }
        }
    }

    private static let bodies: [[UInt8]] = fields.map { number, content, body in
        switch content {
        case .integer: return [0, 0, 0, 0, 0]
        case .double: return [0, 0, 0, 0, 0]
        default: return body.suffix(5).map { $0 }
        }
    }

    @Test func aRecordThatIsCutOffIsRefused() {
        for isVersion in [false, true] {
            let one = Self.written(part: 1, split: 3, isVersion: isVersion)
            for count in 0..<one.entry.count {
                var cursors: [StreamCursor?] = [
                    StreamCursor(Array(one.entry.prefix(count))), StreamCursor(one.own),
                ]
                #expect(throws: ByteReader.Failure.self) {
                    try StreamRecord(isVersion ? .history : .records, &cursors)
                }
            }
            for count in 0..<one.own.count {
                var cursors: [StreamCursor?] = [
                    StreamCursor(one.entry), StreamCursor(Array(one.own.prefix(count))),
                ]
                #expect(throws: ByteReader.Failure.self) {
                    try StreamRecord(isVersion ? .history : .records, &cursors)
                }
            }
        }
    }

    /// The bytes of one record with fields as they are given.
    private static func record(
        rid: UInt64 = 1, sequence: UInt64 = 1, revision: UInt64 = 1, part: UInt64 = 0,
        _ fields: [UInt8] = [0]
    ) -> [UInt8] {
        var entry = Sample.id(4).bytes
        entry.append(varint: rid)
        entry.append(varint: sequence)
        entry.append(contentsOf: [UInt8](repeating: 0, count: 32))
        entry.append(varint: revision)
        entry.append(contentsOf: fields)
        entry.append(varint: part)
        return entry
    }

    private static func isTaken(_ entry: [UInt8], _ own: [UInt8]? = []) -> Bool {
        var cursors: [StreamCursor?] = [StreamCursor(entry), own.map { StreamCursor($0) }]
        return (try? StreamRecord(.records, &cursors)) != nil
    }

    @Test func whatNoWriterWritesIsRefused() {
        // `Docs/Format.md`, section 10.
        let null: UInt8 = 0
        let integer: UInt8 = 3
        let double: UInt8 = 4
        #expect(Self.isTaken(Self.record()))
        #expect(Self.isTaken(Self.record([2, 1, null, 0, 2, null, 0])))
        #expect(!Self.isTaken(Self.record(rid: 0)))
        #expect(!Self.isTaken(Self.record(sequence: 0)))
        #expect(!Self.isTaken(Self.record(revision: 0)))
        #expect(!Self.isTaken(Self.record(part: 2)))
        for fields: [UInt8] in [
            // The same number twice, numbers that fall, number 0, one too high.
            [2, 1, null, 0, 1, null, 0], [2, 2, null, 0, 1, null, 0], [1, 0, null, 0],
            [1, 0xF9, 0x0F, null, 0],
            // Content where there is none, too little, no double, a kind that is none.
            [1, 1, null, 1, 0], [1, 1, integer, 7, 0, 0, 0, 0, 0, 0, 0],
            [1, 1, double, 8, 0x7F, 0xF0, 0, 0, 0, 0, 0, 0], [1, 1, 0xEE, 0],
            // More fields than there are, as many as a number can say.
            [3, 1, null, 0], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
            // A length as large as a number can say.
            [1, 1, 6]
                + [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
        ] {
            #expect(!Self.isTaken(Self.record(fields)), "\(fields)")
        }
        // A field here and there.
        let field: [UInt8] = [1, 5, null, 0]
        #expect(Self.isTaken(Self.record(part: 1, field), [1, 6, null, 0]))
        #expect(!Self.isTaken(Self.record(part: 1, field), field))
        var none: [StreamCursor?] = []
        #expect(throws: ByteReader.Failure.self) { try StreamRecord(.records, &none) }
    }
}
