internal import Glibc

/// Bytes from a descriptor that may be a file, a pipe or a terminal, in large pieces.
package struct DescriptorReader: ~Copyable {
    private let descriptor: Int32
    private let name: String
    /// Closes the descriptor where it is ours.
    private let file: LocalFile?
    private var buffer: [UInt8]

    /// Reads from a descriptor that somebody else closes, such as standard input.
    package init(borrowing descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
        file = nil
        buffer = [UInt8](repeating: 0, count: Self.capacity)
    }

    /// Opens what a person named: a file, also through a link, or a pipe; not a directory.
    ///
    /// - Throws: ``DiskError/Kind/notFound``, ``DiskError/Kind/notRegular`` for a directory or a
    ///   socket, and what the disk answers.
    package init(path: String) throws(DiskError) {
        let descriptor = try LocalFileSystem.retrying(.open, path) {
            unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        }
        let file = LocalFile(adopting: descriptor, path)
        guard try file.status().kind != .directory else {
            throw DiskError(.open, path, errno: EISDIR)
        }
        self.file = file
        self.descriptor = descriptor
        name = path
        buffer = [UInt8](repeating: 0, count: Self.capacity)
    }

    /// Lends the next piece, which is empty at the end.
    ///
    /// - Throws: What reading meets, what `body` throws.
    package mutating func next<Result: ~Copyable>(
        _ body: (Span<UInt8>) throws -> Result
    ) throws -> Result {
        let count = try fill()
        return try body(buffer.span.extracting(..<count))
    }

    /// All that is left.
    ///
    /// - Throws: ``DiskError/Kind/tooLarge`` above `limit`, and what reading meets.
    package mutating func readAll(limit: Int) throws(DiskError) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let count = try fill()
            if count == 0 { return bytes }
            guard count <= limit - bytes.count else { throw DiskError(.read, name, .tooLarge) }
            bytes += buffer[..<count]
        }
    }

    private mutating func fill() throws(DiskError) -> Int {
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe Glibc.read(descriptor, bytes.baseAddress, bytes.count)
            }
            if count >= 0 { return count }
            guard errno == EINTR else { throw DiskError(.read, name, errno: errno) }
        }
    }

    private static let capacity = 64 << 10
}
