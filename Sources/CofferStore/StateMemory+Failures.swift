internal import CofferBytes
internal import CofferDisk

extension StateMemory {
    /// Counts a failed unlock; a count that cannot be kept is no reason to fail.
    internal func countFailure() {
        guard let file = failuresFile else { return }
        try? keep(ByteCount.bytes(failures(file) &+ 1), in: file)
    }

    /// The failed unlocks that were not told of.
    internal func failures() -> UInt64 { failuresFile.map(failures) ?? 0 }

    /// Starts counting anew.
    internal func forgetFailures() {
        if let file = failuresFile { try? keep(ByteCount.bytes(0), in: file) }
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
