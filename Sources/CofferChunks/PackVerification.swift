internal import CofferBytes
internal import CofferCrypto
package import CofferFormat

/// Reads whole packs and opens every piece of them, on all cores: what they hold, whether rows name
/// it or not.
package final class PackVerification: @unchecked Sendable {
    // Sendable is true because what changes is reached under the monitor.

    /// Where a piece lies whose chunk has the name that it should have.
    package struct Good: Hashable, Sendable {
        /// The number of the pack.
        package let pack: Int64
        /// The offset in it.
        package let offset: UInt64
        /// The name of the chunk.
        package let name: [UInt8]

        /// Names a place.
        package init(pack: Int64, offset: UInt64, name: [UInt8]) {
            self.pack = pack
            self.offset = offset
            self.name = name
        }
    }

    /// What was found.
    package struct Outcome: Sendable {
        /// Where what is good lies.
        package fileprivate(set) var good: Set<Good> = []
        /// What does not verify, and in which pack.
        package fileprivate(set) var problems: [(pack: PackRow, problem: ChunkError)] = []
    }

    private let monitor = Monitor()
    private let packs: [(number: Int64, pack: PackRow)]
    private let keys: ChunkKeys
    private let vault: String
    private var next = 0
    private var running = 0
    private var done: UInt64 = 0
    private var outcome = Outcome()

    private init(_ packs: [(number: Int64, pack: PackRow)], _ keys: ChunkKeys, _ vault: String) {
        self.packs = packs
        self.keys = keys
        self.vault = vault
    }

    /// Verifies packs.
    ///
    /// - Parameters:
    ///   - threads: How many threads work besides this one.
    ///   - progress: Is given how many bytes were read so far, now and then.
    package static func run(
        _ packs: [(number: Int64, pack: PackRow)], _ keys: ChunkKeys, vault: String, threads: Int,
        progress: (UInt64) -> Void
    ) -> Outcome {
        let all = PackVerification(packs, keys, vault)
        for _ in 0..<max(0, min(threads, packs.count - 1)) {
            all.monitor.locked { all.running += 1 }
            if !WorkThread.start({ all.work { _ in } }) { all.monitor.locked { all.running -= 1 } }
        }
        all.monitor.locked { all.running += 1 }
        all.work(progress)
        return all.monitor.locked {
            while all.running > 0 { all.monitor.wait() }
            return all.outcome
        }
    }

    private func work(_ progress: (UInt64) -> Void) {
        let naming = keys.names()
        var coder = ChunkCoder()
        while let (number, pack) = take() {
            var good: [Good] = []
            var problems: [ChunkError] = []
            do throws(ChunkError) {
                try verify(number, pack, naming, &coder, &good, &problems, progress)
            } catch { problems.append(error) }
            monitor.locked {
                outcome.good.formUnion(good)
                outcome.problems += problems.map { (pack, $0) }
            }
        }
        monitor.locked {
            running -= 1
            monitor.wakeAll()
        }
    }

    private func take() -> (number: Int64, pack: PackRow)? {
        monitor.locked {
            guard next < packs.count else { return nil }
            next += 1
            return packs[next - 1]
        }
    }

    private func verify(
        _ number: Int64, _ pack: PackRow, _ naming: MACKey, _ coder: inout ChunkCoder,
        _ good: inout [Good], _ problems: inout [ChunkError], _ progress: (UInt64) -> Void
    ) throws(ChunkError) {
        var scan = try PackScan(pack, keys, vault: vault)
        while let batch = try scan.next() {
            for found in batch {
                let bytes = try scan.bytes(of: found)
                if Self.isGood(found.entry, scan.opened(found, bytes), naming, &coder) {
                    good.append(Good(pack: number, offset: found.offset, name: found.entry.name))
                } else {
                    problems.append(
                        .brokenPack(pack.id, offset: found.offset, "a piece does not verify"))
                }
                let count = monitor.locked {
                    done += UInt64(bytes.count)
                    return done
                }
                progress(count)
            }
        }
    }

    private static func isGood(
        _ entry: PackBatch.Entry, _ stored: [UInt8]?, _ naming: MACKey, _ coder: inout ChunkCoder
    ) -> Bool {
        guard let stored,
            let plain = try? coder.decode(stored, entry.coding, size: entry.plainSize)
        else { return false }
        return naming.code(plain.span) == entry.name
    }
}
