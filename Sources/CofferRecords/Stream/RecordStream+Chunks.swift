package import CofferFormat

extension RecordStream {
    /// Adds a chunk of a file; they come after everything else.
    ///
    /// - Throws: What the receiver throws.
    package func add(_ chunk: StreamChunk) throws {
        try begin(.chunks, 0)
        let head = chunk.head
        withEntry { $0 += head }
        try endChunk(chunk.stored)
    }
}
