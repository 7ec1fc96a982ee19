internal import CofferBytes
internal import CofferCrypto
internal import CofferDisk
internal import CofferFormat

/// Hashes the members of a bundle and compares them with the list, on all cores.
internal final class MemberHashing: @unchecked Sendable {
    // Sendable is true because what changes is reached under the monitor.

    private struct Task {
        let index: Int
        let entry: ChecksumList.Entry
    }

    /// How much of a member is in memory while it is hashed, for each thread.
    private static let pieceSize = 1 << 20
    /// More threads wait for the disk, each with a piece in memory.
    private static let threads = 8

    private let monitor = Monitor()
    private let entries: [ChecksumList.Entry]
    private let layout: BundleLayout
    private let file: any DiskFile
    private var next = 0
    private var running = 0
    private var done: UInt64 = 0
    private var isStopped = false
    private var failure: (index: Int, error: BundleError)?

    private init(_ sums: ChecksumList, _ layout: BundleLayout, _ file: any DiskFile) {
        entries = sums.entries
        self.layout = layout
        self.file = file
    }

    /// Compares every member with the list; the closures are called by this thread alone.
    ///
    /// - Throws: As `BundleReader.verifyMembers(progress:isCancelled:)`.
    internal static func run(
        _ sums: ChecksumList, _ layout: BundleLayout, _ file: any DiskFile,
        progress: (_ done: UInt64, _ total: UInt64) -> Void, isCancelled: () -> Bool
    ) throws(BundleError) {
        let all = MemberHashing(sums, layout, file)
        let total = sums.entries.reduce(UInt64(0)) {
            $0 + UInt64(layout.place(of: $1.member)?.size ?? 0)
        }
        progress(0, total)
        for _ in 0..<max(0, min(WorkThread.cores, threads, sums.entries.count) - 1) {
            all.monitor.locked { all.running += 1 }
            if !WorkThread.start({ all.work { _ in false } }) {
                all.monitor.locked { all.running -= 1 }
            }
        }
        all.monitor.locked { all.running += 1 }
        var wasCancelled = false
        all.work { done in
            progress(done, total)
            wasCancelled = wasCancelled || isCancelled()
            return wasCancelled
        }
        let failure = all.monitor.locked {
            while all.running > 0 { all.monitor.wait() }
            return all.failure?.error
        }
        if wasCancelled { throw .cancelled }
        if let failure { throw failure }
        progress(total, total)
    }

    private func work(_ report: (UInt64) -> Bool) {
        var buffer: [UInt8] = []
        while let task = take() {
            do throws(BundleError) {
                try compare(task.entry, &buffer, report)
            } catch { fail(task.index, error) }
        }
        monitor.locked {
            running -= 1
            monitor.wakeAll()
        }
    }

    /// Members are given out in order, so those before the first failure are all compared.
    private func take() -> Task? {
        monitor.locked {
            guard !isStopped, failure == nil, next < entries.count else { return nil }
            next += 1
            return Task(index: next - 1, entry: entries[next - 1])
        }
    }

    private func fail(_ index: Int, _ error: BundleError) {
        monitor.locked {
            if failure.map({ index < $0.index }) ?? true { failure = (index, error) }
        }
    }

    private func compare(
        _ entry: ChecksumList.Entry, _ buffer: inout [UInt8], _ report: (UInt64) -> Bool
    ) throws(BundleError) {
        guard let place = layout.place(of: entry.member) else {
            throw .damaged(entry.member, .truncated)
        }
        var hash = SHA256()
        var read = 0
        while read < place.size {
            let count = min(Self.pieceSize, place.size - read)
            try place.read(into: &buffer, from: read, count: count, of: entry.member, file)
            hash.update(buffer)
            read += count
            let (sum, isOver) = monitor.locked {
                done += UInt64(count)
                return (done, isStopped)
            }
            if isOver { return }
            if report(sum) { return monitor.locked { isStopped = true } }
        }
        guard hash.finish() == entry.sha256 else { throw .damaged(entry.member, .hash) }
    }
}
