package import CofferBytes
package import CofferCrypto
package import CofferFormat

/// Turns the batches of a record stream into sealed segments, on a thread of its own.
///
/// Source: `Docs/Format.md`, section 19.1. Memory: two batches and the memory of another, one
/// segment in the clear and one sealed.
package final class StreamSealer: @unchecked Sendable {
    // Sendable is true because the state below `monitor` is touched under it, and everything else
    // by the working thread alone, or, where there is none, by the caller.

    /// Takes a segment: its number from 1, and its sealed bytes.
    package typealias Output = (Int, [UInt8]) throws -> Void

    private struct Job {
        var batch: StreamBatch
        let keys: [FieldKey]
    }

    private let monitor = Monitor()
    private var jobs: [Job] = []
    /// The memory of a batch that was sealed.
    private var idle: [UInt8] = []
    private var failure: (any Error)?
    private var isStopped = false
    private var isEnded = false
    private var isRunning = false

    private let context: StreamContext
    private let key: SealingKey
    private let randomness: Randomness
    private let output: Output
    private var compressor = StreamCompressor()
    private var piece: [UInt8] = []
    private var number = 0

    /// How many batches wait at most.
    private static let depth = 2

    /// Starts one, and its thread.
    ///
    /// - Parameter output: Is called on that thread, in order, and never by two at once.
    package init(
        vault: Identifier, bundle: Identifier, key: SealingKey, randomness: Randomness,
        output: @escaping Output
    ) {
        context = StreamContext(vault: vault, bundle: bundle)
        self.key = key
        self.randomness = randomness
        self.output = output
        piece.reserveCapacity(BundleStream.segmentSize)
        isRunning = true
        if !WorkThread.start({ self.run() }) { isRunning = false }
    }

    /// Takes the next batch; waits while others are under way.
    ///
    /// - Parameter keys: Those of its parts from the second on.
    /// - Throws: What the output or the sealing of an earlier one threw.
    package func add(_ batch: StreamBatch, keys: [FieldKey]) throws {
        let job = Job(batch: batch, keys: keys)
        let isTaken = try monitor.locked { () throws -> Bool in
            while isRunning, jobs.count >= Self.depth, failure == nil { monitor.wait() }
            if let failure { throw failure }
            guard isRunning else { return false }
            jobs.append(job)
            monitor.wakeAll()
            return true
        }
        if !isTaken { try seal(job) }
    }

    /// The memory of a batch that was sealed, for another one; empty where there is none.
    package func takeSpare() -> [UInt8] {
        monitor.locked {
            var spare: [UInt8] = []
            swap(&spare, &idle)
            return spare
        }
    }

    /// Seals what is left; after this the thread is gone.
    ///
    /// - Throws: As ``add(_:keys:)``.
    package func finish() throws {
        try monitor.locked { () throws in
            isEnded = true
            monitor.wakeAll()
            while isRunning { monitor.wait() }
            if let failure { throw failure }
        }
        try sealPiece(isLast: true)
    }

    /// Ends the thread whatever is still to do.
    package func stop() {
        monitor.locked {
            isStopped = true
            monitor.wakeAll()
            while isRunning { monitor.wait() }
        }
    }

    private func run() {
        while var job = next() {
            do { try seal(job) } catch {
                monitor.locked { failure = error }
                break
            }
            giveBack(&job)
        }
        monitor.locked {
            isRunning = false
            jobs = []
            monitor.wakeAll()
        }
    }

    /// Keeps the memory of what was sealed, which nobody else holds then.
    private func giveBack(_ job: inout Job) {
        guard let bytes = job.batch.parts.first?.bytes else { return }
        job.batch.parts.removeAll()
        monitor.locked { if bytes.capacity > idle.capacity { idle = bytes } }
    }

    private func next() -> Job? {
        monitor.locked {
            while jobs.isEmpty, !isStopped, !isEnded { monitor.wait() }
            guard !isStopped, !jobs.isEmpty else { return nil }
            defer { monitor.wakeAll() }
            return jobs.removeFirst()
        }
    }

    private func seal(_ job: Job) throws {
        var header: [UInt8] = []
        header.append(job.batch.kind.rawValue)
        header.append(bigEndian: job.batch.collection)
        header.append(bigEndian: job.batch.count)
        header.append(bigEndian: UInt32(clamping: job.batch.parts.count))
        try write(header)
        for (index, part) in job.batch.parts.enumerated() {
            let bytes = part.bytes ?? []
            // Chunks of files are compressed where that helps, each by itself.
            let frame = job.batch.kind == .chunks ? nil : compressor.compress(bytes)
            var stored = frame ?? bytes[...]
            if index > 0 {
                guard index <= job.keys.count else { throw CryptoError.invalidInput }
                stored = try context.seal(
                    Array(stored), job.batch, part.key, under: job.keys[index - 1], randomness)[...]
            }
            guard bytes.count <= StreamCompressor.partLimit else { throw CryptoError.invalidInput }
            var header = part.key.bytes
            header.append(frame == nil ? 0 : 1)
            header.append(bigEndian: UInt32(bytes.count))
            header.append(bigEndian: UInt32(stored.count))
            try write(header)
            try write(stored)
        }
    }

    private func write(_ bytes: [UInt8]) throws { try write(bytes[...]) }

    private func write(_ bytes: ArraySlice<UInt8>) throws {
        try unsafe bytes.withUnsafeBytes { bytes in
            var start = 0
            while start < bytes.count {
                let count = min(BundleStream.segmentSize - piece.count, bytes.count - start)
                // Only what follows tells that a full one is not the last.
                if count == 0 {
                    try sealPiece(isLast: false)
                    continue
                }
                unsafe piece.append(
                    contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]))
                start += count
            }
        }
    }

    private func sealPiece(isLast: Bool) throws {
        if isLast {
            let padded = min(Padding.paddedLength(piece.count), BundleStream.segmentSize)
            piece.append(contentsOf: repeatElement(0, count: padded - piece.count))
        }
        number += 1
        let sealed = try Cobblestone.seal(
            piece, under: key, context: context.segment(number), randomness: randomness)
        piece.removeAll(keepingCapacity: true)
        try output(number, sealed)
    }
}
