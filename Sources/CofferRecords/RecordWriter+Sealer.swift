internal import CofferBytes
internal import CofferSQLite

extension RecordWriter {
    /// A sealer and the two statements that a new record needs, held so that a bulk write does not
    /// look them up by their text; a class, because dictionaries hold no noncopyable values.
    internal final class Sealer {
        let plan: CollectionPlan
        var it: RecordSealer
        private let insert: Statement
        private let look: Statement

        init(
            _ plan: CollectionPlan, _ sealer: consuming RecordSealer,
            insert: consuming Statement, look: consuming Statement
        ) {
            self.plan = plan
            it = sealer
            self.insert = insert
            self.look = look
        }

        func insert(_ draft: RecordSealer.Draft) throws {
            defer { insert.reset() }
            try it.bind(draft, to: insert)
            _ = try insert.step()
        }

        /// Inserts one that was sealed elsewhere.
        func insert(_ chunk: SealedChunk, _ index: Int) throws {
            defer {
                insert.reset()
                insert.clearBindings()
            }
            try unsafe chunk.bindNoCopy(index, to: insert)
            _ = try insert.step()
        }

        /// Whether there is a row with the id; nothing of it is verified.
        func exists(_ id: Identifier) throws -> Bool {
            defer { look.reset() }
            try look.bind(blob: id.bytes, at: 1)
            return try look.step()
        }
    }
}
