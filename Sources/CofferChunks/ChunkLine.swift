internal import CofferBytes
package import CofferCrypto

/// Threads that name, compress and seal chunks while their owner reads and writes.
///
/// The owner waits for its jobs in their order, and meanwhile does what no thread has begun: so
/// one core is enough, and none of two is idle.
package final class ChunkLine: @unchecked Sendable {
    // Sendable is true because what changes is reached under the monitor, and `tools` by the owner
    // alone.

    private let monitor = Monitor()
    private var waiting: [ChunkJob] = []
    private var running = 0
    private var isStopped = false
    private let keys: ChunkKeys
    private let randomness: Randomness
    private let known: KnownChunks
    private var tools: ChunkTools

    /// Starts so many threads besides the owner's.
    ///
    /// - Parameter beginnings: The first eight bytes of the names that are stored, as numbers.
    package init(
        _ keys: ChunkKeys, knowing beginnings: Set<UInt64>, threads: Int, _ randomness: Randomness
    ) {
        self.keys = keys
        self.randomness = randomness
        known = KnownChunks(beginnings)
        tools = ChunkTools(keys, randomness)
        for _ in 0..<threads {
            monitor.locked { running += 1 }
            if !WorkThread.start({ self.run() }) { monitor.locked { running -= 1 } }
        }
    }

    /// Ends the threads, and waits for them.
    package func stop() {
        monitor.locked {
            isStopped = true
            monitor.wakeAll()
            while running > 0 { monitor.wait() }
        }
    }

    /// Has a chunk named, and sealed where it is new.
    package func submit(_ job: ChunkJob) {
        monitor.locked {
            job.state = .waiting
            waiting.append(job)
            monitor.wakeAll()
        }
    }

    /// Waits until a job is done, and does others meanwhile.
    package func finish(_ job: ChunkJob) {
        while let mine = nextUntil(job) {
            mine.run(with: &tools, known)
            monitor.locked { mine.state = .done }
        }
    }

    /// A job to do while another is not done; nil when that one is.
    private func nextUntil(_ job: ChunkJob) -> ChunkJob? {
        monitor.locked {
            while job.state != .done {
                guard let first = waiting.first else {
                    monitor.wait()
                    continue
                }
                waiting.removeFirst()
                first.state = .running
                return first
            }
            return nil
        }
    }

    /// Seals a chunk that was taken for a known one and is not; its bytes are needed again.
    package func sealAnyway(_ job: ChunkJob) { job.run(with: &tools, nil) }

    private func run() {
        var tools = ChunkTools(keys, randomness)
        while let job = next() {
            job.run(with: &tools, known)
            monitor.locked {
                job.state = .done
                monitor.wakeAll()
            }
        }
        monitor.locked {
            running -= 1
            monitor.wakeAll()
        }
    }

    private func next() -> ChunkJob? {
        monitor.locked {
            while waiting.isEmpty, !isStopped { monitor.wait() }
            guard !isStopped else { return nil }
            let job = waiting.removeFirst()
            job.state = .running
            return job
        }
    }
}
