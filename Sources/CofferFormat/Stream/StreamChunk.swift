package import CofferBytes

/// A chunk of a file in the record stream.
///
/// Source: `Docs/Format.md`, section 19.2, kind 8.
package struct StreamChunk: Equatable, Sendable {
    /// Its name.
    package let name: [UInt8]
    /// How it is stored.
    package let coding: ChunkPlace.Coding
    /// How many bytes it has.
    package let plainSize: Int
    /// The generation of the state in which it came in.
    package let generation: UInt64
    /// What is stored of it, in the clear.
    package let stored: [UInt8]

    /// Describes a chunk.
    package init(
        name: [UInt8], coding: ChunkPlace.Coding, plainSize: Int, generation: UInt64,
        stored: [UInt8]
    ) {
        self.name = name
        self.coding = coding
        self.plainSize = plainSize
        self.generation = generation
        self.stored = stored
    }

    /// What stands before the stored bytes, and all that its own code is formed of.
    package var head: [UInt8] {
        var head: [UInt8] = []
        head.append(varint: generation)
        head.append(contentsOf: name)
        head.append(coding.rawValue)
        head.append(varint: UInt64(plainSize))
        head.append(varint: UInt64(stored.count))
        return head
    }

    /// Reads the next entry of a batch.
    ///
    /// - Returns: The chunk, and where its head stands.
    /// - Throws: `unknown` for another coding, `limit` for a size that no chunk has, `truncated`.
    package static func read(
        _ cursor: inout StreamCursor
    ) throws(ByteReader.Failure) -> (chunk: StreamChunk, head: Range<Int>) {
        let start = cursor.offset
        let generation = try cursor.varint()
        let name = Array(cursor[try cursor.range(ChunkLimits.nameSize)])
        guard let coding = ChunkPlace.Coding(rawValue: try cursor.u8()) else { throw .unknown }
        let plain = try cursor.varint()
        let count = try cursor.varint()
        guard (1...UInt64(ChunkLimits.most)).contains(plain), count > 0, count <= plain,
            coding == .zstd || count == plain
        else { throw .limit }
        let end = cursor.offset
        let stored = Array(cursor[try cursor.range(Int(count))])
        return (
            StreamChunk(
                name: name, coding: coding, plainSize: Int(plain), generation: generation,
                stored: stored), start..<end
        )
    }
}
