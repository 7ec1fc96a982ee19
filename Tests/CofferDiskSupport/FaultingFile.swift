internal import CofferDisk
internal import Synchronization

/// An open file of a ``FaultingFileSystem``.
internal final class FaultingFile: DiskFile {
    private let node: Int
    private let path: String
    private let disk: FaultingFileSystem
    private let boot: Int

    internal init(_ node: Int, _ path: String, _ disk: FaultingFileSystem) {
        self.node = node
        self.path = path
        self.disk = disk
        boot = disk.state.withLock { $0.boot }
    }

    /// Writes a part of `bytes` at the end.
    internal func writeSome(_ bytes: Span<UInt8>) throws(DiskError) -> Int {
        let taken = min(bytes.count, disk.state.withLock { $0.writeLimit })
        let part = (0..<taken).map { bytes[$0] }
        return try change(.write) { node in
            node.pending.append((node.bytes.count, part))
            node.bytes += part
            return taken
        }
    }

    /// Reads bytes from `offset`.
    internal func readSome(
        _ buffer: inout MutableSpan<UInt8>, from start: Int, at offset: Int64
    ) throws(DiskError) -> Int {
        let bytes = disk.state.withLock { $0.nodes[node]?.bytes ?? [] }
        guard start < buffer.count, offset >= 0, offset < bytes.count else { return 0 }
        let count = min(buffer.count - start, bytes.count - Int(offset))
        for index in 0..<count { buffer[start + index] = bytes[Int(offset) + index] }
        return count
    }

    /// Makes the bytes durable.
    internal func synchronize() throws(DiskError) {
        try change(.synchronize) { node in
            node.durable = node.bytes
            node.pending = []
        }
    }

    /// Cuts the file to `size` bytes.
    internal func truncate(to size: Int64) throws(DiskError) {
        try change(.truncate) { node in
            node.bytes.removeLast(max(0, node.bytes.count - Int(clamping: size)))
            node.pending.removeAll { $0.offset + $0.bytes.count > node.bytes.count }
        }
    }

    /// What is known about the file.
    internal func status() throws(DiskError) -> FileStatus {
        guard let status = disk.state.withLock({ $0.status(node) }) else {
            throw DiskError(.status, path, .notFound)
        }
        return status
    }

    private func change<Result>(
        _ operation: DiskError.Operation, _ body: (inout Node) -> Result
    ) throws(DiskError) -> Result {
        try disk.attempt { (state: inout FaultingFileSystem.State) throws(DiskError) in
            guard state.boot == boot, var changed = state.nodes[node] else {
                throw DiskError(operation, path, .io)
            }
            try state.step(operation, path)
            let result = body(&changed)
            state.nodes[node] = changed
            return result
        }
    }
}

/// A lock of a ``FaultingFileSystem``.
internal final class FaultingLock: DiskLock {
    private let place: [String]
    private let disk: FaultingFileSystem

    internal init(_ place: [String], _ disk: FaultingFileSystem) {
        self.place = place
        self.disk = disk
    }

    deinit {
        disk.state.withLock { state in
            guard let holders = state.locks[place] else { return }
            state.locks[place] = holders > 1 ? holders - 1 : nil
        }
    }
}
