internal import Coffer
internal import Glibc

/// The terminal that the process belongs to, whatever its standard streams are.
internal struct Terminal: ~Copyable {
    private let descriptor: Int32

    /// Opens the terminal; nil where there is none.
    internal init?() {
        let opened = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        guard opened >= 0 else { return nil }
        descriptor = opened
    }

    deinit { close(descriptor) }

    /// Writes text.
    internal func write(_ text: String) { Self.write(text, to: descriptor) }

    private static func write(_ text: String, to descriptor: Int32) {
        var text = text
        try? text.withUTF8 { bytes in
            try unsafe Console.writeAll(UnsafeRawBufferPointer(bytes), to: descriptor)
        }
    }

    /// Shows a secret.
    internal func write(secret: borrowing Secret) {
        let descriptor = descriptor
        try? secret.withBytes { bytes in
            try unsafe bytes.withUnsafeBytes { try unsafe Console.writeAll($0, to: descriptor) }
        }
    }

    /// Asks for a secret without showing it.
    ///
    /// - Throws: `invalid` when nothing is typed.
    internal func askSecret(_ prompt: String) throws(Failure) -> Secret {
        let descriptor = descriptor
        // Not the other way round: what is typed at once is not shown either.
        return try Interruption.withoutEcho(on: descriptor) { () throws(Failure) in
            Self.write(prompt, to: descriptor)
            return try SecretReader.read(from: descriptor, untilLineEnd: true)
        }
    }

    /// Asks for a line; empty at the end of the input.
    internal func ask(_ prompt: String) -> String {
        write(prompt)
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while bytes.count < 4_096 {
            let count = unsafe read(descriptor, &byte, 1)
            if count < 0, errno == EINTR { continue }
            if count <= 0 || byte == 10 { break }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
