import CofferBytes
import CofferFormat

/// Valid parts of files, for the targets that take them apart.
internal enum FileSeeds {
    private static func name(_ number: UInt8) -> [UInt8] {
        [UInt8](repeating: number, count: ChunkLimits.nameSize)
    }

    private static let text = [UInt8](repeating: 0x61, count: 900)

    private static var frame: [UInt8] {
        var coder = ChunkCoder()
        return coder.encode(text.span).frame
    }

    static var places: [[UInt8]] {
        [nil, 9].flatMap { noted in
            [
                ChunkPlace(
                    coding: .plain, plainSize: 3, generation: 7, spot: .row([1, 2, 3]),
                    noted: noted),
                ChunkPlace(
                    coding: .zstd, plainSize: text.count, generation: 7, spot: .row(frame),
                    noted: noted),
                ChunkPlace(
                    coding: .plain, plainSize: 5_000, generation: 1 << 40,
                    spot: .pack(3, offset: 131_072, length: 5_072), noted: noted),
            ].map(\.bytes)
        }
    }

    static let packs = [PackRow(id: RowSeeds.id(3), length: 131_072).bytes]

    static let heads = [
        PackBatch.Head(table: 12_345, pieces: 65_536 * 2 - 84 - 12_345).bytes
    ]

    static var tables: [[UInt8]] {
        let entries = (UInt8(1)...3).map {
            PackBatch.Entry(
                name: name($0), coding: $0 == 2 ? .zstd : .plain, plainSize: 5_000,
                length: 5_072)
        }
        return [
            PackBatch.table(entries), PackBatch.table(entries) + [UInt8](repeating: 0, count: 99),
        ]
    }

    static var lists: [[UInt8]] {
        [
            [],
            ChunkList([
                ChunkList.Item(name: name(1), size: 1),
                ChunkList.Item(name: name(2), size: ChunkLimits.most),
            ]).bytes,
        ]
    }

    static var chunks: [[UInt8]] {
        let plain = StreamChunk(
            name: name(1), coding: .plain, plainSize: 3, generation: 300, stored: [1, 2, 3])
        let compressed = StreamChunk(
            name: name(2), coding: .zstd, plainSize: text.count, generation: 1, stored: frame)
        return [
            plain.head + plain.stored,
            compressed.head + compressed.stored + plain.head + plain.stored,
        ]
    }

    static var bytes: [[UInt8]] { [[1, 0, 3, 0x84] + frame, [0, 0, 0, 3, 1, 2, 3]] }
}
