import CofferBytes
import CofferCrypto
import CofferFormat
import Testing

@testable import CofferChunks

/// The parts of packs and rows as bytes.
@Suite struct PackTests {
    /// A batch is a multiple of 64 KiB, whatever is in it.
    @Test func everyBatchIsPaddedToItsStep() {
        var looked = 0
        for table in [45, 86, 4 + 41 * 398, 4 + 41 * 399, 4 + 41 * 400, 4 + 41 * 20_000] {
            for pieces in [73, 16_000, 65_000, 65_536, 1_048_648, 33_554_433] {
                let zeros = PackWriter.padding(table: table, pieces: pieces)
                let size =
                    Cobblestone.sealedSize(forPlain: PackBatch.Head.size)
                    + Cobblestone.sealedSize(forPlain: table + zeros) + pieces
                #expect(size % ChunkLimits.batchStep == 0 && zeros >= 0)
                #expect(zeros < 2 * ChunkLimits.batchStep)
                looked += 1
            }
        }
        // Every size of a table around a block's end, where a byte more brings a tag.
        for table in 16_300...16_400 {
            let zeros = PackWriter.padding(table: table, pieces: 5_000)
            let size = 84 + Cobblestone.sealedSize(forPlain: table + zeros) + 5_000
            #expect(size % ChunkLimits.batchStep == 0)
            looked += 1
        }
        #expect(looked == 36 + 101)
    }

    private static let places = [
        ChunkPlace(coding: .plain, plainSize: 3, generation: 9, spot: .row([1, 2, 3])),
        ChunkPlace(coding: .zstd, plainSize: 900, generation: 1, spot: .row([7, 7])),
        ChunkPlace(
            coding: .plain, plainSize: 1_048_576, generation: .max,
            spot: .pack(1, offset: 84, length: 1_049_672)),
        ChunkPlace(
            coding: .zstd, plainSize: 65_536, generation: 0,
            spot: .pack(.max, offset: UInt64(Int64.max), length: 1)),
        ChunkPlace(coding: .plain, plainSize: 3, generation: 9, spot: .row([1, 2, 3]), noted: 10),
        ChunkPlace(
            coding: .zstd, plainSize: 900, generation: 1, spot: .row([7, 7]), noted: .max),
        ChunkPlace(
            coding: .plain, plainSize: 1_048_576, generation: 4,
            spot: .pack(1, offset: 84, length: 1_049_672), noted: 0),
    ]

    /// Rows are looked for by that, so it must hold for every length.
    @Test func onlyNotedPlacesHaveAnOddLength() throws {
        for size in 1...ChunkLimits.inRow {
            var place = ChunkPlace(
                coding: .plain, plainSize: size, generation: 1,
                spot: .row([UInt8](repeating: 1, count: size)))
            let length = Cobblestone.sealedSize(forPlain: place.bytes.count)
            place.noted = 7
            let noted = Cobblestone.sealedSize(forPlain: place.bytes.count)
            #expect(length % 2 == 0 && noted % 2 == 1)
        }
        for place in Self.places {
            let length = Cobblestone.sealedSize(forPlain: place.bytes.count)
            #expect((length % 2 == 1) == (place.noted != nil))
        }
    }

    @Test(arguments: places)
    func aPlaceComesBackAndNothingElseIsOne(place: ChunkPlace) throws {
        let bytes = place.bytes
        #expect(try ChunkPlace(parsing: bytes) == place)
        for count in 0..<bytes.count {
            #expect(throws: ByteReader.Failure.self) {
                try ChunkPlace(parsing: Array(bytes.prefix(count)))
            }
        }
        #expect(throws: ByteReader.Failure.self) { try ChunkPlace(parsing: bytes + [0]) }
        if place.noted != nil {
            var other = bytes
            other[bytes.count - 9] = 1
            #expect(throws: ByteReader.Failure.self) { try ChunkPlace(parsing: other) }
        }
        for index in [0, 1] {
            var other = bytes
            other[index] = 9
            #expect(throws: ByteReader.Failure.self) { try ChunkPlace(parsing: other) }
        }
    }

    @Test func aTableComesBackAndItsPaddingIsZeros() throws {
        let entries = (0..<3).map { number in
            PackBatch.Entry(
                name: [UInt8](repeating: UInt8(number), count: 32), coding: .zstd,
                plainSize: 70_000 + number, length: 5_000 + number)
        }
        let table = PackBatch.table(entries)
        #expect(table.count == 4 + 3 * PackBatch.entrySize)
        #expect(try PackBatch.entries(parsing: table + [0, 0, 0]) == entries)
        #expect(throws: ByteReader.Failure.invalid) {
            try PackBatch.entries(parsing: table + [0, 1])
        }
        #expect(throws: ByteReader.Failure.truncated) {
            try PackBatch.entries(parsing: Array(table.dropLast()))
        }
        var many = table
        many[0] = 0xFF
        #expect(throws: ByteReader.Failure.truncated) { try PackBatch.entries(parsing: many) }
    }

    @Test func aListOfChunksComesBack() throws {
        let list = ChunkList([
            ChunkList.Item(name: [UInt8](repeating: 1, count: 32), size: 1),
            ChunkList.Item(name: [UInt8](repeating: 2, count: 32), size: 1_048_576),
        ])
        #expect(try ChunkList(parsing: list.bytes) == list)
        #expect(list.size == 1_048_577)
        #expect(throws: ByteReader.Failure.truncated) {
            try ChunkList(parsing: Array(list.bytes.dropLast()))
        }
        var tooLarge = list.bytes
        tooLarge[32] = 0xFF
        #expect(throws: ByteReader.Failure.limit) { try ChunkList(parsing: tooLarge) }
    }

    @Test func whatIsRandomIsStoredAsItIs() throws {
        var coder = ChunkCoder()
        let random = ChunkerTests.bytes(100_000)
        #expect(coder.encode(random.span).coding == .plain)
        let text = Array(String(repeating: "all work and no play ", count: 5_000).utf8)
        let (coding, frame) = coder.encode(text.span)
        #expect(coding == .zstd && frame.count < text.count / 10)
        #expect(try coder.decode(frame, coding, size: text.count) == text)
        #expect(throws: FieldCodingError.self) {
            try coder.decode(frame, coding, size: text.count - 1)
        }
        #expect(throws: FieldCodingError.self) {
            try coder.decode(random, .plain, size: 5)
        }
    }
}
