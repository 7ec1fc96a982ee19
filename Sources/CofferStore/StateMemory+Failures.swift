internal import CofferBytes
internal import CofferDisk

extension StateMemory {
    /// Counts a failed unlock; a count that cannot be kept is no reason to fail.
    internal func countFailure() {
        guard let file = failuresFile else { return }
        try? keep(ByteCount.bytes(failures(file) &+ 1), in: file)
    }

    /// The failed unlocks since the last call.
    internal func takeFailures() -> UInt64 {
        guard let file = failuresFile else { return 0 }
        let count = failures(file)
        if count > 0 { try? keep(ByteCount.bytes(0), in: file) }
        return count
    }

    private func failures(_ file: String) -> UInt64 {
        guard let bytes = content(file, limit: 8) else { return 0 }
        var reader = ByteReader(bytes)
        return (try? reader.u64()) ?? 0
    }

    private enum ByteCount {
        static func bytes(_ count: UInt64) -> [UInt8] {
            var writer = ByteWriter()
            writer.write(count)
            return writer.bytes
        }
    }
}
