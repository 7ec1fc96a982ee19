import CofferBytes
import CofferCrypto
import CofferFormat
import Testing

@testable import CofferChunks

/// Section 20 of the format: where files are cut, and how their parts are named and sealed.
@Suite struct FileVectors {
    @Test func filesAreCutWhereTheFilesSay() throws {
        try run("cut") { vector in
            let chunker = Chunker(MACKey(try vector.secret("key")))
            let naming = MACKey(try vector.secret("namesKey"))
            let content = try Self.content(try vector.parts("content"))
            try vector.same("sha256", SHA256.hash(content))
            let wanted = try vector.parts("chunks")
            var start = 0
            for chunk in wanted {
                let size = chunker.cut(content.span.extracting(start..<content.count))
                try vector.same("length", size, try chunk.integer("length"))
                try chunk.same("name", naming.code(content.span.extracting(start..<start + size)))
                start += size
            }
            try vector.same("the end", start, content.count)
        }
    }

    /// Bytes too many to be written out: HMAC(seed, u32 n) for n = 0, 1, …, or one byte repeated.
    private static func content(_ parts: [Vector]) throws -> [UInt8] {
        var content: [UInt8] = []
        for part in parts {
            let count = try part.integer("count")
            guard !part.has("byte") else {
                let byte = UInt8(truncatingIfNeeded: try part.integer("byte"))
                content += [UInt8](repeating: byte, count: count)
                continue
            }
            // HMAC fills a short key up with zeros.
            let seed = try part.bytes("seed")
            let key = MACKey(Vector.secret(seed + [UInt8](repeating: 0, count: 32 - seed.count)))
            let end = content.count + count
            content.reserveCapacity(end + 32)
            var number: UInt32 = 0
            while content.count < end {
                content += key.code(number.bigEndianBytes)
                number += 1
            }
            content.removeLast(content.count - end)
        }
        return content
    }

    @Test func rowsOfChunksOpenAsTheFilesSay() throws {
        try run("chunk") { vector in
            let name = try vector.bytes("name")
            let number = UInt32(try vector.integer("number"))
            let context = ChunkContext.row(try vector.identifier("vault"), name, number)
            let place = try ChunkPlace(parsing: try Self.open(vector, number, context))
            guard ChunkRows.isSound(place) else { throw Refusal(.notCanonical, .mismatch) }
            try vector.same("plain", place.bytes)
            guard case .row(let stored) = place.spot else { return }
            let plain = try Self.decode(stored, place.coding, place.plainSize)
            try Self.compare(plain, with: name, vector)
        }
    }

    @Test func rowsOfPacksOpenAsTheFilesSay() throws {
        try run("pack") { vector in
            let number = UInt32(try vector.integer("number"))
            let context = ChunkContext.pack(
                try vector.identifier("vault"), Int64(try vector.integer("num")), number)
            let row = try PackRow(parsing: try Self.open(vector, number, context))
            try vector.same("plain", row.bytes)
            try vector.same("id", row.id.bytes)
            try vector.same("length", row.length, UInt64(try vector.integer("length")))
        }
    }

    @Test func batchesOpenAsTheFilesSay() throws {
        try run("batch") { vector in
            let (vault, pack) = (try vector.identifier("vault"), try vector.identifier("pack"))
            let offset = UInt64(try vector.integer("offset"))
            let key = SealingKey(try vector.secret("key"))
            let head = try PackBatch.Head(
                parsing: try Cobblestone.open(
                    try vector.bytes("head"), under: key,
                    context: ChunkContext.head(vault, pack, offset)))
            let table = try vector.bytes("table")
            guard head.table == table.count else { throw Refusal(.mismatch) }
            let plain = try Cobblestone.open(
                table, under: key, context: ChunkContext.table(vault, pack, offset))
            let entries = try PackBatch.entries(parsing: plain)
            guard PackScan.agree(plain, entries, head) else {
                throw Refusal(.mismatch, .notCanonical)
            }
            try vector.same("plain", plain)
            let wanted = try vector.parts("pieces")
            try vector.same("pieces", entries.count, wanted.count)
            for (entry, piece) in zip(entries, wanted) {
                try piece.same("name", entry.name)
                try vector.same("coding", Int(entry.coding.rawValue), piece.integer("coding"))
                try vector.same("plain length", entry.plainSize, piece.integer("plainLength"))
                try vector.same("length", entry.length, piece.integer("length"))
            }
        }
    }

    @Test func piecesOpenAsTheFilesSay() throws {
        try run("piece") { vector in
            let name = try vector.bytes("name")
            let stored = try Cobblestone.open(
                try vector.bytes("piece"), under: SealingKey(try vector.secret("key")),
                context: ChunkContext.piece(try vector.identifier("vault"), name))
            guard
                let coding = ChunkPlace.Coding(
                    rawValue: UInt8(truncatingIfNeeded: try vector.integer("coding")))
            else { throw Refusal(.unknown) }
            let plain = try Self.decode(stored, coding, try vector.integer("plainLength"))
            try Self.compare(plain, with: name, vector)
        }
    }

    private static func open(
        _ vector: Vector, _ number: UInt32, _ context: [UInt8]
    ) throws -> [UInt8] {
        guard let (found, rest) = ChunkRows.parts(of: try vector.bytes("seal")) else {
            throw Refusal(.notCanonical)
        }
        guard found == number else { throw Refusal(.mismatch) }
        return try Cobblestone.open(
            rest, under: SealingKey(try vector.secret("key")), context: context)
    }

    private static func decode(
        _ stored: [UInt8], _ coding: ChunkPlace.Coding, _ size: Int
    ) throws -> [UInt8] {
        var coder = ChunkCoder()
        return try coder.decode(stored, coding, size: size)
    }

    private static func compare(
        _ plain: [UInt8], with name: [UInt8], _ vector: Vector
    ) throws {
        guard MACKey(try vector.secret("namesKey")).code(plain) == name else {
            throw Refusal(.authenticationFailed)
        }
        try vector.same("sha256", SHA256.hash(plain))
    }
}
