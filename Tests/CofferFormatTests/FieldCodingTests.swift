import CofferBytes
import CofferFormat
import Testing

@Suite struct FieldCodingTests {
    private func encode(_ value: Value) throws(FieldCodingError) -> [UInt8] {
        var coder = FieldCoder()
        var bytes: [UInt8] = []
        try coder.encode(value, into: &bytes)
        return bytes
    }

    private func decode(
        _ bytes: [UInt8], limit: Int = FieldCoding.defaultLimit
    ) throws(FieldCodingError) -> Value {
        var coder = FieldCoder(limit: limit)
        return try coder.decode(bytes.span)
    }

    private func failure(_ bytes: [UInt8], limit: Int = 1 << 20) -> FieldCodingError? {
        do throws(FieldCodingError) {
            _ = try decode(bytes, limit: limit)
            return nil
        } catch { return error }
    }

    /// `bytes` with the zeros that belong after them.
    private func padded(_ bytes: [UInt8]) -> [UInt8] {
        let length = Padding.paddedLength(bytes.count)
        return bytes + [UInt8](repeating: 0, count: length - bytes.count)
    }

    @Test func layoutIsAsDocumented() throws {
        #expect(try encode(.null) == padded([0, 0]))
        #expect(try encode(.bool(false)) == padded([1, 0]))
        #expect(try encode(.bool(true)) == padded([2, 0]))
        #expect(
            try encode(.integer(-2))
                == padded([3, 8] + [UInt8](repeating: 0xFF, count: 7) + [0xFE]))
        #expect(try encode(.double(1.5)) == padded([4, 8, 0x3F, 0xF8, 0, 0, 0, 0, 0, 0]))
        #expect(try encode(.number("1.50")) == padded([5, 4] + Array("1.50".utf8)))
        #expect(try encode(.text("")) == padded([6, 0]))
        #expect(try encode(.text("Zoë")) == padded([6, 4] + Array("Zoë".utf8)))
        #expect(try encode(.bytes([0, 255])) == padded([7, 2, 0, 255]))
        #expect(try encode(.array([])) == padded([8, 2] + Array("[]".utf8)))
        #expect(try encode(.text(String(repeating: "a", count: 14))).count == 16)
        #expect(try encode(.text(String(repeating: "a", count: 15))).count == 32)
        let long = String(repeating: "a", count: 200)
        #expect(try encode(.text(long)) == padded([6, 0xC8, 1] + Array(long.utf8)))
        #expect(try encode(.null).count == 16)
    }

    @Test func everyValueComesBack() throws {
        var random = SeededGenerator(seed: 11)
        var coder = FieldCoder()
        var bytes: [UInt8] = []
        for _ in 0..<5_000 {
            let value = Value.random(depth: 4, using: &random)
            bytes.removeAll(keepingCapacity: true)
            try coder.encode(value, into: &bytes)
            #expect(bytes.count == Padding.paddedLength(bytes.count))
            #expect(try coder.decode(bytes.span) == value)
        }
    }

    @Test(arguments: [0, 1, 14, 15, 255, 256, 511, 512, 513, 4_096, 100_000, 2_000_000])
    func bytesAndTextOfAnyLengthComeBack(_ count: Int) throws {
        var random = SeededGenerator(seed: UInt64(count))
        let noise = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        #expect(try decode(encode(.bytes(noise))) == .bytes(noise))
        #expect(try encode(.bytes(noise)).first == 7)
        let text = String(repeating: "a", count: count)
        let bytes = try encode(.text(text))
        #expect(bytes.first == (count < 512 ? 6 : 0x86))
        #expect(try decode(bytes) == .text(text))
    }

    @Test func appendsToWhatIsThere() throws {
        var coder = FieldCoder()
        var bytes: [UInt8] = [9]
        try coder.encode(.text(String(repeating: "ab", count: 5_000)), into: &bytes)
        let first = bytes.count
        try coder.encode(.null, into: &bytes)
        #expect(try decode(Array(bytes[1..<first])) == .text(String(repeating: "ab", count: 5_000)))
        #expect(try decode(Array(bytes[first...])) == .null)
    }

    @Test func compressionThatDoesNotSaveAStepIsNotKept() throws {
        // 600 bytes of which few repeat: the frame is shorter, but not by a step.
        var random = SeededGenerator(seed: 3)
        var noise = (0..<600).map { _ in UInt8.random(in: 0...255, using: &random) }
        noise.replaceSubrange(580..<600, with: noise[0..<20])
        #expect(try encode(.bytes(noise)).first == 7)
    }

    @Test func aNumberIsWrittenInItsOnlyForm() throws {
        #expect(try encode(.number("5")) == encode(.integer(5)))
        #expect(try encode(.number("0.5")) == encode(.double(0.5)))
    }

    @Test func refusesToWriteWhatItCouldNotRead() {
        for value in [
            Value.double(.nan), .double(.infinity), .number("x"), .number(""), .number("01"),
            .array([.double(.nan)]), .array([.bytes([1])]), .object([.init("a", .number("+1"))]),
        ] {
            #expect(throws: FieldCodingError.unwritable) { try encode(value) }
        }
        var coder = FieldCoder(limit: 10)
        var bytes: [UInt8] = [1]
        #expect(throws: FieldCodingError.tooLong) {
            try coder.encode(.text("eleven char"), into: &bytes)
        }
        #expect(bytes == [1])
    }

    @Test func refusesWhatItWouldNotWrite() throws {
        let text600 = try encode(.text(String(repeating: "a", count: 600)))
        var otherSize = text600
        otherSize[2] ^= 1
        let cases: [(String, [UInt8], FieldCodingError)] = [
            ("nothing", [], .truncated),
            ("tag 9", padded([9, 0]), .unknownTag),
            ("tag 0xFF", padded([0xFF, 0]), .unknownTag),
            ("unpadded", [0, 0], .truncated),
            ("one byte", [0], .truncated),
            ("two blocks", padded([0, 0]) + padded([]), .wrongPadding),
            ("padding not zero", padded([0, 0]).dropLast() + [1], .wrongPadding),
            ("long length", padded([6, 0x81, 0, 0x61]), .longLength),
            ("endless length", padded([6, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]), .longLength),
            ("body beyond the end", padded([6, 100, 1]), .truncated),
            ("null with a body", padded([0, 1, 0]), .wrongBody),
            ("short integer", padded([3, 7, 0, 0, 0, 0, 0, 0, 0]), .wrongBody),
            ("infinite", padded([4, 8, 0x7F, 0xF0, 0, 0, 0, 0, 0, 0]), .wrongBody),
            ("not a number", padded([4, 8, 0x7F, 0xF8, 0, 0, 0, 0, 0, 0]), .wrongBody),
            ("integer as literal", padded([5, 1, 0x35]), .wrongBody),
            ("double as literal", padded([5, 3] + Array("0.5".utf8)), .wrongBody),
            ("letters as literal", padded([5, 1, 0x78]), .wrongBody),
            ("not UTF-8", padded([6, 1, 0xFF]), .wrongBody),
            ("surrogate", padded([6, 3, 0xED, 0xA0, 0x80]), .wrongBody),
            ("no JSON", padded([8, 1, 0x5B]), .wrongBody),
            ("empty JSON", padded([8, 0]), .wrongBody),
            ("JSON scalar", padded([8, 1, 0x31]), .wrongBody),
            ("JSON with a space", padded([8, 3] + Array("[ ]".utf8)), .wrongBody),
            ("JSON with an escape", padded([8, 10] + Array("[\"\\u0061\"]".utf8)), .wrongBody),
            ("not a frame", padded([0x86, 4, 0x80, 8, 1, 2, 3, 4]), .wrongCompression),
            ("frame of a short text", padded([0x86, 4, 10, 1, 2, 3, 4]), .wrongCompression),
            ("compressed null", padded([0x80, 0, 0]), .wrongCompression),
            ("beyond the limit", padded([0x86, 4, 0x80, 0x80, 0x80, 1, 1, 2, 3, 4]), .tooLong),
            ("other plain size", otherSize, .wrongCompression),
        ]
        for (name, bytes, expected) in cases {
            #expect(failure(bytes) == expected, "\(name)")
        }
        #expect(failure(text600, limit: 599) == .tooLong)
        #expect(failure(text600, limit: 600) == nil)
    }

    @Test func whatCanBeReadIsWhatWouldBeWritten() throws {
        var random = SeededGenerator(seed: 5)
        var coder = FieldCoder(limit: 1 << 20)
        var read = 0
        for round in 0..<60_000 {
            var bytes: [UInt8] = []
            let value: Value =
                round % 4 == 0
                ? .text(String(repeating: .random(using: &random) + "x", count: 90))
                : .random(depth: 2, using: &random)
            try coder.encode(value, into: &bytes)
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                // Most of what matters stands in front.
                let place = Int.random(in: 0..<min(bytes.count, 40), using: &random)
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
            guard let found = try? coder.decode(bytes.span) else { continue }
            read += 1
            var again: [UInt8] = []
            try coder.encode(found, into: &again)
            #expect(again == bytes || bytes[0] & 0x80 != 0)
        }
        #expect(read > 1_000)
    }
}
