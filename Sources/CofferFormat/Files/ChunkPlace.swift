package import CofferBytes

/// Where a chunk of a file lies and how it is stored, as it is sealed in `chunk`
/// (`Docs/Format.md`, section 20.2).
package struct ChunkPlace: Equatable, Sendable {
    /// How the stored bytes give the plain ones.
    package enum Coding: UInt8, Sendable {
        /// They are the same.
        case plain = 0
        /// They are one zstd frame.
        case zstd = 1
    }

    /// Where the stored bytes are.
    package enum Spot: Equatable, Sendable {
        /// In the row itself.
        case row([UInt8])
        /// In a pack, sealed: from an offset so many bytes.
        case pack(Int64, offset: UInt64, length: UInt32)
    }

    private enum Kind: UInt8 {
        case row = 1
        case pack = 2
        case notedRow = 3
        case notedPack = 4

        var isNoted: Bool { self == .notedRow || self == .notedPack }
    }

    /// What a noted place has more than another: a byte that makes its length odd, and when.
    private static let noteSize = 9

    /// How it is stored.
    package let coding: Coding
    /// How many bytes the chunk has, 1 to 1,048,576.
    package let plainSize: Int
    /// The generation of the state in which it came in.
    package let generation: UInt64
    /// Where it is.
    package let spot: Spot
    /// The generation of the state from which on nobody needed it; nil where somebody may.
    package var noted: UInt64?

    /// Describes a place.
    package init(
        coding: Coding, plainSize: Int, generation: UInt64, spot: Spot, noted: UInt64? = nil
    ) {
        self.noted = noted
        self.coding = coding
        self.plainSize = plainSize
        self.generation = generation
        self.spot = spot
    }

    /// Reads an opened place.
    ///
    /// - Throws: `unknown` for another kind or coding; `limit` for a size that no chunk has;
    ///   `invalid` for padding that is not zeros, or not as long as it has to be; `truncated`,
    ///   `trailing`.
    package init(parsing whole: [UInt8]) throws(ByteReader.Failure) {
        let isNoted = whole.first.flatMap(Kind.init(rawValue:))?.isNoted == true
        guard !isNoted || whole.count > Self.noteSize else { throw .truncated }
        let bytes = isNoted ? Array(whole.dropLast(Self.noteSize)) : whole
        if isNoted {
            var note = ByteReader(Array(whole.suffix(Self.noteSize)))
            guard try note.u8() == 0 else { throw .invalid }
            noted = try note.u64()
        }
        var reader = ByteReader(bytes)
        guard let kind = Kind(rawValue: try reader.u8()),
            let coding = Coding(rawValue: try reader.u8())
        else { throw .unknown }
        self.coding = coding
        plainSize = Int(try reader.u32())
        guard (1...ChunkLimits.most).contains(plainSize) else { throw .limit }
        generation = try reader.u64()
        switch kind {
        case .row, .notedRow:
            let stored = try reader.prefixed32(limit: ChunkLimits.inRow)
            let used = bytes.count - reader.remaining
            guard bytes.count == Padding.paddedLength(used),
                reader.rest().allSatisfy({ $0 == 0 })
            else { throw .invalid }
            spot = .row(stored)
            try Self.check(coding, stored.count, plainSize)
        case .pack, .notedPack:
            let pack = try reader.i64()
            let offset = try reader.u64()
            let length = try reader.u32()
            guard pack > 0, offset <= UInt64(Int64.max), length > 0 else { throw .invalid }
            spot = .pack(pack, offset: offset, length: length)
            try reader.end()
        }
    }

    private static func check(
        _ coding: Coding, _ stored: Int, _ plain: Int
    ) throws(ByteReader.Failure) {
        // What is compressed is smaller; else it would not be.
        guard coding == .plain ? stored == plain : stored < plain else { throw .invalid }
    }

    /// The bytes to seal.
    package var bytes: [UInt8] {
        var writer = ByteWriter(capacity: 64)
        switch spot {
        case .row: writer.write((noted == nil ? Kind.row : .notedRow).rawValue)
        case .pack: writer.write((noted == nil ? Kind.pack : .notedPack).rawValue)
        }
        writer.write(coding.rawValue)
        writer.write(UInt32(clamping: plainSize))
        writer.write(generation)
        switch spot {
        case .row(let stored):
            writer.writePrefixed32(stored)
            let rest = Padding.paddedLength(writer.bytes.count) - writer.bytes.count
            writer.write([UInt8](repeating: 0, count: rest))
        case .pack(let pack, let offset, let length):
            writer.write(pack)
            writer.write(offset)
            writer.write(length)
        }
        if let noted {
            writer.write(UInt8(0))
            writer.write(noted)
        }
        return writer.bytes
    }
}
