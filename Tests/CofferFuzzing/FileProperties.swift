import CofferBytes
import CofferFormat

/// What must hold for the parts of files, whoever has sealed them: what is read is written as it
/// was.
internal enum FileProperties {
    static func place(_ input: [UInt8]) -> String? {
        same(input, try? ChunkPlace(parsing: input).bytes)
    }

    static func pack(_ input: [UInt8]) -> String? {
        same(input, try? PackRow(parsing: input).bytes)
    }

    static func head(_ input: [UInt8]) -> String? {
        same(input, try? PackBatch.Head(parsing: input).bytes)
    }

    static func table(_ input: [UInt8]) -> String? {
        guard let entries = try? PackBatch.entries(parsing: input) else { return nil }
        let written = PackBatch.table(entries)
        guard written.count <= input.count else { return "more entries than there is room for" }
        return same(input, written + [UInt8](repeating: 0, count: input.count - written.count))
    }

    static func list(_ input: [UInt8]) -> String? {
        guard let list = try? ChunkList(parsing: input) else { return nil }
        guard list.size == list.items.reduce(0, { $0 + UInt64($1.size) }) else {
            return "a file has another size than its chunks"
        }
        return same(input, list.bytes)
    }

    static func chunks(_ input: [UInt8]) -> String? {
        var cursor = StreamCursor(input)
        while !cursor.isAtEnd {
            let start = cursor.offset
            guard let (chunk, head) = try? StreamChunk.read(&cursor) else { return nil }
            guard head.lowerBound == start else { return "an entry lies elsewhere" }
            if let problem = same(
                Array(input[start..<cursor.offset]), chunk.head + chunk.stored)
            {
                return problem
            }
        }
        return nil
    }

    /// A coding, a size of three bytes, and what is stored.
    static func bytes(_ input: [UInt8]) -> String? {
        guard input.count >= 4, let coding = ChunkPlace.Coding(rawValue: input[0] & 1) else {
            return nil
        }
        let size = input[1..<4].reduce(0) { $0 << 8 | Int($1) } & (1 << 21 - 1)
        var coder = ChunkCoder()
        guard let plain = try? coder.decode(Array(input[4...]), coding, size: size) else {
            return nil
        }
        guard plain.count == size else { return "a chunk has another size" }
        let (again, frame) = coder.encode(plain.span)
        let back = again == .plain ? plain : try? coder.decode(frame, again, size: size)
        return back == plain ? nil : "what was compressed is expanded to something else"
    }

    private static func same(_ input: [UInt8], _ written: [UInt8]?) -> String? {
        guard let written else { return nil }
        return written == input ? nil : "what was read is written in another form"
    }
}
