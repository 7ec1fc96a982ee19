internal import Glibc

/// Whole files that a person names.
internal enum InputFile {
    /// The largest file that is read into memory as one value.
    internal static let sizeLimit = 256 << 20

    /// The bytes of a file; `-` is standard input.
    ///
    /// - Throws: `no-file`, `storage` when it cannot be read, `invalid` when it is larger than `limit`.
    internal static func read(_ path: String, limit: Int = sizeLimit) throws(Failure) -> [UInt8] {
        if path == "-" { return try read(STDIN_FILENO, name(of: path), limit) }
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { throw .storage(path, .last) }
        defer { close(descriptor) }
        return try read(descriptor, path, limit)
    }

    /// What people call the file: `-` is standard input.
    internal static func name(of path: String) -> String {
        path == "-" ? "standard input" : path
    }

    /// Gives what a descriptor has, in parts as they come.
    ///
    /// - Throws: `storage` when it cannot be read; what `each` throws.
    internal static func readParts(
        _ descriptor: Int32, _ name: String, _ each: (ArraySlice<UInt8>) throws -> Void
    ) throws {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure.storage(name, .last)
            }
            if count == 0 { return }
            try each(buffer.prefix(count))
        }
    }

    /// The bytes that a descriptor has.
    ///
    /// - Throws: `storage` when it cannot be read, `invalid` when they are more than `limit`.
    internal static func read(
        _ descriptor: Int32, _ name: String, _ limit: Int = sizeLimit
    ) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            try readParts(descriptor, name) { part in
                bytes += part
                guard bytes.count <= limit else {
                    throw Failure.invalid("\(name) is larger than \(limit) bytes")
                }
            }
        } catch { throw .from(error) }
        return bytes
    }
}
