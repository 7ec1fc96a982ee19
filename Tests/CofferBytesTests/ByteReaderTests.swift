import CofferBytes
import Testing

@Suite struct ByteReaderTests {
    private static let identifier = Identifier(text: "919108f7-52d1-4320-9bac-f847db4148a8")

    /// One value of each kind, written down by hand.
    private static let bytes: [UInt8] =
        [0x12] + [0x12, 0x34] + [0x12, 0x34, 0x56, 0x78]
        + [0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0]
        + [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe] + [1]
        + (Self.identifier?.bytes ?? []) + [0, 3, 1, 2, 3] + [0, 0, 0, 2, 8, 9]
        + [0, 3, 0xc3, 0xa4, 0x78] + [7, 7]

    private func read(_ bytes: [UInt8]) throws(ByteReader.Failure) {
        var reader = ByteReader(bytes)
        guard try reader.u8() == 0x12, try reader.u16() == 0x1234,
            try reader.u32() == 0x1234_5678, try reader.u64() == 0x1234_5678_9abc_def0,
            try reader.i64() == -2, try reader.flag(),
            try reader.identifier() == Self.identifier,
            try reader.prefixed16() == [1, 2, 3], try reader.prefixed32(limit: 2) == [8, 9],
            try reader.text() == "äx", try reader.take(2) == [7, 7], reader.remaining == 0,
            reader.rest() == []
        else { throw .invalid }
        try reader.end()
    }

    @Test func readsWhatTheWriterWrites() throws {
        var writer = ByteWriter()
        writer.write(0x12 as UInt8)
        writer.write(0x1234 as UInt16)
        writer.write(0x1234_5678 as UInt32)
        writer.write(0x1234_5678_9abc_def0 as UInt64)
        writer.write(-2 as Int64)
        writer.write(1 as UInt8)
        writer.write(try #require(Self.identifier))
        writer.writePrefixed16([1, 2, 3])
        writer.writePrefixed32([8, 9])
        writer.write("äx")
        let tail: [UInt8] = [7]
        writer.write(tail)
        writer.write(tail.span)
        #expect(writer.bytes == Self.bytes)
        try read(Self.bytes)
    }

    @Test func saysTruncatedAtEveryCut() {
        for count in 0..<Self.bytes.count {
            #expect(throws: ByteReader.Failure.truncated) {
                try read(Array(Self.bytes[..<count]))
            }
        }
    }

    @Test func refusesWhatFollowsTheLastValue() {
        var reader = ByteReader([1, 2])
        #expect(throws: ByteReader.Failure.trailing) {
            _ = try reader.u8()
            try reader.end()
        }
    }

    @Test func holdsLimitsBeforeItTakesAnything() {
        #expect(throws: ByteReader.Failure.limit) {
            var reader = ByteReader([0, 3, 1, 2, 3])
            _ = try reader.prefixed16(limit: 2)
        }
        #expect(throws: ByteReader.Failure.limit) {
            var reader = ByteReader([0xff, 0xff, 0xff, 0xff])
            _ = try reader.prefixed32(limit: 1_000)
        }
        #expect(throws: ByteReader.Failure.truncated) {
            var reader = ByteReader([0xff, 0xff, 0xff, 0xff])
            _ = try reader.prefixed32(limit: Int.max)
        }
        for count in [-1, Int.min, Int.max] {
            #expect(throws: ByteReader.Failure.truncated) {
                var reader = ByteReader([1, 2, 3])
                _ = try reader.take(count)
            }
        }
    }

    @Test func acceptsOneFormOfFlagsAndTexts() {
        for byte in 2...255 as ClosedRange<UInt8> {
            #expect(throws: ByteReader.Failure.invalid) {
                var reader = ByteReader([byte])
                _ = try reader.flag()
            }
        }
        for text in [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xc3]] as [[UInt8]] {
            #expect(throws: ByteReader.Failure.invalid) {
                var reader = ByteReader([0, UInt8(text.count)] + text)
                _ = try reader.text()
            }
        }
    }

    @Test func writerTrapsOnAPartThatItsLengthCannotSay() async {
        await #expect(processExitsWith: .failure) {
            var writer = ByteWriter()
            writer.writePrefixed16([UInt8](repeating: 0, count: 65_536))
        }
    }
}
