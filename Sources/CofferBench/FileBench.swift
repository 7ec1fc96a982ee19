internal import Coffer
internal import Glibc

/// 64 KiB at random places of a large file: with a handle, and by its name each time.
internal enum FileBench {
    private static let readSize: UInt64 = 65_536
    private static let reads = 500

    /// - Parameter size: The size of the file in MiB.
    internal static func run(size: Int, rounds: Int) throws {
        let path = "/tmp/coffer-bench-\(getpid()).coffer"
        let bench = try BenchVault(at: path, schemas: [])
        var state: UInt64 = 88_172_645_463_325_252
        func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
        let total = size << 20
        var left = total
        try bench.vault.files.add([
            NewFile(named: "large") { count in
                let count = min(count, left)
                left -= count
                var bytes: [UInt8] = []
                bytes.reserveCapacity(count + 8)
                while bytes.count < count {
                    let word = next()
                    for shift in stride(from: UInt64(0), to: 64, by: 8) {
                        bytes.append(UInt8(truncatingIfNeeded: word >> shift))
                    }
                }
                bytes.removeLast(bytes.count - count)
                return bytes
            }
        ]) { added in
            if let failure = added.failure { throw failure }
        }
        let handle = try bench.vault.files.open("large")
        for _ in 0..<rounds {
            var opened: [Double] = []
            var named: [Double] = []
            for _ in 0..<reads {
                let start = next() % (UInt64(total) - readSize)
                var from = Report.now()
                let bytes = try handle.read(start..<start + readSize)
                opened.append((Report.now() - from) / 1e6)
                var count = 0
                from = Report.now()
                try bench.vault.files.read("large", in: start..<start + readSize) {
                    count += $0.count
                }
                named.append((Report.now() - from) / 1e6)
                guard bytes.count == count, count == Int(readSize) else {
                    throw BenchFailure(what: "a reading is too short")
                }
            }
            for (name, times) in [("with a handle", opened), ("by its name", named)] {
                let sorted = times.sorted()
                Report.line(
                    "64 KiB of \(size) MiB, \(name): median "
                        + "\(Report.number(Report.median(times))) ms, 99 of 100 within "
                        + "\(Report.number(sorted[sorted.count * 99 / 100])) ms")
            }
        }
    }
}
