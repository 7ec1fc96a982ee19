internal import CofferBytes
package import CofferCrypto
package import CofferFormat

/// Tells whether what is carried of chunks gives the bytes that their names say, on all cores.
///
/// Memory: 16 MiB of chunks that wait.
package final class ParallelChunkProof {
    private static let waysBytes = 16 << 20
    private static let ways = 2_048

    private let line: ChunkLine
    private var jobs: [ChunkJob] = []
    private var first = 0
    private var jobBytes = 0

    /// A proof with the keys of the vault that the chunks are of.
    package init(_ keys: ChunkKeys, _ randomness: Randomness) {
        line = ChunkLine(keys, knowing: [], threads: max(0, WorkThread.cores - 1), randomness)
    }

    deinit { line.stop() }

    /// Takes a chunk; what is wrong with it is said now or later.
    ///
    /// - Throws: `ChunkError.damaged` for one that was taken.
    package func take(_ chunk: StreamChunk) throws(ChunkError) {
        while jobBytes >= Self.waysBytes || jobs.count - first >= Self.ways { try collect() }
        let job = ChunkJob()
        job.given = chunk
        job.isOnlyProved = true
        jobBytes += chunk.stored.count
        line.submit(job)
        jobs.append(job)
    }

    /// Waits for all that were taken.
    ///
    /// - Throws: As ``take(_:)``.
    package func finish() throws(ChunkError) {
        while first < jobs.count { try collect() }
    }

    private func collect() throws(ChunkError) {
        let job = jobs[first]
        line.finish(job)
        first += 1
        if first == Self.ways {
            jobs.removeFirst(first)
            first = 0
        }
        guard let chunk = job.given else { return }
        jobBytes -= chunk.stored.count
        job.given = nil
        guard job.failure == nil else { throw .damaged(name: chunk.name, "its name") }
    }
}
