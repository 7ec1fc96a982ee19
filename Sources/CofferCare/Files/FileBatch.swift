internal import CofferChunks
internal import CofferFormat
internal import CofferRecords

/// Chunks, and the files whose last ones they are, that become durable together.
internal final class FileBatch {
    /// A file whose last chunk has not been stored yet.
    final class Growing {
        let source: FileSource
        let existing: RecordWriter.Existing
        var chunks = ChunkList()
        var stored: UInt64 = 0
        var newChunks = 0
        var ending: (size: UInt64, sha256: String, media: String, stamp: SourceStamp?)?

        init(_ source: FileSource, _ existing: RecordWriter.Existing) {
            self.source = source
            self.existing = existing
        }
    }

    /// A chunk that its row holds.
    struct Row {
        let name: [UInt8]
        let coding: ChunkPlace.Coding
        let size: Int
        let bytes: [UInt8]
    }

    /// The names of its chunks.
    var names: Set<[UInt8]> = []
    var pieces: [PackWriter.Piece] = []
    var rows: [Row] = []
    var complete: [Growing] = []
    /// How many bytes are stored for it.
    var bytes = 0

    var isEmpty: Bool { names.isEmpty && complete.isEmpty }

    /// Takes what was prepared of a chunk, unless it has it.
    func keep(_ job: ChunkJob, of growing: Growing) {
        guard names.insert(job.name).inserted else { return }
        let stored = job.takeStored()
        growing.newChunks += 1
        growing.stored += UInt64(stored.count)
        bytes += stored.count
        guard job.isPiece else {
            return rows.append(
                Row(name: job.name, coding: job.coding, size: job.size, bytes: stored))
        }
        pieces.append(
            PackWriter.Piece(
                PackBatch.Entry(
                    name: job.name, coding: job.coding, plainSize: job.size, length: stored.count),
                stored))
    }
}
